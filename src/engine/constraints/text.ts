// Which tokens may come next inside a JSON string: escapes are whole, characters are whole, raw quotes and control
// characters never come.
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** Where in the bytes of a string a token ends. Only `plain` may be followed by the closing quote. */
const states = {
  plain: 0,
  escaped: 1,
  last1: 2,
  last2: 3,
  last3: 4,
  afterE0: 5,
  afterEd: 6,
  afterF0: 7,
  afterF4: 8,
} as const;
export const COUNT_TEXT_STATES = 9;
/** By state. */
const bytesMissing = [0, 1, 1, 2, 3, 2, 2, 3, 3];
const ILLEGAL_STATE = -1;

export interface TextRules {
  /** Characters, as JSON Schema counts them. */
  readonly minCharacters: number;
  readonly maxCharacters: number;
}

export interface TextTable {
  readonly countTokens: number;
  /** The state after token `id`, or -1 where it may not come. */
  next(state: number, id: number): number;
  countCharacters(state: number, id: number): number;
  /** Bytes until the character or escape that has begun is whole. */
  countBytesMissing(state: number): number;
}

/** Where a string begins, and may end. */
export const startState: number = states.plain;

/** Built once for a vocabulary. */
export function createTextTable(tokenizer: Tokenizer): TextTable {
  const { countTokens } = tokenizer;
  const after = new Int8Array(COUNT_TEXT_STATES * countTokens);
  const characters = new Uint16Array(countTokens);
  for (let id = 0; id < countTokens; id++) {
    const bytes = tokenizer.tokenBytes(id);
    for (let state = 0; state < COUNT_TEXT_STATES; state++) after[state * countTokens + id] = verify(bytes, state);
    characters[id] = countStarts(bytes);
  }
  return {
    countTokens,
    next: (state, id) => after[state * countTokens + id] ?? ILLEGAL_STATE,
    // A character that a backslash began was counted there.
    countCharacters: (state, id) => (characters[id] ?? 0) - Number(state === states.escaped),
    countBytesMissing: (state) => bytesMissing[state] ?? 0,
  };
}

function verify(bytes: Uint8Array, from: number): number {
  if (bytes.length === 0) return ILLEGAL_STATE;
  let state = from;
  for (const byte of bytes) {
    state = step(state, byte);
    if (state === ILLEGAL_STATE) return ILLEGAL_STATE;
  }
  return state;
}

/**
 * RFC 8259 for what may stand in a string, RFC 3629 for what is a character. \u is left out: the vocabulary holds what
 * it would spell.
 */
function step(state: number, byte: number): number {
  switch (state) {
    case states.plain:
      return stepPlain(byte);
    case states.escaped:
      return escapable.has(byte) ? states.plain : ILLEGAL_STATE;
    case states.last1:
      return continued(byte, 0x80, 0xbf, states.plain);
    case states.last2:
      return continued(byte, 0x80, 0xbf, states.last1);
    case states.last3:
      return continued(byte, 0x80, 0xbf, states.last2);
    case states.afterE0:
      return continued(byte, 0xa0, 0xbf, states.last1);
    case states.afterEd:
      return continued(byte, 0x80, 0x9f, states.last1);
    case states.afterF0:
      return continued(byte, 0x90, 0xbf, states.last2);
    case states.afterF4:
      return continued(byte, 0x80, 0x8f, states.last2);
    default:
      return ILLEGAL_STATE;
  }
}

const QUOTE_BYTE = 0x22;
const BACKSLASH_BYTE = 0x5c;
const escapable = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));

function stepPlain(byte: number): number {
  if (byte === BACKSLASH_BYTE) return states.escaped;
  if (byte === QUOTE_BYTE || byte < 0x20 || byte === 0x7f) return ILLEGAL_STATE;
  if (byte < 0x80) return states.plain;
  if (byte >= 0xc2 && byte <= 0xdf) return states.last1;
  if (byte === 0xe0) return states.afterE0;
  if (byte === 0xed) return states.afterEd;
  if (byte >= 0xe1 && byte <= 0xef) return states.last2;
  if (byte === 0xf0) return states.afterF0;
  if (byte >= 0xf1 && byte <= 0xf3) return states.last3;
  return byte === 0xf4 ? states.afterF4 : ILLEGAL_STATE;
}

function continued(byte: number, from: number, to: number, next: number): number {
  return byte >= from && byte <= to ? next : ILLEGAL_STATE;
}

function countStarts(bytes: Uint8Array): number {
  let count = 0;
  let isEscaped = false;
  for (const byte of bytes) {
    const isContinuation = byte >= 0x80 && byte < 0xc0;
    if (!isContinuation && !isEscaped) count++;
    isEscaped = byte === BACKSLASH_BYTE && !isEscaped;
  }
  return count;
}
