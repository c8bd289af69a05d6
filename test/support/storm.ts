// Wild callers: any order of sounds, words, finals and pauses, played to a whole call on simulated time, and watched.

import fc from 'fast-check';
import type { CallContext } from '../../src/agent/call-context.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { isCallEvent, isMark } from '../../src/events/vocabulary.ts';
import { createPacedOutput, MAX_SPEED_FACTOR, toSpokenMs } from '../../src/output/paced-output.ts';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { createTextOutput } from '../../src/output/text-output.ts';
import { readParts, startFlow } from './flow.ts';
import { createScriptedVoice } from './scripted-voice.ts';
import { decide, makeStormAgent } from './storm-agent.ts';
import { toTold } from './storm-file.ts';
import { ANNOUNCED, type Requested, type Seen, type Told, type Witness } from './witness.ts';

/** What comes from outside and when, and the number that everything else of the call follows from. */
export interface Storm {
  readonly seed: number;
  readonly steps: readonly { readonly atMs: number; readonly event: Told }[];
}

const words = fc.constantFrom(
  'book',
  'find',
  'pay',
  'no',
  'yes',
  'wait',
  'thanks',
  'a table',
  'denver',
  'slow',
  'slow',
  'uh-huh',
  'desk',
);

/** How often each kind of step comes, the rarest of which may end the call. */
const kinds = {
  ...{ turn: 36, paid: 8, noise: 20, started: 8, stopped: 8, partial: 16, final: 8, resumed: 8, wait: 8, next: 8 },
  ...{
    keys: 12,
    key: 12,
    played: 10,
    halted: 8,
    asked: 4,
    announced: 4,
    hangUp: 2,
    transfer: 1,
    voicemail: 1,
    ended: 1,
  },
} as const;

/** Turns as callers take them, noises and keys, and among them whatever a recogniser may report on a bad line, a network or an agent. */
export function anyStorm(longest: number): fc.Arbitrary<Storm> {
  const step = fc.record({
    kind: fc.constantFrom(...Object.entries(kinds).flatMap(([kind, weight]) => Array<string>(weight).fill(kind))),
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
  const steps: { atMs: number; event: Told }[] = [];
  let turn = 1;
  let atMs = 0;
  for (const { kind, text, waitMs } of list) {
    const tell = (event: Told) => steps.push({ atMs, event });
    const action = (requested: Requested['action']) => tell({ type: 'action.requested', action: requested });
    const hear = (heard: string, state: 'interim' | 'final' | 'resumed') =>
      tell({ type: 'transcript.updated', turn, text: heard, state });
    /** The reply to this turn or, late, to the one before. */
    const replyTurn = Math.max(0, turn - (waitMs % 3 === 0 ? 1 : 0));
    if (kind === 'turn' || kind === 'noise' || kind === 'next' || kind === 'keys') turn++;
    if (kind === 'turn' || kind === 'noise' || kind === 'started') tell({ type: 'speech.started', turn });
    if (kind === 'turn') {
      const all = text.split(' ');
      for (let count = 1; count < all.length; count++) {
        atMs += 100;
        hear(all.slice(0, count).join(' '), 'interim');
      }
      // Some recognisers repeat all words as a partial, and then make them final at once.
      atMs += 100;
      if (waitMs % 2 === 0) hear(text, 'interim');
      tell({
        type: 'transcript.updated',
        turn,
        text,
        state: 'final',
        ...(waitMs % 3 === 0 ? { silentMs: waitMs } : {}),
      });
    }
    // A write that is read back, and a yes to it: at once, over it, after it, or after something else was asked.
    if (kind === 'paid') {
      turn++;
      hear('pay', 'final');
      atMs += waitMs;
      if (waitMs % 5 === 0) tell({ type: 'playback.position', turn, playedMs: 3_600_000 });
      if (waitMs % 5 === 1) tell({ type: 'playback.interrupted', turn, heard: 'You want to' });
      if (waitMs % 5 === 2) atMs += 6500;
      if (waitMs % 5 === 3) atMs += 3 * waitMs;
      turn++;
      if (waitMs % 2 === 0) hear('yes', 'interim');
      hear('yes please', 'final');
    }
    if (kind === 'interim' || kind === 'final' || kind === 'resumed') hear(text, kind);
    if (kind === 'stopped') tell({ type: 'speech.stopped', turn });
    if (kind === 'key') tell({ type: 'dtmf.pressed', turn, digit: '0*#1'[waitMs % 4] ?? '0' });
    if (kind === 'keys')
      for (const digit of `${waitMs}${waitMs % 2 === 0 ? '#' : ''}`) {
        tell({ type: 'dtmf.pressed', turn, digit });
        atMs += 150;
      }
    if (kind === 'played') tell({ type: 'playback.position', turn: replyTurn, playedMs: waitMs ** 2 / 50 });
    if (kind === 'halted') tell({ type: 'playback.interrupted', turn: replyTurn, heard: `You said ${text}` });
    if (kind === 'asked') action({ type: 'play', source: 'bell.mp3' });
    if (kind === 'announced') action({ type: 'say', text: ANNOUNCED });
    if (kind === 'hangUp') action({ type: 'hang-up' });
    if (kind === 'transfer') action({ type: 'transfer', transfer: { to: '+15005550006' } });
    if (kind === 'voicemail') tell({ type: 'voicemail.detected' });
    if (kind === 'ended') tell({ type: 'call.ended' });
    if (['wait', 'next', 'turn', 'paid', 'noise', 'keys', 'key'].includes(kind)) atMs += waitMs;
  }
  return steps;
}

const PATIENCE_MS = 60_000;

/** Plays a storm, hangs up, and tells what was seen. */
export async function playStorm({ seed, steps }: Storm): Promise<Witness> {
  const clock = new SimulatedClock();
  let wishes: CallContext | undefined;
  const agent = makeStormAgent(clock, seed, (call) => {
    wishes = call;
  });
  const hasVoice = seed % 2 === 0;
  const isText = seed % 4 === 1;
  const log: Seen[] = [];
  const flow = startFlow({
    clock,
    agent,
    // A call that is spoken, written, or spoken by a telephone network.
    output() {
      if (hasVoice) return createSpokenOutput({ voice: createScriptedVoice({ clock }), clock });
      return isText ? createTextOutput() : createPacedOutput(clock);
    },
    hasAudio: hasVoice,
    script(_, { context, acts, priority }, { tools }) {
      const parts = readParts(context);
      log.push({ kind: 'asked', atMs: clock.nowMs(), isDraft: priority === 'draft', parts });
      return decide(parts, acts, tools, seed);
    },
    report(event) {
      if (event.type === 'audio.delta') log.push({ kind: 'said', atMs: clock.nowMs(), event });
    },
    recording: {
      append(event, atMs) {
        const told = toTold(event);
        if (told !== undefined) log.push({ kind: 'told', atMs, event: told });
        else if (isCallEvent(event) || isMark(event)) log.push({ kind: 'said', atMs, event });
      },
    },
  });
  for (const { atMs, event } of steps) {
    await clock.advance(atMs - clock.nowMs());
    if (event.type === 'action.requested') action(wishes, event);
    else flow.send(event);
  }
  await clock.advance(PATIENCE_MS);
  await flow.call.end();
  const countEvents = flow.events.length;
  const countTimers = clock.countTimers;
  await clock.advance(PATIENCE_MS);
  return {
    agent,
    isText,
    leastMs: (text) => (hasVoice || isText ? 0 : toSpokenMs(text) / MAX_SPEED_FACTOR),
    log,
    runs: agent.tools.flatMap((tool) => tool.runs.map(({ key }) => ({ name: tool.name, effect: tool.effect, key }))),
    left: {
      countTimers,
      countSequences: flow.engine.countOpen,
      countLateEvents: flow.events.length - countEvents,
    },
  };
}

/** As its code would have it, at whatever time. */
function action(call: CallContext | undefined, { action }: Requested): void {
  if (action.type === 'hang-up') call?.hangUp();
  if (action.type === 'transfer') call?.transfer(action.transfer.to, action.transfer.note);
  if (action.type === 'play') call?.play(action.source);
  if (action.type === 'say') call?.say(action.text);
}
