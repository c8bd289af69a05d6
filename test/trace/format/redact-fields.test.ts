import { expect, it } from 'vitest';
import type { UnstampedEvent } from '../../../src/trace/format/call-file.ts';
import { coverFields } from '../../../src/trace/format/redact-fields.ts';

function coverAll(events: readonly UnstampedEvent[], values: readonly unknown[] = []): readonly UnstampedEvent[] {
  const written: UnstampedEvent[] = [];
  const writer = coverFields({ append: (event) => written.push(event) }, ['card_number', 'card'], values);
  for (const event of events) writer.append(event, 0);
  return written;
}

const args = { card_number: '4111-22', city: 'Rome' };
const started = { type: 'tool.started', turn: 1, name: 'pay', arguments: args, speculative: false } as const;

it('writes no value of a named field: neither in arguments, results, nor in what is said of it later', () => {
  const reply = { type: 'reply.updated', turn: 1, text: 'Paid with 4111-22 in Rome.' } as const;
  const ended = {
    ...started,
    type: 'tool.ended',
    result: { ok: true, receipts: [{ card: 77, card_number: ['4111-22'] }] },
  } as const;
  expect(coverAll([reply, started, ended, reply])).toEqual([
    reply,
    { ...started, arguments: { card_number: '××××-××', city: 'Rome' } },
    {
      ...ended,
      arguments: { card_number: '××××-××', city: 'Rome' },
      result: { ok: true, receipts: [{ card: 0, card_number: ['××××-××'] }] },
    },
    { ...reply, text: 'Paid with ××××-×× in Rome.' },
  ]);
});

it('writes the key of a write only where none of its arguments is covered', () => {
  const keyed = { ...started, idempotencyKey: '0123456789abcdef' };
  const open = { ...keyed, arguments: { city: 'Oslo' } };
  expect(coverAll([keyed, open])).toEqual([{ ...started, arguments: { card_number: '××××-××', city: 'Rome' } }, open]);
});

it.each([
  [' pay {"card_number": "41', ' pay {"card_number": "××'],
  [' pay {"card_number": "4\\"1", "city": "Rome"}', ' pay {"card_number": "×\\"×", "city": "Rome"}'],
  [
    ' pay {"card": {"digits": [1, 2]}, "city": "Rome"}',
    ' pay {"××××": {"××××××": [×, ×]}, "city": "Rome"}'.replace('"××××": {', '"card": {'),
  ],
  [' pay {"card": 12, "city": "card_number"}', ' pay {"card": ××, "city": "card_number"}'],
])('covers a call while it is being written: %s', (text, expected) => {
  const draft = { type: 'draft.changed', turn: 1, act: 'call', text, pEndOfTurn: 0.5, pWait: 0 } as const;
  expect(coverAll([draft])).toEqual([{ ...draft, text: expected }]);
});

it('covers variables from the first line on, and leaves other words and short ones', () => {
  const greeting = { type: 'reply.updated', turn: 0, text: 'Hello Ada Mayer, al is here at 7.' } as const;
  expect(coverAll([greeting], ['ada mayer', 'al', 7])).toEqual([
    { ...greeting, text: 'Hello ××× ×××××, al is here at 7.' },
  ]);
});
