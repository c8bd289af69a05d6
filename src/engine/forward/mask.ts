// Which position of a forward sees which: additive bias for attention. Pure.

const UNSEEN_BIAS = -1e30;

/** Scratch positions that see each other, the past, and the first `countSeen` clean positions of the forward. */
export interface Block {
  readonly ids: readonly number[];
  readonly countSeen: number;
  /** Of its own positions each sees those before it and itself. @default all of them */
  readonly isCausal?: true;
}

/**
 * Clean positions come first: each sees the past and those before it. Then the blocks, one after the other; none sees
 * another. `bias` is [countNew][countPast + countNew]. Allocates nothing.
 */
export function fillBias(bias: Float32Array, countPast: number, countCausal: number, blocks: readonly Block[]): void {
  const countNew = blocks.reduce((sum, block) => sum + block.ids.length, countCausal);
  const width = countPast + countNew;
  bias.fill(UNSEEN_BIAS, 0, countNew * width);
  for (let row = 0; row < countCausal; row++) bias.fill(0, row * width, row * width + countPast + row + 1);
  let row = countCausal;
  for (const { ids, countSeen, isCausal } of blocks) {
    const [start, first] = [row, countPast + row];
    for (const end = row + ids.length; row < end; row++) {
      bias.fill(0, row * width, row * width + countPast + countSeen);
      bias.fill(0, row * width + first, row * width + first + (isCausal ? row - start + 1 : ids.length));
    }
  }
}

/**
 * Where in the text the positions of a forward are: a block follows what it sees. Without a past, the runtime counts
 * them itself: then a block must see all clean positions.
 */
export function positionsOf(countPast: number, countCausal: number, blocks: readonly Block[]): Int32Array {
  const inBlocks = blocks.flatMap(({ ids, countSeen }) => ids.map((_, slot) => countPast + countSeen + slot));
  const clean = Array.from({ length: countCausal }, (_, index) => countPast + index);
  return Int32Array.from([...clean, ...inBlocks]);
}
