import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { mishear } from '../../training/mishearings.ts';
import { recognise } from '../../training/recogniser.ts';

const TEXT = "I'd like a table for two, please, at half past seven in the evening!";

describe('a scripted recogniser', () => {
  it('says the same for the same seed, and something else for another', () => {
    const hear = (seed: number) => recognise(TEXT, 'same', createRandom(seed));
    expect(hear(3)).toEqual(hear(3));
    expect(hear(3)).not.toEqual(hear(4));
  });

  it('draws numbers that spread over 0..1', () => {
    const random = createRandom(1);
    const counts = [0, 0, 0, 0];
    for (let draw = 0; draw < 4000; draw++) {
      const value = random();
      expect(value >= 0 && value < 1).toBe(true);
      counts[Math.floor(value * 4)] = (counts[Math.floor(value * 4)] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('ends with all words as they were said, whatever it heard before', () => {
    for (let seed = 0; seed < 50; seed++)
      for (const kind of ['same', 'late', 'revised'] as const)
        expect(recognise(TEXT, kind, createRandom(seed)).at(-1)).toEqual({
          atMs: 14 * 400 + 300,
          text: "i'd like a table for two please at half past seven in the evening",
          state: 'final',
        });
  });

  it('gives even a single word a partial', () => {
    expect(recognise('Ben', 'same', createRandom(1)).map(({ state }) => state)).toEqual(['interim', 'final']);
  });
});

describe('a misheard word', () => {
  it.each(['for', 'restaurant', "don't", 'seating', 'thanks', 'johnson', 'as', '30', 'two'])(
    'is another one than %s',
    (word) => {
      expect(mishear(word)).not.toBe(word);
      expect(mishear(word)).toMatch(/^[a-z0-9']+( [a-z0-9]+)*$/);
    },
  );
});
