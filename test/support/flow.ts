import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent, AgentTool, Handoff } from '../../src/agent/agent.ts';
import { noWords, yesWords } from '../../src/agent/consent-words.ts';
import { usualGoodbyes } from '../../src/agent/goodbye-words.ts';
import { toHandoffs } from '../../src/agent/handoffs.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createPrompt } from '../../src/engine/prompt/prompt.ts';
import { loadTokenizer } from '../../src/engine/tokenizer/tokenizer.ts';
import type { CallEvent, CallerEvent, CallParties } from '../../src/events.ts';
import type { Output } from '../../src/output/output.ts';
import { createTextOutput } from '../../src/output/text-output.ts';
import type { Chat } from '../../src/remote/chat.ts';
import type { AuthorFailure } from '../../src/session/author-code.ts';
import { startCall } from '../../src/session/call.ts';
import { createPromptPrefixes } from '../../src/session/prompt-prefixes.ts';
import { createScriptedEngine, type Script } from '../../src/testing/scripted-engine.ts';
import type { CallWriter } from '../../src/trace/format/call-file.ts';

export const tokenizer = loadTokenizer(
  readFileSync(join(import.meta.dirname, '../../models/repartee-s/tokenizer.json'), 'utf8'),
);
export const prompt = createPrompt(tokenizer);

type Changes = Partial<Omit<Agent, 'endpointing'>> & { readonly endpointing?: Partial<Agent['endpointing']> };

export function makeAgent({ endpointing, ...changes }: Changes = {}): Agent {
  return {
    endpointing: { maxDelayMs: 6000, ...endpointing },
    name: 'test',
    instructions: 'You answer calls.',
    effort: 'low',
    effortBy: {},
    whenModelFails: 'local',
    modelTimeouts: { firstMs: 3000, betweenMs: 2000, totalMs: 15_000 },
    redact: [],
    truncate: false,
    tools: [],
    handoffs: [],
    say: {
      apology: 'Sorry, something went wrong.',
      confirm: 'You want to {call}. Is that right?',
      missing: 'Please say {values}.',
      unsure: 'Did you say {values}?',
      correct: 'What should it be?',
      filler: [],
      idle: 'Are you still there?',
      goodbye: 'Goodbye.',
      transfer: 'One moment.',
    },
    maxSteps: 4,
    replyTimeoutMs: 10_000,
    interruption: {
      minWords: 1,
      minDurationMs: 0,
      falseInterruptionTimeoutMs: 2000,
      backchannels: ['uh-huh'],
      uninterruptible: [],
    },
    confirmation: { accept: yesWords, reject: noWords },
    hangUpOnGoodbye: true,
    goodbyes: usualGoodbyes,
    idle: { maxPrompts: 2 },
    maxCallMs: 3_600_000,
    dtmf: { finishOnKey: '#', interDigitTimeoutMs: 3000 },
    readVariables: (given) => given,
    createState: () => ({}),
    mayStaySilent: false,
    ...changes,
  };
}

/** The first of two agents that may hand a call to each other. */
export function pairAgents<A extends Agent>(first: A, second: Agent): A {
  const handoffs: Handoff[] = [];
  const paired = { ...first, handoffs };
  handoffs.push(...toHandoffs(first, [{ ...second, handoffs: toHandoffs(second, [paired]) }]));
  return paired;
}

/** A tool that takes simulated time and remembers its runs; `ends` decides how a run ends. */
export function makeTool(
  clock: SimulatedClock,
  changes: Partial<AgentTool> & { readonly takesMs?: number; readonly result?: unknown },
): AgentTool & { readonly runs: { args: unknown; key: string; isAborted: boolean; isDone: boolean }[] } {
  const { takesMs = 0, result = { ok: true }, ...rest } = changes;
  const runs: { args: unknown; key: string; isAborted: boolean; isDone: boolean }[] = [];
  return {
    name: 'look_up',
    description: 'Look something up',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    effect: 'read',
    confirm: false,
    confirmBelow: 0,
    grounded: false,
    timeoutMs: 5000,
    maxRetries: 0,
    fillerAfterMs: 1000,
    allowDuplicate: false,
    maxResultLength: 400,
    check: () => undefined,
    describe: (args) => `look up ${Object.values(args).join(', ')}`,
    run: (args, { signal, idempotencyKey }) => {
      const run = { args, key: idempotencyKey, isAborted: false, isDone: false };
      runs.push(run);
      return new Promise((resolve, reject) => {
        const timer = clock.setTimeout(() => {
          run.isDone = true;
          resolve(result);
        }, takesMs);
        signal.addEventListener('abort', () => {
          run.isAborted = true;
          clock.clearTimeout(timer);
          reject(signal.reason);
        });
      });
    },
    ...rest,
    runs,
  };
}

export interface FlowOptions {
  readonly agent?: Agent;
  readonly script: Script;
  readonly clock?: SimulatedClock;
  readonly output?: (clock: SimulatedClock) => Output;
  /** @default a output is given */
  readonly hasAudio?: boolean;
  readonly recording?: CallWriter;
  readonly parties?: CallParties;
  readonly authorFailed?: (failure: AuthorFailure) => void;
  readonly chatOf?: (agent: Agent) => Chat | undefined;
  /** Every event of the call as it comes. */
  readonly report?: (event: CallEvent) => void;
}

/** A whole call on simulated time: real conversation, session and output; scripted model. */
export function startFlow({
  agent = makeAgent(),
  script,
  clock = new SimulatedClock(),
  output,
  hasAudio = output !== undefined,
  recording,
  parties = {},
  authorFailed,
  chatOf,
  report,
}: FlowOptions) {
  const engine = createScriptedEngine(tokenizer, clock, script);
  const events: (CallEvent & { readonly atMs: number })[] = [];
  const call = startCall({
    model: { engine, tokenizer, prompt },
    clock,
    agent,
    promptPrefixOf: createPromptPrefixes(prompt),
    callId: 'call-1',
    parties,
    output: output?.(clock) ?? createTextOutput(),
    hasAudio,
    report(event) {
      events.push({ ...event, atMs: clock.nowMs() });
      report?.(event);
    },
    ...(recording ? { recording } : {}),
    ...(authorFailed ? { authorFailed } : {}),
    ...(chatOf ? { chatOf } : {}),
  });
  const of = <T extends CallEvent['type']>(type: T) =>
    events.filter((event): event is Extract<CallEvent, { type: T }> & { atMs: number } => event.type === type);
  return {
    call,
    clock,
    engine,
    events,
    of,
    /** The last reply of each turn as the caller got it. */
    replies: () => of('reply.ended').map(({ turn, text, heard, interrupted }) => ({ turn, text, heard, interrupted })),
    send: (event: CallerEvent) => call.receive(event),
    partial: (turn: number, text: string) => call.receive({ type: 'transcript.updated', turn, text, state: 'interim' }),
    final: (turn: number, text: string) => call.receive({ type: 'transcript.updated', turn, text, state: 'final' }),
    /** Text of the context of the n-th model request, specials left out. */
    readContext: (index: number) => {
      const request = engine.requests.at(index);
      const prefix = prompt.renderPrefix({ instructions: String(agent.instructions), tools: agent.tools });
      return request ? tokenizer.decode(request.context.slice(prefix.length)) : undefined;
    },
  };
}

/** What the model reads of a call after its setting, part by part. */
export function readParts(
  context: readonly number[],
): { readonly role: 'user' | 'say' | 'call' | 'result'; readonly text: string }[] {
  const roles = ['user', 'say', 'call', 'result'] as const;
  const parts: { role: (typeof roles)[number]; ids: number[] }[] = [];
  for (const id of context) {
    const role = roles.find((name) => tokenizer.specials[name] === id);
    if (role !== undefined) parts.push({ role, ids: [] });
    else parts.at(-1)?.ids.push(id);
  }
  return parts.map(({ role, ids }) => ({ role, text: tokenizer.decode(ids).trim() }));
}

export const say = (text: string) => ({ act: 'say', text }) as const;
export const decideCall = (name: string, args: Readonly<Record<string, unknown>>) =>
  ({ act: 'call', text: ` ${name} ${JSON.stringify(args)}` }) as const;
