// A recording in, what its caller said out, turn by turn.

import type { RecordedEvent } from '../trace/format/call-file.ts';

export type SpeechEvent = Extract<RecordedEvent, { readonly type: 'speech.started' | 'transcript.updated' }>;

export interface SpeechTurn {
  readonly turn: number;
  readonly events: readonly SpeechEvent[];
}

export function toSpeechTurns(events: readonly RecordedEvent[]): SpeechTurn[] {
  const turns: { turn: number; events: SpeechEvent[] }[] = [];
  for (const event of events) {
    if (event.type !== 'speech.started' && event.type !== 'transcript.updated') continue;
    const last = turns.at(-1);
    if (last?.turn === event.turn) last.events.push(event);
    else turns.push({ turn: event.turn, events: [event] });
  }
  return turns;
}
