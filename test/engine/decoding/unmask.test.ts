import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  chooseEdited,
  chooseKept,
  chooseRemasked,
  type Filled,
  type Guess,
  mayCommit,
  type Policy,
} from '../../../src/engine/decoding/unmask.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const nats = fc.double({ min: 0, max: 10, noNaN: true });
const guesses: fc.Arbitrary<Guess[]> = fc.array(fc.record({ confidence: unit, entropy: nats }), {
  minLength: 1,
  maxLength: 20,
});
const policy: fc.Arbitrary<Policy> = fc.oneof(
  unit.map((confidence) => ({ kind: 'threshold' as const, confidence })),
  fc.integer({ min: 1, max: 25 }).map((count) => ({ kind: 'count' as const, count })),
  fc.double({ min: 0, max: 5, noNaN: true }).map((boundNats) => ({ kind: 'entropy' as const, boundNats })),
);

function pick(all: readonly Guess[], kept: readonly number[]): Guess[] {
  return kept.flatMap((index) => all[index] ?? []);
}

it('always keeps at least one guess, and none twice', () => {
  fc.assert(
    fc.property(policy, guesses, (chosen, all) => {
      const kept = chooseKept(chosen, all);
      expect(kept.length).toBeGreaterThan(0);
      expect(new Set(kept).size).toBe(kept.length);
      expect(pick(all, kept)).toHaveLength(kept.length);
    }),
  );
});

it('keeps nothing of nothing', () => {
  for (const kind of [
    { kind: 'threshold', confidence: 0.5 },
    { kind: 'count', count: 3 },
    { kind: 'entropy', boundNats: 1 },
  ] as const)
    expect(chooseKept(kind, [])).toEqual([]);
});

it('keeps by threshold exactly the guesses that reach it', () => {
  fc.assert(
    fc.property(unit, guesses, (confidence, all) => {
      const kept = chooseKept({ kind: 'threshold', confidence }, all);
      const sure = all.filter((guess) => guess.confidence >= confidence);
      const best = all.reduce((a, b) => (b.confidence > a.confidence ? b : a));
      expect(pick(all, kept).map((guess) => guess.confidence)).toEqual(
        (sure.length > 0 ? sure : [best]).map((guess) => guess.confidence),
      );
    }),
  );
});

it('keeps by count the most confident ones', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 25 }), guesses, (count, all) => {
      const kept = pick(all, chooseKept({ kind: 'count', count }, all)).map((guess) => guess.confidence);
      const sorted = all.map((guess) => guess.confidence).sort((a, b) => b - a);
      expect([...kept].sort((a, b) => b - a)).toEqual(sorted.slice(0, count));
    }),
  );
});

it('keeps by entropy as many of the surest as tell each other little, and not one more', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 5, noNaN: true }), guesses, (boundNats, all) => {
      const kept = pick(all, chooseKept({ kind: 'entropy', boundNats }, all)).map((guess) => guess.entropy);
      const sorted = all.map((guess) => guess.entropy).sort((a, b) => a - b);
      expect([...kept].sort((a, b) => a - b)).toEqual(sorted.slice(0, kept.length));
      const sumBefore = (count: number) => sorted.slice(0, count - 1).reduce((sum, value) => sum + value, 0);
      if (kept.length > 1) expect(sumBefore(kept.length)).toBeLessThanOrEqual(boundNats);
      if (kept.length < all.length) expect(sumBefore(kept.length + 1)).toBeGreaterThan(boundNats);
    }),
  );
});

it('commits early only where all that is left is clear, and sooner the later the step', () => {
  const commits = (gapNats: number) => [0, 2, 5].map((step) => mayCommit([gapNats], step, 6));
  expect([commits(8), commits(6), commits(3), commits(1)]).toEqual([
    [true, true, true],
    [false, true, true],
    [false, false, true],
    [false, false, false],
  ]);
  expect(mayCommit([], 5, 6)).toBe(false);
});

it('edits only what is surely another token, and masks again the least likely, always fewer than were kept', () => {
  const filled: fc.Arbitrary<Filled[]> = fc.array(
    fc.record({ p: unit, best: fc.record({ isSame: fc.boolean(), confidence: unit }) }),
  );
  fc.assert(
    fc.property(filled, unit, fc.integer({ min: 0, max: 9 }), (all, bound, countKept) => {
      for (const index of chooseEdited(all, bound))
        expect(all[index]?.best.isSame === false && (all[index]?.best.confidence ?? 0) >= bound).toBe(true);
      const again = chooseRemasked(all, bound, countKept);
      expect(again.length).toBeLessThanOrEqual(Math.max(0, countKept - 1));
      const highest = Math.max(0, ...again.map((index) => all[index]?.p ?? 1));
      for (const [index, { p }] of all.entries()) if (p < highest) expect(again).toContain(index);
      for (const index of again) expect(all[index]?.p).toBeLessThan(bound);
    }),
  );
});
