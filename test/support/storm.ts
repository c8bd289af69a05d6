// Wild callers: any order of sounds, words, finals and pauses, played to a whole call on simulated time, and watched.

import fc from 'fast-check';
import type { Emitted } from '../../src/conversation/events.ts';
import type { CallerEvent } from '../../src/events.ts';
import { createSpeakingMouth } from '../../src/mouth/speaking-mouth.ts';
import type { Decision } from '../../src/testing/scripted-engine.ts';
import { SimulatedClock } from '../../src/testing/simulated-clock.ts';
import { decideCall, makeAgent, makeTool, readParts, say, startFlow } from './flow.ts';
import { createScriptedVoice } from './scripted-voice.ts';
import type { Seen, Witness } from './witness.ts';

/** Caller events at their times, and the number that everything else of the call follows from. */
export interface Storm {
  readonly seed: number;
  readonly steps: readonly { readonly atMs: number; readonly event: CallerEvent }[];
}

const words = fc.constantFrom('book', 'find', 'pay', 'no', 'wait', 'thanks', 'a table', 'denver', 'slow', 'uh-huh');

/** Turns go up by chance; everything else is as wild as a recogniser on a bad line. */
export function anyStorm(longest: number): fc.Arbitrary<Storm> {
  const kinds = fc.constantFrom('started', 'stopped', 'partial', 'partial', 'final', 'resumed', 'wait', 'wait', 'next');
  const step = fc.record({
    kind: kinds,
    text: fc.array(words, { maxLength: 4 }).map((list) => list.join(' ')),
    waitMs: fc.integer({ min: 0, max: 600 }),
  });
  return fc
    .record({ list: fc.array(step, { maxLength: longest, size: 'max' }), seed: fc.nat(2 ** 16) })
    .map(({ list, seed }) => {
      let turn = 1;
      let atMs = 0;
      const steps: { atMs: number; event: CallerEvent }[] = [];
      for (const { kind, text, waitMs } of list) {
        if (kind === 'wait' || kind === 'next') atMs += waitMs;
        if (kind === 'next') turn++;
        if (kind === 'started') steps.push({ atMs, event: { type: 'speech.started', turn } });
        if (kind === 'stopped') steps.push({ atMs, event: { type: 'speech.stopped', turn } });
        if (kind === 'partial' || kind === 'final' || kind === 'resumed')
          steps.push({ atMs, event: { type: 'speech.heard', turn, text, state: kind } });
      }
      return { seed, steps };
    });
}

const PATIENCE_MS = 60_000;

/** Plays a storm, hangs up, and tells what was seen. */
export async function playStorm({ seed, steps }: Storm): Promise<Witness> {
  const clock = new SimulatedClock();
  const agent = makeStormAgent(clock, seed);
  const log: Seen[] = [];
  const flow = startFlow({
    clock,
    agent,
    ...(seed % 2 === 0 ? { mouth: () => createSpeakingMouth({ voice: createScriptedVoice({ clock }), clock }) } : {}),
    script(_, { context, acts, priority }) {
      const parts = readParts(context);
      log.push({ kind: 'asked', atMs: clock.nowMs(), isDraft: priority === 'draft', parts });
      return decide(parts, acts, seed);
    },
    report(event) {
      if (event.type === 'audio.framed') log.push({ kind: 'said', atMs: clock.nowMs(), event });
    },
    recording: {
      append(event, atMs) {
        if (isTold(event)) log.push({ kind: 'told', atMs, event });
        else if (isSaid(event)) log.push({ kind: 'said', atMs, event });
      },
    },
  });
  for (const { atMs, event } of steps) {
    await clock.advance(atMs - clock.nowMs());
    flow.send(event);
  }
  await clock.advance(PATIENCE_MS);
  await flow.call.end();
  const countEvents = flow.events.length;
  const countTimers = clock.countTimers;
  await clock.advance(PATIENCE_MS);
  return {
    agent,
    log,
    runs: agent.tools.flatMap((tool) => tool.runs.map(({ key }) => ({ name: tool.name, effect: tool.effect, key }))),
    left: {
      countTimers,
      countSequences: flow.engine.countOpen,
      countLateEvents: flow.events.length - countEvents,
    },
  };
}

function makeStormAgent(clock: SimulatedClock, seed: number) {
  const plain = makeAgent();
  const find = makeTool(clock, { name: 'find', takesMs: 30 + (seed % 200) });
  const book = makeTool(clock, { name: 'book', effect: 'write', takesMs: 30 + (seed % 150) });
  const pay = makeTool(clock, { name: 'pay', effect: 'write', confirm: true, takesMs: seed % 90, mayRepeat: true });
  return {
    ...plain,
    tools: [find, book, pay],
    greeting: seed % 3 === 0 ? 'Hello and welcome.' : '',
    mayStaySilent: seed % 5 === 0,
    replyTimeoutMs: 1500,
    endOfTurn: seed % 7 === 0 ? { early: { minProbability: 0.4, pauseMs: 300, surePauseMs: 100 } } : {},
    say: { ...plain.say, thinking: seed % 4 === 0 ? ['One moment.'] : [] },
    idle: seed % 11 === 0 ? { afterMs: 3000, countPrompts: 2 } : plain.idle,
    interruption: {
      ...plain.interruption,
      resumeAfterMs: 500,
      minWords: seed % 13 === 0 ? 2 : 1,
      minSoundMs: seed % 6 === 0 ? 100 : 0,
      protect: seed % 8 === 0 ? (['greeting', 'confirm'] as const) : [],
    },
  };
}

/** The model: its decision depends on what it reads alone. */
function decide(parts: ReturnType<typeof readParts>, acts: readonly string[], seed: number): Decision {
  const heard = parts.findLast(({ role }) => role === 'user')?.text ?? '';
  const last = heard.split(' ').at(-1) ?? '';
  const hasResult = parts.at(-1)?.role === 'result';
  const costs = { prefillMs: seed % 60, denoiseMs: seed % 30, countSteps: seed % 4, pEndOfTurn: (seed % 10) / 10 };
  if (last === 'wait' && acts.includes('wait')) return { act: 'wait', text: '', ...costs };
  if (last === 'no') return { ...say('x'), ...costs, fails: 'model failed' };
  const slow = last === 'slow' ? { ...costs, prefillMs: 2500 } : costs;
  const tool = hasResult ? undefined : ['book', 'find', 'pay'].find((name) => heard.includes(name));
  const isCall = tool !== undefined && acts.includes('call');
  // "Let me check", and the call after it.
  const isBridged = isCall && last === 'denver' && acts.includes('say') && parts.at(-1)?.role === 'user';
  if (isCall && !isBridged) return { ...decideCall(tool, { city: last }), ...slow };
  return { ...say(`You said ${heard}.`), ...slow, pCallNext: isBridged ? 0.8 : 0 };
}

const told: ReadonlySet<string> = new Set(['speech.started', 'speech.stopped', 'speech.heard', 'call.ended']);
const said: ReadonlySet<string> = new Set([
  'turn.committed',
  'turn.taken-back',
  'turn.measured',
  'reply.paused',
  'reply.written',
  'reply.grew',
  'reply.resumed',
  'reply.ended',
  'audio.started',
  'audio.ended',
  'playout.cleared',
  'tool.started',
  'tool.ended',
  'call.closed',
]);

function isTold(event: { readonly type: string }): event is CallerEvent {
  return told.has(event.type);
}

function isSaid(event: { readonly type: string }): event is Emitted {
  return said.has(event.type);
}
