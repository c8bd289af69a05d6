// Takes text, gives token ids, and back: byte-level BPE over a pruned vocabulary. Text never becomes a special token.
// Knows no template.

import { at } from '../../base/at.ts';
import { mergeSymbols } from './byte-pairs.ts';
import { byteOfSymbol, symbolOfByte } from './byte-symbols.ts';
import { parseTokenizerFile, type SpecialName, specials, unusable, wordPattern } from './tokenizer-file.ts';

export interface Tokenizer {
  readonly countTokens: number;
  encode(text: string): number[];
  /**
   * Specials are left out, and so is a character whose last bytes have not come yet: the text of a prefix is a prefix
   * of the text.
   */
  decode(ids: Iterable<number>): string;
  /** The bytes that a token stands for; none for a special. */
  tokenBytes(id: number): Uint8Array;
}

/** Of repartee's own models. */
export interface OwnTokenizer extends Tokenizer {
  readonly specials: Readonly<Record<SpecialName, number>>;
}

/** Was it made for repartee's own models? */
export function isOwnTokenizer(tokenizer: Tokenizer): tokenizer is OwnTokenizer {
  return 'specials' in tokenizer;
}

/** Of a model that others published. */
export interface PublishedTokenizer extends Tokenizer {
  /** Tokens beside those of text, by how they are written. */
  readonly added: ReadonlyMap<string, number>;
}

const MAX_CACHED_WORDS = 50_000;
const MAX_CACHED_WORD_CHARACTERS = 32;

function byteOf(token: string, symbol: string): number {
  const byte = byteOfSymbol(symbol);
  if (byte !== undefined) return byte;
  throw unusable(`its token ${JSON.stringify(token)} has ${JSON.stringify(symbol)}, which stands for no byte`);
}

/** Reads a tokenizer.json. Throws ModelError for a file of another shape. */
export function loadTokenizer(json: string): OwnTokenizer {
  const { tokens, merges } = parseTokenizerFile(json);
  const countSpecials = Object.keys(specials).length;
  const idOf = new Map<string, number>();
  for (let id = countSpecials; id < tokens.length; id++) idOf.set(at(tokens, id), id);
  const toId = (symbols: string): number => {
    const id = idOf.get(symbols);
    if (id === undefined) throw unusable(`a merge needs the token ${JSON.stringify(symbols)}, which it lacks`);
    return id;
  };

  const ranks = new Map<number, number>();
  const merged: number[] = [];
  for (const [rank, merge] of merges.entries()) {
    const [left = '', right = ''] = merge.split(' ');
    ranks.set(toId(left) * tokens.length + toId(right), rank);
    merged.push(toId(left + right));
  }
  const idOfByte = Array.from({ length: 256 }, (_, byte) => idOf.get(symbolOfByte(byte)));
  const bytesOf = tokens.map((token, id) =>
    id < countSpecials ? new Uint8Array() : Uint8Array.from(token, (symbol) => byteOf(token, symbol)),
  );

  const encoder = new TextEncoder();
  const isWritable = (text: string) => encoder.encode(text).every((byte) => idOfByte[byte] !== undefined);
  const replacement = isWritable('\uFFFD') ? '\uFFFD' : '?';
  /** Characters with a byte that has no token: control characters are dropped, others replaced. */
  const toWritable = (text: string) =>
    isWritable(text)
      ? text
      : Array.from(text, (c) => (isWritable(c) ? c : /\p{Cc}/u.test(c) ? '' : replacement)).join('');

  const cache = new Map<string, readonly number[]>();
  /** Of a text of which toWritable has left no byte without a token. */
  const encodeWord = (word: string): readonly number[] => {
    const known = cache.get(word);
    if (known !== undefined) return known;
    const symbols = Array.from(encoder.encode(word), (byte) => at(idOfByte, byte));
    const ids = mergeSymbols(symbols, ranks, merged, tokens.length);
    if (word.length <= MAX_CACHED_WORD_CHARACTERS) {
      if (cache.size >= MAX_CACHED_WORDS) cache.clear();
      cache.set(word, ids);
    }
    return ids;
  };

  return {
    countTokens: tokens.length,
    specials,
    encode(text) {
      const ids: number[] = [];
      for (const [word] of toWritable(text).matchAll(wordPattern)) {
        for (const id of encodeWord(word)) ids.push(id);
      }
      return ids;
    },
    decode(ids) {
      const bytes: number[] = [];
      for (const id of ids) {
        for (const byte of at(bytesOf, id)) bytes.push(byte);
      }
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes), { stream: true });
    },
    tokenBytes(id) {
      const bytes = bytesOf[id];
      if (bytes === undefined) throw new RangeError(`token ${id} is not in 0..${tokens.length - 1}`);
      return bytes;
    },
  };
}
