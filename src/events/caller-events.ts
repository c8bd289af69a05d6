// Told: what reaches a call from its wire or its recogniser. Each is a message from the client on the native wire, and
// a line of a trace.

import { z } from 'zod';
import type { Definitions } from './definition.ts';
import { callerTurn, covered, silentMs, turn, words } from './fields.ts';
import { eventLimits } from './limits.ts';

const limited = {
  turn: callerTurn,
  text: z.string().max(eventLimits.textLength),
  silentMs: z.number().min(0).max(eventLimits.silentMs).exactOptional(),
};

export const callerEvents = {
  'speech.started': { fields: { turn }, wire: { turn: limited.turn }, opensTurn: true },
  /**
   * All words of this turn so far. Only `final` commits; `resumed` takes a final back while nothing was heard and no
   * write tool has started.
   */
  'transcript.updated': {
    fields: { turn, text: words, state: z.enum(['interim', 'final', 'resumed']), silentMs },
    wire: limited,
    opensTurn: true,
  },
  /**
   * The caller makes no sound any more, and hasn't for `silentMs` (@default 0), from wires that can tell; words of it
   * may still be on their way.
   */
  'speech.stopped': { fields: { turn, silentMs }, wire: { turn: limited.turn, silentMs: limited.silentMs } },
  /** A key of the phone: 0 to 9, *, # or A to D. The keys pressed in a turn are its words. */
  'dtmf.pressed': {
    fields: { turn, digit: covered(z.string()) },
    wire: { turn: limited.turn, digit: z.string().regex(/^[0-9*#A-D]$/) },
    opensTurn: true,
  },
  'playback.position': { fields: { turn, playedMs: z.number().min(0) }, wire: {} },
  /**
   * The wire, which speaks by itself, stopped the reply to `turn` because it heard the caller. `heard`: what was spoken
   * of it.
   */
  'playback.interrupted': { fields: { turn, heard: words }, wire: { heard: limited.text } },
  /** A machine took the call, says the wire. */
  'voicemail.detected': { fields: {}, wire: {} },
  /** Hung up. */
  'call.ended': { fields: {}, wire: {} },
} as const satisfies Definitions;
