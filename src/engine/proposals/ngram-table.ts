// What agents go on to say after their last few words: a table counted on training dialogues. Gives candidates, which
// the causal head checks.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../../errors.ts';
import type { Manifest } from '../manifest.ts';

export const PHRASES_FILE = 'phrases.bin';
export const PHRASES_MAGIC = 0x53485250;
export const PHRASES_VERSION = 1;
export const PHRASES_HEADER_WORDS = 4;
/** Most tokens that an entry looks back on. */
export const MAX_PHRASE_TOKENS = 4;
/** Shares are stored in steps of this. */
export const SHARE_STEP = 1 / 255;

/** A likely next token, and how likely it is to be the model's own. */
export interface Candidate {
  readonly id: number;
  readonly share: number;
}

export interface NgramTable {
  /** After the first `count` of `tokens`: what followed the longest known end of them. Allocates only what it gives. */
  next(tokens: readonly number[], count: number): Candidate | undefined;
}

export const noPhrases: NgramTable = { next: () => undefined };

/** Goes from a hash of the tokens behind to one that has `id` in front of them. 32 bits, unsigned. */
export function hashBack(hash: number, id: number): number {
  const mixed = Math.imul(hash ^ id, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

export const EMPTY_HASH = 0x811c9dc5;

/** Keys ascending, then for each its token and its share: see training/phrases.ts. Throws ModelError. */
export function readPhrases(bytes: Uint8Array): NgramTable {
  const aligned = Uint8Array.from(bytes).buffer;
  const [magic, version, count = 0] = new Uint32Array(aligned, 0, Math.min(PHRASES_HEADER_WORDS, bytes.length >> 2));
  const keysAt = PHRASES_HEADER_WORDS * 4;
  const expectedBytes = keysAt + count * 7;
  if (magic !== PHRASES_MAGIC || version !== PHRASES_VERSION || bytes.length !== expectedBytes)
    throw new ModelError(
      'phrases-damaged',
      `${PHRASES_FILE} is no table of phrases of version ${PHRASES_VERSION}: write it by npm run model -- phrases`,
    );
  const keys = new Uint32Array(aligned, keysAt, count);
  const ids = new Uint16Array(aligned, keysAt + count * 4, count);
  const shares = new Uint8Array(aligned, keysAt + count * 6, count);

  function find(key: number): number {
    let low = 0;
    let high = count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      // From low to high, both of them in the table.
      const found = keys[middle]!;
      if (found === key) return middle;
      if (found < key) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  return {
    next(tokens, countTokens) {
      let hash = EMPTY_HASH;
      let best = -1;
      for (let back = 1; back <= MAX_PHRASE_TOKENS && back <= countTokens; back++) {
        // From 0 on, since back is countTokens at most.
        hash = hashBack(hash, tokens[countTokens - back]!);
        const found = find(hash);
        if (found >= 0) best = found;
      }
      // What was found is a place in the table.
      return best < 0 ? undefined : { id: ids[best]!, share: shares[best]! * SHARE_STEP };
    },
  };
}

/** The model folder's table, if its manifest names one. */
export async function loadPhrases(modelDir: string, manifest: Manifest): Promise<NgramTable> {
  if (!manifest.files.some(({ name }) => name === PHRASES_FILE)) return noPhrases;
  return readPhrases(await readFile(join(modelDir, PHRASES_FILE)));
}
