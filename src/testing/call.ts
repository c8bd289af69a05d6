// A call with an agent for its author's tests: lines of a caller in, what the agent did with them out.
// Real conversation, session and tools; the model is a script on simulated time, or the one that comes with repartee.

import { readFile } from 'node:fs/promises';
import type { Agent } from '../agent/agent.ts';
import type { Values } from '../agent/call-context.ts';
import { allAgents, offeredTools } from '../agent/handoffs.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import { checkTools } from '../engine/check-tools.ts';
import { createEngine } from '../engine/engine.ts';
import { loadPromptRules } from '../engine/manifest.ts';
import { createPrompt } from '../engine/prompt/prompt.ts';
import type { Engine, PromptPrefix } from '../engine/sequence.ts';
import { loadTokenizer } from '../engine/tokenizer/tokenizer.ts';
import { RuntimeError } from '../errors.ts';
import type { CallEvent, CallerEvent, CallParties, CloseReason } from '../events.ts';
import { createTextOutput } from '../output/text-output.ts';
import { packagePath } from '../package-path.ts';
import { createTurnLog, type TurnRecord } from '../playback/turn-log.ts';
import type { ModelParts } from '../session/agent-sequence.ts';
import { startCall } from '../session/call.ts';
import { prepareAgent } from '../session/prepare-agent.ts';
import { createPromptPrefixes, type PromptPrefixOf } from '../session/prompt-prefixes.ts';
import { type Answers, createAnsweringEngine } from './answers.ts';
import { createPlayedCaller } from './played-caller.ts';

/**
 * What `startTestCall` takes: who calls, what the call brings along, and what the model decides.
 * @example
 * ```ts
 * const guest = await startTestCall(clinic, {
 *   from: '+15550100',
 *   variables: { tenant: 'north' },
 *   answers: () => ({ say: 'Which doctor?' }),
 * });
 * ```
 */
export interface TestCallOptions extends CallParties {
  /** What the model decides, on simulated time. @default the model that comes with repartee decides, on real time */
  readonly answers?: Answers;
  /** What the call brings along: the agent's `variables`. @default {} */
  readonly variables?: Values;
  /** Recognised words appear in pairs, this far apart, milliseconds. @default 250 */
  readonly partialEveryMs?: number;
}

export interface TestCall {
  /** Name of the agent that answers now. */
  readonly agent: string;
  /** What the agent said first; undefined where the caller speaks first. */
  readonly greeting: string | undefined;
  /** Every turn so far, the greeting apart. */
  readonly turns: readonly TurnRecord[];
  /** Everything that the call reported, in order. */
  readonly events: readonly CallEvent[];
  /** Why the call is over; undefined while it goes on. */
  readonly closed: CloseReason | undefined;
  /**
   * The caller says this; resolves when the agent's reply is over. Throws RuntimeError `call-over`, `reply-missing`,
   * `words-missing`, and what
   * `answers` threw, or `answer-invalid` for an answer that is none.
   */
  say(words: string): Promise<TurnRecord>;
  /**
   * The model plays the caller, who they are and what they want given as to an agent; resolves to the turns that came
   * of it. Over when the caller says goodbye or the same again, when the call is, or after `countTurns`. @default 8
   */
  play(goal: string, countTurns?: number): Promise<readonly TurnRecord[]>;
  /** The caller presses keys, as a turn of its own. Throws RuntimeError as `say`, and `digits-invalid`. */
  pressKeys(digits: string): Promise<TurnRecord>;
  /** The caller hangs up; resolves when nothing of the call is left. Idempotent. */
  hangUp(): Promise<void>;
}

const PATIENCE_MS = 60_000;
const TICK_MS = 10;

interface Parts {
  readonly model: ModelParts;
  readonly clock: Clock;
  readonly simulated: SimulatedClock | undefined;
  readonly promptPrefixOf: PromptPrefixOf;
  /** Of the test's own answers. */
  readonly failures: readonly unknown[];
}

/**
 * Opens a call with an agent. End it with `hangUp`. Throws AgentError `variables-invalid`, and `agent-invalid` for what
 * the model would not read; EngineError for a tool that no model could be held to.
 * @example
 * ```ts
 * const guest = await startTestCall(hotel, {
 *   from: '+15550100',
 *   answers: ({ words }) =>
 *     words.includes('Oslo') ? { call: 'find_hotels', arguments: { city: 'Oslo' } } : { say: 'In which city?' },
 * });
 * expect((await guest.say('I need a room')).reply).toBe('In which city?');
 * await guest.hangUp();
 * ```
 */
export async function startTestCall(agent: Agent, options: TestCallOptions = {}): Promise<TestCall> {
  const { answers } = options;
  const modelDir = packagePath('models/repartee-s');
  const tokenizer = loadTokenizer(await readFile(packagePath('models/repartee-s/tokenizer.json'), 'utf8'));
  const simulated = answers && new SimulatedClock();
  const clock: Clock = simulated ?? systemClock;
  const { limits } = await loadPromptRules(modelDir);
  const prompt = createPrompt(tokenizer, limits);
  const prefixesOf = createPromptPrefixes(prompt);
  const names = new Map<PromptPrefix, string>();
  const promptPrefixOf: PromptPrefixOf = (one, instructions) => {
    const promptPrefix = prefixesOf(one, instructions);
    if (!names.has(promptPrefix)) names.set(promptPrefix, one.name);
    return promptPrefix;
  };
  const agentOf = (promptPrefix: PromptPrefix) => names.get(promptPrefix) ?? 'caller';
  const failures: unknown[] = [];
  for (const one of allAgents(agent)) checkTools(offeredTools(one));
  const engine: Engine = answers
    ? createAnsweringEngine({ tokenizer, clock, answers, agentOf, failed: (error) => failures.push(error) })
    : await createEngine({ modelDir });
  try {
    await prepareAgent(agent, { engine, prompt }, promptPrefixOf);
    return await open(agent, options, {
      model: { engine, tokenizer, prompt },
      clock,
      simulated,
      promptPrefixOf,
      failures,
    });
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function open(agent: Agent, options: TestCallOptions, parts: Parts): Promise<TestCall> {
  const { variables = {}, partialEveryMs = 250, from, to, direction } = options;
  const { model, clock, simulated, promptPrefixOf, failures } = parts;
  const log = createTurnLog();
  const events: CallEvent[] = [];
  const turns: TurnRecord[] = [];
  let turn = 0;
  let endedTurn = -1;
  let answering = agent.name;
  let closed: CloseReason | undefined;
  const started = startCall({
    model,
    clock,
    agent,
    promptPrefixOf,
    callId: 'test-call',
    parties: { from, to, direction },
    variables,
    output: createTextOutput(),
    hasAudio: false,
    report(event) {
      events.push(event);
      log.observe(event);
      if (event.type === 'reply.ended') endedTurn = event.turn;
      if (event.type === 'agent.changed') answering = event.agent;
      if (event.type === 'call.closed') closed = event.reason;
    },
  });

  async function wait(delayMs: number): Promise<void> {
    if (simulated) await simulated.advance(delayMs);
    else await new Promise((resolve) => systemClock.setTimeout(() => resolve(undefined), delayMs));
  }

  function tell(event: CallerEvent): void {
    log.hear(event);
    started.receive(event);
  }

  async function waitForReply(): Promise<TurnRecord> {
    const deadlineMs = clock.nowMs() + PATIENCE_MS;
    while (endedTurn !== turn && closed === undefined) {
      if (clock.nowMs() > deadlineMs)
        throw new RuntimeError('reply-missing', `turn ${turn} had no end of reply within ${PATIENCE_MS} ms`);
      await wait(TICK_MS);
    }
    if (failures.length > 0) throw failures[0];
    const record = log.take(turn);
    if (turn > 0) turns.push(record);
    return record;
  }

  function begin(): void {
    if (closed !== undefined) throw new RuntimeError('call-over', `the call is over: ${closed}`);
    turn++;
    tell({ type: 'speech.started', turn });
  }

  async function say(words: string): Promise<TurnRecord> {
    const all = words.split(/\s+/).filter((word) => word !== '');
    if (all.length === 0) throw new RuntimeError('words-missing', 'say takes words of the caller, got none');
    begin();
    for (let count = 2; count < all.length; count += 2) {
      tell({ type: 'transcript.updated', turn, text: all.slice(0, count).join(' '), state: 'interim' });
      await wait(partialEveryMs);
    }
    const from = events.length;
    tell({ type: 'transcript.updated', turn, text: all.join(' '), state: 'final' });
    const isRefused = events
      .slice(from)
      .some((event) => event.type === 'error' && event.code === 'final-without-words');
    if (isRefused) throw new RuntimeError('words-missing', `say takes words of the caller, "${words}" holds none`);
    return waitForReply();
  }

  async function waitFor<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const end = () => {
      isOver = true;
    };
    work.then(end, end);
    while (!isOver) await wait(TICK_MS);
    return work;
  }

  await wait(0);
  const isGreeted = events.some((event) => event.type === 'reply.updated' && event.turn === 0);
  const greeting = isGreeted ? (await waitForReply()).reply : undefined;
  return {
    get agent() {
      return answering;
    },
    greeting,
    turns,
    events,
    get closed() {
      return closed;
    },
    say,
    async play(goal, countTurns = 8) {
      const caller = createPlayedCaller(model, goal);
      const played: TurnRecord[] = [];
      try {
        let heard = turns.at(-1)?.heard || greeting || 'Hello?';
        while (played.length < countTurns && closed === undefined) {
          const words = await waitFor(caller.reply(heard));
          if (words === '' || words === played.at(-1)?.caller) break;
          const record = await say(words);
          played.push(record);
          if (/\b(good)?bye\b/.test(words)) break;
          heard = record.heard || 'Hello?';
        }
      } finally {
        caller.close();
      }
      return played;
    },
    async pressKeys(digits) {
      if (!/^[0-9*#A-D]+$/.test(digits))
        throw new RuntimeError('digits-invalid', `pressKeys takes keys (0 to 9, *, #, A to D), got "${digits}"`);
      begin();
      for (const digit of digits) {
        tell({ type: 'dtmf.pressed', turn, digit });
        await wait(partialEveryMs);
      }
      return waitForReply();
    },
    async hangUp() {
      const ended = started.end();
      await wait(0);
      await ended;
      await model.engine.close();
    },
  };
}
