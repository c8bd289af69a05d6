// An agent and a model in, a call to talk through on simulated time out: the real session, tools and model, at no
// machine's speed.

import type { Agent } from '../../src/agent/agent.ts';
import { changeAgents } from '../../src/agent/handoffs.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { CallerEvent } from '../../src/events.ts';
import { createTextOutput } from '../../src/output/text-output.ts';
import { createTurnLog, type ToolRecord, type TurnRecord } from '../../src/playback/turn-log.ts';
import { createOutsideWork, type OutsideWork } from '../../src/replay/outside-work.ts';
import { passTime } from '../../src/replay/pass-time.ts';
import { createTimedEngine } from '../../src/replay/timed-engine.ts';
import type { ModelParts } from '../../src/session/agent-sequence.ts';
import { startCall } from '../../src/session/call.ts';
import type { PromptPrefixOf } from '../../src/session/prompt-prefixes.ts';

const TICK_MS = 20;
const BREATH_MS = 250;
const WORD_MS = 400;
/** A recogniser's silence between its last partial and the final, which has the same words. */
const SILENCE_MS = 800;
/** Longer than any agent's deadline for a reply. */
const PATIENCE_MS = 60_000;

export interface TaskCallOptions {
  readonly agent: Agent;
  readonly model: ModelParts;
  readonly promptPrefixOf: PromptPrefixOf;
  readonly callId: string;
}

export interface TaskCall {
  /** What the agent said first; empty where the caller speaks first. */
  readonly greeting: string;
  /** Name of the agent that answers now. */
  readonly agent: string;
  readonly isClosed: boolean;
  /** What tools gave, each time that one ran: a turn's record has a result also where it was only told once more. */
  readonly ran: readonly ToolRecord[];
  /** Resolves when the reply is over, or did not come. */
  say(words: string): Promise<TurnRecord>;
  hangUp(): Promise<void>;
}

export async function openTaskCall({ agent, model, promptPrefixOf, callId }: TaskCallOptions): Promise<TaskCall> {
  const clock = new SimulatedClock();
  const work = createOutsideWork();
  const log = createTurnLog();
  const ran: ToolRecord[] = [];
  let turn = 0;
  let endedTurn = -1;
  let isGreeted = false;
  let isClosed = false;
  let answering = agent.name;
  const call = startCall({
    model: { ...model, engine: createTimedEngine({ engine: model.engine, clock, work, memory: new Map() }) },
    clock,
    agent: runOutside(agent, work, (run) => ran.push(run)),
    promptPrefixOf,
    callId,
    output: createTextOutput(),
    hasAudio: false,
    report(event) {
      log.observe(event);
      if (event.type === 'reply.updated' && event.turn === 0) isGreeted = true;
      if (event.type === 'reply.ended') endedTurn = event.turn;
      if (event.type === 'agent.changed') answering = event.agent;
      if (event.type === 'call.closed') isClosed = true;
    },
  });

  const pass = (delayMs: number) => passTime(clock, work, delayMs);

  async function waitForReply(): Promise<TurnRecord> {
    const untilMs = clock.nowMs() + PATIENCE_MS;
    while (endedTurn !== turn && !isClosed && clock.nowMs() < untilMs) await pass(TICK_MS);
    await pass(BREATH_MS);
    return log.take(turn);
  }

  function tell(event: CallerEvent): void {
    log.hear(event);
    call.receive(event);
  }

  await pass(0);
  const greeting = isGreeted ? (await waitForReply()).reply : '';
  return {
    greeting,
    ran,
    get agent() {
      return answering;
    },
    get isClosed() {
      return isClosed;
    },
    async say(said) {
      turn++;
      tell({ type: 'speech.started', turn });
      await pass(WORD_MS * said.split(' ').length);
      tell({ type: 'transcript.updated', turn, text: said, state: 'interim' });
      await pass(SILENCE_MS);
      tell({ type: 'transcript.updated', turn, text: said, state: 'final' });
      return waitForReply();
    },
    async hangUp() {
      const ended = call.end();
      await pass(0);
      await ended;
    },
  };
}

/** Time stands still while a tool is at work. */
function runOutside(agent: Agent, work: OutsideWork, report: (run: ToolRecord) => void): Agent {
  return changeAgents(agent, (one) => ({
    ...one,
    tools: one.tools.map((tool) => ({
      ...tool,
      async run(args, context) {
        const result = await work.run(() => tool.run(args, context));
        report({ name: tool.name, arguments: args, result, speculative: false });
        return result;
      },
    })),
  }));
}
