// Byte-pair merging of one word: lowest rank first, leftmost among equals, in O(n log n) by a heap over a linked list.

/**
 * Merges `symbols` by rank. `ranks` maps left * countTokens + right to a rank, `merged` a rank to the token that the
 * pair becomes. Links are places of `symbols` or -1, which is asked for nothing; places of the heap stay below its
 * length.
 */
export function mergeSymbols(
  symbols: readonly number[],
  ranks: ReadonlyMap<number, number>,
  merged: readonly number[],
  countTokens: number,
): number[] {
  const count = symbols.length;
  const ids = Int32Array.from(symbols);
  const next = Int32Array.from(symbols, (_, i) => (i + 1 < count ? i + 1 : -1));
  const previous = Int32Array.from(symbols, (_, i) => i - 1);
  const heap: number[] = [];

  /** An entry orders by rank, then by place, and is stale once its pair has changed. */
  const offer = (left: number): void => {
    const right = left < 0 ? -1 : next[left]!;
    if (right < 0) return;
    const rank = ranks.get(ids[left]! * countTokens + ids[right]!);
    if (rank !== undefined) push(heap, rank * count + left);
  };

  for (let i = 0; i + 1 < count; i++) offer(i);
  for (let entry = pop(heap); entry !== undefined; entry = pop(heap)) {
    const left = entry % count;
    const rank = (entry - left) / count;
    const right = next[left]!;
    if (right < 0 || ids[left]! < 0) continue;
    if (ranks.get(ids[left]! * countTokens + ids[right]!) !== rank) continue;
    ids[left] = merged[rank]!;
    ids[right] = -1;
    const after = next[right]!;
    next[left] = after;
    next[right] = -1;
    if (after >= 0) previous[after] = left;
    offer(left);
    offer(previous[left]!);
  }
  return Array.from(ids.filter((id) => id >= 0));
}

function push(heap: number[], entry: number): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent]!;
    if (above <= entry) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: number[]): number | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    const below = heap[child]!;
    if (below >= last) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
  return top;
}
