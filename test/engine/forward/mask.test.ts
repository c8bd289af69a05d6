import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Block, fillBias, positionsOf } from '../../../src/engine/forward/mask.ts';

const scene = fc.record({
  countPast: fc.nat(20),
  countCausal: fc.integer({ min: 1, max: 6 }),
  blocks: fc.array(fc.record({ length: fc.integer({ min: 1, max: 4 }), sees: fc.nat(6) }), { maxLength: 3 }),
});

it('lets each position see the past, the clean ones before it, and its own block, and nothing else', () => {
  fc.assert(
    fc.property(scene, ({ countPast, countCausal, blocks: drawn }) => {
      const blocks: Block[] = drawn.map(({ length, sees }) => ({
        ids: Array<number>(length).fill(11),
        countSeen: Math.min(sees, countCausal),
      }));
      const owners = blocks.flatMap((block) => block.ids.map(() => block));
      const countNew = countCausal + owners.length;
      const bias = new Float32Array(countNew * (countPast + countNew)).fill(7);
      fillBias(bias, countPast, countCausal, blocks);
      for (let row = 0; row < countNew; row++) {
        for (let column = 0; column < countPast + countNew; column++) {
          const to = column - countPast;
          const own = owners[row - countCausal];
          const countClean = own ? own.countSeen : row + 1;
          const isSeen =
            to < 0 || (to < countCausal ? to < countClean : own !== undefined && owners[to - countCausal] === own);
          expect(bias[row * (countPast + countNew) + column] === 0).toBe(isSeen);
        }
      }
    }),
  );
});

it('puts a block where the text that it sees ends', () => {
  const blocks = [
    { ids: [11, 11], countSeen: 1 },
    { ids: [11, 11], countSeen: 3 },
  ];
  expect([...positionsOf(10, 3, blocks)]).toEqual([10, 11, 12, 11, 12, 13, 14]);
});
