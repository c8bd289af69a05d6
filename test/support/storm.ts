// Wild callers: any order of sounds, words, finals and pauses, played to a whole call on simulated time, and watched.

import fc from 'fast-check';
import type { Emitted } from '../../src/conversation/events.ts';
import type { CallerEvent } from '../../src/events.ts';
import { createSpeakingMouth } from '../../src/mouth/speaking-mouth.ts';
import type { Decision } from '../../src/testing/scripted-engine.ts';
import { SimulatedClock } from '../../src/testing/simulated-clock.ts';
import { decideCall, makeAgent, makeTool, pairAgents, readParts, say, startFlow } from './flow.ts';
import { createScriptedVoice } from './scripted-voice.ts';
import { type Seen, UNSURE_WORDS, type Witness } from './witness.ts';

/** Caller events at their times, and the number that everything else of the call follows from. */
export interface Storm {
  readonly seed: number;
  readonly steps: readonly { readonly atMs: number; readonly event: CallerEvent }[];
}

const words = fc.constantFrom(
  'book',
  'find',
  'pay',
  'no',
  'wait',
  'thanks',
  'a table',
  'denver',
  'slow',
  'uh-huh',
  'desk',
);

/** Turns as callers take them, noises, and among them whatever a recogniser may report on a bad line. */
export function anyStorm(longest: number): fc.Arbitrary<Storm> {
  const wild = ['started', 'stopped', 'partial', 'partial', 'final', 'resumed', 'wait', 'next'] as const;
  const step = fc.record({
    kind: fc.constantFrom('turn', 'turn', 'turn', 'noise', 'noise', ...wild),
    text: fc.array(words, { maxLength: 7 }).map((list) => list.join(' ')),
    waitMs: fc.integer({ min: 0, max: 900 }),
  });
  return fc
    .record({ list: fc.array(step, { maxLength: longest, size: 'max' }), seed: fc.nat(2 ** 16) })
    .map(({ list, seed }) => ({ seed, steps: toSteps(list) }));
}

function toSteps(
  list: readonly { readonly kind: string; readonly text: string; readonly waitMs: number }[],
): Storm['steps'] {
  const steps: { atMs: number; event: CallerEvent }[] = [];
  let turn = 1;
  let atMs = 0;
  for (const { kind, text, waitMs } of list) {
    const say = (event: CallerEvent) => steps.push({ atMs, event });
    const hear = (heard: string, state: 'partial' | 'final' | 'resumed') =>
      say({ type: 'speech.heard', turn, text: heard, state });
    if (kind === 'turn' || kind === 'noise' || kind === 'next') turn++;
    if (kind === 'turn' || kind === 'noise' || kind === 'started') say({ type: 'speech.started', turn });
    if (kind === 'turn') {
      const all = text.split(' ');
      for (let count = 1; count < all.length; count++) {
        atMs += 100;
        hear(all.slice(0, count).join(' '), 'partial');
      }
      // Some recognisers repeat all words as a partial, and then make them final at once.
      atMs += 100;
      if (waitMs % 2 === 0) hear(text, 'partial');
      say({ type: 'speech.heard', turn, text, state: 'final', ...(waitMs % 3 === 0 ? { silentMs: waitMs } : {}) });
    }
    if (kind === 'partial' || kind === 'final' || kind === 'resumed') hear(text, kind);
    if (kind === 'stopped') say({ type: 'speech.stopped', turn });
    if (kind === 'wait' || kind === 'next' || kind === 'turn' || kind === 'noise') atMs += waitMs;
  }
  return steps;
}

const PATIENCE_MS = 60_000;

/** Plays a storm, hangs up, and tells what was seen. */
export async function playStorm({ seed, steps }: Storm): Promise<Witness> {
  const clock = new SimulatedClock();
  const agent = makeStormAgent(clock, seed);
  const hasVoice = seed % 2 === 0;
  const log: Seen[] = [];
  const flow = startFlow({
    clock,
    agent,
    ...(hasVoice ? { mouth: () => createSpeakingMouth({ voice: createScriptedVoice({ clock }), clock }) } : {}),
    script(_, { context, acts, priority }, { tools }) {
      const parts = readParts(context);
      log.push({ kind: 'asked', atMs: clock.nowMs(), isDraft: priority === 'draft', parts });
      return decide(parts, acts, tools, seed);
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
    isText: !hasVoice,
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
  const confirmBelow = seed % 4 < 2 ? 0.5 : 0;
  const book = makeTool(clock, { name: 'book', effect: 'write', takesMs: 30 + (seed % 150), confirmBelow });
  const pay = makeTool(clock, { name: 'pay', effect: 'write', confirm: true, takesMs: seed % 90, mayRepeat: true });
  const agent = {
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
  // Two that hand over to each other, and can do the same.
  const takeover = seed % 2 === 0 ? { takeover: 'Desk here.' } : {};
  const say = { ...agent.say, ...takeover };
  return pairAgents(agent, { ...agent, name: 'desk', instructions: 'At the desk.', say });
}

/** The model: its decision depends on what it reads alone. */
function decide(
  parts: ReturnType<typeof readParts>,
  acts: readonly string[],
  tools: readonly { readonly name: string }[],
  seed: number,
): Decision {
  const heard = parts.findLast(({ role }) => role === 'user')?.text ?? '';
  const last = heard.split(' ').at(-1) ?? '';
  // Some models are stubborn.
  const hasResult = parts.at(-1)?.role === 'result' && seed % 9 !== 0;
  const costs = { prefillMs: seed % 60, denoiseMs: seed % 30, countSteps: seed % 4, pEndOfTurn: (seed % 10) / 10 };
  if (last === 'wait' && acts.includes('wait')) return { act: 'wait', text: '', ...costs };
  if (last === 'no') return { ...say('x'), ...costs, fails: 'model failed' };
  // Slower than a reply may be; after its first words some are at a loss for ever.
  const isAtALoss = !acts.includes('say') && seed % 3 === 0;
  const slow = last === 'slow' || isAtALoss ? { ...costs, prefillMs: isAtALoss ? 1e9 : 2500 } : costs;
  const handoff = tools.find(({ name }) => name.startsWith('transfer_to_'));
  if (last === 'desk' && handoff && acts.includes('call')) return { ...decideCall(handoff.name, {}), ...costs };
  const tool = hasResult ? undefined : ['book', 'find', 'pay'].find((name) => heard.includes(name));
  const isCall = tool !== undefined && acts.includes('call');
  // "Let me check", and the call after it.
  const isBridged = isCall && last === 'denver' && acts.includes('say') && parts.at(-1)?.role === 'user';
  const said = Math.floor(heard.split(' ').length / 3) % 2 === 0 ? 'denver' : 'boston';
  const isUnsure = tool === 'book' && seed % 3 !== 0;
  const city = isUnsure ? `${UNSURE_WORDS} in ${said}` : said;
  const argumentConfidences = { city: isUnsure ? 0.2 : 0.9 };
  if (isCall && !isBridged) return { ...decideCall(tool, { city }), ...slow, argumentConfidences };
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
  'agent.changed',
  'call.closed',
]);

function isTold(event: { readonly type: string }): event is CallerEvent {
  return told.has(event.type);
}

function isSaid(event: { readonly type: string }): event is Emitted {
  return said.has(event.type);
}
