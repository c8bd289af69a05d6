// The vocabulary as constraints need it, built once: tokens by their bytes, and what each does inside a JSON string.

import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { createTextEdges, type TextEdges } from './text-slot.ts';

export interface ByteNode {
  readonly children: ReadonlyMap<number, ByteNode>;
  /** The token that these bytes make. */
  readonly id?: number;
}

export interface Vocabulary {
  readonly tokenizer: Tokenizer;
  readonly root: ByteNode;
  readonly text: TextEdges;
  /** Some token is this byte alone, so whatever holds only such bytes can be written. */
  readonly isWritable: (byte: number) => boolean;
}

interface OpenNode {
  readonly children: Map<number, OpenNode>;
  id?: number;
}

export function createVocabulary(tokenizer: Tokenizer): Vocabulary {
  const root: OpenNode = { children: new Map() };
  for (let id = 0; id < tokenizer.countTokens; id++) {
    const bytes = tokenizer.tokenBytes(id);
    if (bytes.length === 0) continue;
    let node = root;
    for (const byte of bytes) {
      const next = node.children.get(byte) ?? { children: new Map() };
      node.children.set(byte, next);
      node = next;
    }
    node.id = id;
  }
  return { tokenizer, root, text: createTextEdges(tokenizer), isWritable: writableBytes(tokenizer) };
}

/** Which bytes are a token of their own. */
export function writableBytes({ countTokens, tokenBytes }: Tokenizer): Vocabulary['isWritable'] {
  const writable = new Set<number>();
  for (let id = 0; id < countTokens; id++) {
    const [byte, ...more] = tokenBytes(id);
    if (byte !== undefined && more.length === 0) writable.add(byte);
  }
  return (byte) => writable.has(byte);
}
