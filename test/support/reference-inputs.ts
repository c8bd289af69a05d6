import { type Block, fillBias, positionsOf } from '../../src/engine/forward/mask.ts';

/** A text and two scratch blocks, as they are given to published code and to the graph. */
export interface ReferenceInputs {
  readonly ids: number[];
  readonly positions: number[];
  /** For each position which others it sees: '1' or '0'. */
  readonly sees: string[];
  /** 1 in rows that the adapter changes. */
  readonly drafting: number[];
  readonly countClean: number;
}

const COUNT_CLEAN = 12;
const MASK = 10;

/** In the second block each position sees those before it alone. */
export function referenceInputs(): ReferenceInputs {
  const clean = Array.from({ length: COUNT_CLEAN }, (_, index) => (index * 29 + 11) % 66);
  const blocks: Block[] = [
    { ids: Array<number>(5).fill(MASK), countSeen: COUNT_CLEAN },
    { ids: [17, 3, 44, 21], countSeen: 7 },
  ];
  const ids = [...clean, ...blocks.flatMap((block) => block.ids)];
  const bias = new Float32Array(ids.length ** 2);
  fillBias(bias, 0, COUNT_CLEAN, blocks);
  const first = ids.length - 4;
  const sees = ids.map((_, row) =>
    ids
      .map((_, column) => {
        const isLater = row >= first && column > row;
        return bias[row * ids.length + column] === 0 && !isLater ? '1' : '0';
      })
      .join(''),
  );
  return {
    ids,
    positions: [...positionsOf(0, COUNT_CLEAN, blocks)],
    sees,
    drafting: ids.map((_, row) => (row < COUNT_CLEAN ? 0 : 1)),
    countClean: COUNT_CLEAN,
  };
}
