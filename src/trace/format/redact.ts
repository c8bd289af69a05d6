// Takes words out of a line before it is written. Lengths stay, so that what points into a text still points at the
// same place.

import { LETTERS } from '../../base/words.ts';
import { redactionOf } from '../../events/vocabulary.ts';
import type { UnstampedEvent } from './call-file.ts';

export type Redaction = 'text' | 'numbers' | 'none';

export const redactions: readonly Redaction[] = ['text', 'numbers', 'none'];

const signs: Readonly<Record<'text' | 'numbers', readonly [pattern: RegExp, sign: string]>> = {
  text: [new RegExp(`[${LETTERS}]`, 'gu'), '×'],
  numbers: [/\p{N}/gu, '#'],
};

export function redact(event: UnstampedEvent, redaction: Redaction): UnstampedEvent {
  if (redaction === 'none') return event;
  const fields = Object.entries(event).flatMap(([name, value]): [string, unknown][] => {
    const fate = redactionOf(event.type, name);
    if (fate === 'leave-out') return [];
    return [[name, fate === 'cover' ? cover(value, redaction) : value]];
  });
  return Object.fromEntries(fields) as UnstampedEvent;
}

function cover(value: unknown, redaction: 'text' | 'numbers'): unknown {
  const [pattern, sign] = signs[redaction];
  if (typeof value === 'string') return value.replace(pattern, (letter) => sign.repeat(letter.length));
  if (typeof value === 'number') return 0;
  if (Array.isArray(value)) return value.map((item) => cover(item, redaction));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, name === 'type' ? item : cover(item, redaction)]),
  );
}
