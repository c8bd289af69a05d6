// Token sequences that share their beginnings. Pure.

export interface TrieNode<T> {
  readonly children: ReadonlyMap<number, TrieNode<T>>;
  /** Set where a sequence ends. */
  readonly value?: T;
}

interface OpenNode<T> {
  readonly children: Map<number, OpenNode<T>>;
  value?: T;
}

/** `calls` = 12 7, `callback` = 12 9 gives 12 → { 7: calls, 9: callback }. */
export function buildTrie<T>(entries: Iterable<readonly [tokens: readonly number[], value: T]>): TrieNode<T> {
  const root: OpenNode<T> = { children: new Map() };
  for (const [tokens, value] of entries) {
    let node = root;
    for (const token of tokens) {
      const next = node.children.get(token) ?? { children: new Map() };
      node.children.set(token, next);
      node = next;
    }
    node.value = value;
  }
  return root;
}
