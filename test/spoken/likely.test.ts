import { expect, it } from 'vitest';
import { createLikelyReader } from '../../src/spoken/likely.ts';

const moment = { today: '2026-03-02', nowMinutes: 600 };

it('gives days, times, numbers and runs of digits as they would be written, the newest words first', () => {
  const read = createLikelyReader();
  const values = read(
    ['a table for four on friday at seven pm', 'my number is five five five oh one two three'],
    moment,
  );
  expect(values[0]).toBe('5550123');
  expect(values).toEqual(expect.arrayContaining(['2026-03-06', '19:00', 4]));
  expect(new Set(values).size).toBe(values.length);
});

it('reads the same words anew on another day', () => {
  const read = createLikelyReader();
  expect(read(['tomorrow'], moment)).toEqual(['2026-03-03']);
  expect(read(['tomorrow'], { ...moment, today: '2026-03-03' })).toEqual(['2026-03-04']);
});

it('gives nothing where nothing of that kind was said', () => {
  expect(createLikelyReader()(['yes please'], moment)).toEqual([]);
});
