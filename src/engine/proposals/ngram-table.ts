// What agents go on to say after their last few words: a table counted on training dialogues. Gives candidates, which the causal head checks.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../../errors.ts';
import type { Manifest } from '../manifest.ts';

export const phrasesFile = 'phrases.bin';
export const phrasesMagic = 0x53485250;
export const phrasesVersion = 1;
export const phrasesHeaderWords = 4;
/** Most tokens that an entry looks back on. */
export const phraseTokens = 4;
/** Shares are stored in steps of this. */
export const shareStep = 1 / 255;

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

export const emptyHash = 0x811c9dc5;

/** Keys ascending, then for each its token and its share: see training/phrases.ts. Throws ModelError. */
export function readPhrases(bytes: Uint8Array): NgramTable {
  const aligned = Uint8Array.from(bytes).buffer;
  const [magic, version, count = 0] = new Uint32Array(aligned, 0, Math.min(phrasesHeaderWords, bytes.length >> 2));
  const keysAt = phrasesHeaderWords * 4;
  const expectedBytes = keysAt + count * 7;
  if (magic !== phrasesMagic || version !== phrasesVersion || bytes.length !== expectedBytes)
    throw new ModelError(
      'phrases-damaged',
      `${phrasesFile} is no table of phrases of version ${phrasesVersion}: write it by npm run model -- phrases`,
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
      let hash = emptyHash;
      let best = -1;
      for (let back = 1; back <= phraseTokens && back <= countTokens; back++) {
        // From 0 on, since back is countTokens at most.
        hash = hashBack(hash, tokens[countTokens - back]!);
        const found = find(hash);
        if (found >= 0) best = found;
      }
      // What was found is a place in the table.
      return best < 0 ? undefined : { id: ids[best]!, share: shares[best]! * shareStep };
    },
  };
}

/** The model folder's table, if its manifest names one. */
export async function loadPhrases(modelDir: string, manifest: Manifest): Promise<NgramTable> {
  if (!manifest.files.some(({ name }) => name === phrasesFile)) return noPhrases;
  return readPhrases(await readFile(join(modelDir, phrasesFile)));
}
