import fc from 'fast-check';
import { expect, it } from 'vitest';
import { slide } from '../../../src/engine/serving/slide.ts';

const opening = 5;
const prefix = [1, 3, 3, 4];
const callerTurns = (context: readonly number[]) => [...context.keys()].filter((index) => context[index] === opening);
const window = { roomTokens: 100, countPrefix: prefix.length, callerTurns };
/** A turn of the caller and its answer, numbered so that a test can see which were kept. */
const turn = (number: number, length: number) => [opening, ...Array<number>(length - 1).fill(100 + number)];
const call = (lengths: readonly number[]) => [...prefix, ...lengths.flatMap((length, index) => turn(index, length))];
const lengths = fc.array(fc.integer({ min: 2, max: 30 }), { minLength: 1, maxLength: 40 });

it('leaves what fits as it is', () => {
  const context = call([48, 48]);
  expect(slide(context, window)).toBe(context);
});

it('keeps the prefix and the newest turns, whole, within the room', () => {
  fc.assert(
    fc.property(lengths, (all) => {
      const context = call(all);
      const kept = slide(context, window);
      expect(kept.length).toBeLessThanOrEqual(window.roomTokens);
      expect(kept.slice(0, prefix.length)).toEqual(prefix);
      expect(kept[prefix.length]).toBe(opening);
      expect(context.slice(context.length - kept.length + prefix.length)).toEqual(kept.slice(prefix.length));
      expect(kept.length).toBeGreaterThan(Math.min(context.length - 1, window.roomTokens / 2 - 30));
    }),
  );
});

it('goes on with the window it had, but for once in many turns', () => {
  const all = Array.from({ length: 200 }, (_, index) => 5 + (index % 7));
  let countMoves = 0;
  let before: readonly number[] = prefix;
  for (let count = 1; count <= all.length; count++) {
    const kept = slide(call(all.slice(0, count)), window);
    if (before.some((id, index) => kept[index] !== id)) countMoves++;
    before = kept;
  }
  const countTokens = all.reduce((sum, length) => sum + length, 0);
  expect(countMoves).toBeLessThanOrEqual(Math.ceil(countTokens / 48));
  expect(countMoves).toBeGreaterThan(10);
});

it('gives back what can not be made to fit', () => {
  const context = call([10, 150]);
  expect(slide(context, window).length).toBeGreaterThan(window.roomTokens);
  expect(slide([...prefix, ...Array<number>(120).fill(9)], window)).toHaveLength(124);
});
