// What decoding must know of a token's bytes: where words begin, and what is blank. Knows no vocabulary file.
import type { Tokenizer } from './tokenizer.ts';

export interface TokenTraits {
  /** Its first byte can't continue a word. */
  startsWord(id: number): boolean;
  /** White space only. */
  isBlank(id: number): boolean;
  /** No letter and no digit. */
  isWordless(id: number): boolean;
  /** Ends a sentence. */
  endsSentence(id: number): boolean;
}

const APOSTROPHE_BYTE = 0x27;
/** . ! ? */
const sentenceEnds = new Set([0x2e, 0x21, 0x3f]);
/** Space, tab, line feed, vertical tab, form feed, carriage return. */
const blanks = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]);

export function createTokenTraits(tokenizer: Tokenizer): TokenTraits {
  const starts = new Uint8Array(tokenizer.countTokens);
  const blank = new Uint8Array(tokenizer.countTokens);
  const wordless = new Uint8Array(tokenizer.countTokens);
  const ends = new Uint8Array(tokenizer.countTokens);
  for (let id = 0; id < tokenizer.countTokens; id++) {
    const bytes = tokenizer.tokenBytes(id);
    starts[id] = Number(!continuesWord(bytes[0] ?? 0));
    blank[id] = Number(isBlank(bytes));
    wordless[id] = Number(!bytes.some(continuesWord));
    ends[id] = Number(sentenceEnds.has(bytes.at(-1) ?? 0));
  }
  return {
    startsWord: (id) => starts[id] === 1,
    isBlank: (id) => blank[id] === 1,
    isWordless: (id) => wordless[id] === 1,
    endsSentence: (id) => ends[id] === 1,
  };
}

/** White space only, or nothing. */
export function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => blanks.has(byte));
}

/** Letters, digits, apostrophes, and every byte beyond ASCII. */
function continuesWord(byte: number): boolean {
  const isDigit = byte >= 0x30 && byte <= 0x39;
  const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
  return isDigit || isLetter || byte === APOSTROPHE_BYTE || byte >= 0x80;
}
