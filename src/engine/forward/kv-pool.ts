// Keys and values of all sequences within one budget: what has been idle longest goes first, and is prefilled anew when
// it is wanted again.
import type { Kv } from './kv.ts';

export interface KvPool {
  readonly sizeBytes: number;
  add(kv: Kv): void;
  remove(kv: Kv): void;
  /** Marks `kv` as in use until `rest` and drops idle ones until there is room for its `length` tokens. */
  use(kv: Kv, length: number): void;
  rest(kv: Kv): void;
}

/** What is in use is never dropped: a budget below what runs at once is exceeded. */
export function createKvPool(budgetBytes: number): KvPool {
  /** In the order of last use; in use: the bytes that it may grow to, else none. */
  const promisedBytes = new Map<Kv, number | undefined>();

  function sizeBytes(): number {
    let sum = 0;
    for (const [kv, promised = 0] of promisedBytes) sum += Math.max(kv.sizeBytes, promised);
    return sum;
  }

  function makeRoom(): void {
    let surplusBytes = sizeBytes() - budgetBytes;
    for (const [kv, promised] of promisedBytes) {
      if (surplusBytes <= 0) return;
      if (promised !== undefined) continue;
      surplusBytes -= kv.sizeBytes;
      kv.drop();
    }
  }

  return {
    get sizeBytes() {
      return sizeBytes();
    },
    add: (kv) => promisedBytes.set(kv, undefined),
    remove: (kv) => promisedBytes.delete(kv),
    use(kv, length) {
      if (!promisedBytes.delete(kv)) return;
      promisedBytes.set(kv, kv.sizeBytesAt(length));
      makeRoom();
    },
    rest(kv) {
      if (promisedBytes.has(kv)) promisedBytes.set(kv, undefined);
    },
  };
}
