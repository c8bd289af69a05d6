// Takes words out of a line before it is written. Lengths stay, so that what points into a text still points at the same place.

import { LETTERS } from '../../base/words.ts';
import type { UnstampedEvent } from './call-file.ts';

export type Redaction = 'text' | 'numbers' | 'none';

export const redactions: readonly Redaction[] = ['text', 'numbers', 'none'];

/** Fields that carry what somebody said, or what a tool was asked and answered. */
const spoken = new Set([
  'text',
  'ahead',
  'words',
  'heard',
  'arguments',
  'result',
  'call',
  'message',
  'event',
  'digit',
  'digits',
  'transfer',
  'error',
]);

const signs: Readonly<Record<'text' | 'numbers', readonly [pattern: RegExp, sign: string]>> = {
  text: [new RegExp(`[${LETTERS}]`, 'gu'), '×'],
  numbers: [/\p{N}/gu, '#'],
};

/** A field of an event that may hold words. */
export function isSpoken(name: string): boolean {
  return spoken.has(name);
}

export function redact(event: UnstampedEvent, redaction: Redaction): UnstampedEvent {
  if (redaction === 'none') return event;
  const fields = Object.entries(event).flatMap(([name, value]): [string, unknown][] => {
    // From a key of few possible arguments they can be found by trying.
    if (name === 'idempotencyKey') return [];
    return [[name, isSpoken(name) ? cover(value, redaction) : value]];
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
