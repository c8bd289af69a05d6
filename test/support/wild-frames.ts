// What a broken or hostile peer may send on a wire, as fast-check arbitraries: mostly sense, then sense gone wrong.

import fc from 'fast-check';

/** In every word that a peer sends: a log that holds it has told of a caller. */
export const spokenMark = 'zqx';

const FRAMES_OF_A_TURN = 6;

export type WildFrame =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary' }
  | { readonly kind: 'flood' }
  | { readonly kind: 'vanish' }
  | { readonly kind: 'wait'; readonly delayMs: number };

const words = fc
  .array(fc.constantFrom('book', 'find', 'no', 'wait', 'thanks', 'denver'), { maxLength: 4 })
  .map((list) => list.join(' '));
const text = fc
  .oneof(
    { weight: 8, arbitrary: words },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
    { weight: 1, arbitrary: fc.constant('x'.repeat(4001)) },
  )
  .map((said) => `${spokenMark} ${said}`);
/** From where a caller's turns would be by then. */
const turn = fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer() });
const digit = fc.constantFrom('1', '2', '#', '*');
const junk = fc.oneof(
  fc.constantFrom(null, true, -1, 1e308, '', [], {}, [[[[]]]], { __proto__: null }),
  fc.string({ maxLength: 8 }).map((value) => spokenMark + value),
);

const silentMs = fc.oneof({ weight: 20, arbitrary: fc.nat(3000) }, { weight: 1, arbitrary: fc.double() });

export const nativeMessage = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('transcript.updated'), turn, text, state: stateOf('interim') }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('transcript.updated'), turn, text, state: stateOf('final'), silentMs }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('transcript.updated'), turn, text, state: stateOf('resumed') }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('speech.started', 'speech.stopped'), turn }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('dtmf.pressed'), turn, digit }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('playback.interrupted'), turn: fc.nat(5), heard: text }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('playback.position'), turn: fc.nat(5), playedMs: fc.nat() }) },
);

const variables = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ branch: 'north' }) },
  { weight: 1, arbitrary: fc.constant({ unwanted: 'x' }) },
);

/** `good` is the call of the peer that behaves. */
export const nativeOpening = fc.oneof(
  { weight: 12, arbitrary: fc.record({ type: fc.constant('call.started'), version: fc.constant(1), variables }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('call.started'),
      version: fc.constant(1),
      agent: fc.constantFrom('test', 'nobody'),
      callId: fc.constantFrom('good', 'other', ''),
    }),
  },
);

export const relayOpening = fc.record({
  type: fc.constant('setup'),
  sessionId: fc.constantFrom('VX1', 'VX2', 'good', 'not an id'),
  callSid: fc.constantFrom('CA1', 'CA2'),
  customParameters: fc.oneof({ weight: 12, arbitrary: variables }, fc.constantFrom(null, { agent: 'nobody' })),
});

export const relayMessage = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ type: fc.constant('prompt'), voicePrompt: text, last: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('dtmf'), digit }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('interrupt'),
      utteranceUntilInterrupt: text,
      durationUntilInterruptMs: fc.oneof(fc.nat(), fc.nat().map(String)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('info', 'error'), description: text }) },
);

/** Frames of one socket: an opening that mostly makes sense, then messages, some of them broken, and the network's whims. */
export function wildFrames(
  openings: fc.Arbitrary<object>,
  messages: fc.Arbitrary<object>,
  countFrames: number,
): fc.Arbitrary<WildFrame[]> {
  const frame: fc.Arbitrary<(index: number) => WildFrame> = fc.oneof(
    { weight: 300, arbitrary: messages.map((message) => (index: number) => toText(place(message, index))) },
    {
      weight: 40,
      arbitrary: fc.tuple(messages, fc.nat(), junk).map(
        ([message, at, value]) =>
          (index: number) =>
            toText(place(breakField(message, at, value), index)),
      ),
    },
    {
      weight: 10,
      arbitrary: fc.tuple(messages, fc.nat()).map(([message, at]) => () => {
        const whole = JSON.stringify(message);
        return toText(whole.slice(0, at % whole.length));
      }),
    },
    {
      weight: 10,
      arbitrary: fc.oneof(fc.json(), fc.string({ unit: 'binary' })).map((raw) => () => toText(spokenMark + raw)),
    },
    { weight: 10, arbitrary: openings.map((opening) => () => toText(opening)) },
    { weight: 120, arbitrary: fc.nat(400).map((delayMs) => (): WildFrame => ({ kind: 'wait', delayMs })) },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom<WildFrame>({ kind: 'binary' }, { kind: 'flood' }, { kind: 'vanish' })
        .map((whim) => () => whim),
    },
  );
  return fc
    .tuple(openings, fc.array(frame, { minLength: countFrames, maxLength: countFrames, size: 'max' }))
    .map(([opening, frames]) => [toText(opening), ...frames.map((make, index) => make(index))]);
}

function place(message: object, index: number): object {
  if (!('turn' in message) || typeof message.turn !== 'number') return message;
  return { ...message, turn: message.turn + 1 + Math.floor(index / FRAMES_OF_A_TURN) };
}

function stateOf(state: string): fc.Arbitrary<string> {
  return fc.constant(state);
}

function toText(message: object | string): WildFrame {
  return { kind: 'text', text: typeof message === 'string' ? message : JSON.stringify(message) };
}

/** One field left out, replaced, or added. */
function breakField(message: object, at: number, value: unknown): object {
  const fields = Object.entries(message);
  const name = fields[at % (fields.length + 1)]?.[0] ?? `${spokenMark}Field`;
  const rest = fields.filter(([key]) => key !== name);
  return Object.fromEntries(at % 2 === 0 ? rest : [...rest, [name, value]]);
}
