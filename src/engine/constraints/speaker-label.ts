// A name with a colon, as before the lines of a script: "Adam:". No reply begins with one. Knows no model.
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

export interface SpeakerLabel {
  /** With `id` behind them, `tokens`, which begin a reply, would be a label. */
  ends(tokens: readonly number[], id: number): boolean;
}

const COLON_BYTE = 0x3a;
const SPACE_BYTE = 0x20;
/** One word, or up to three names; "Here is the list:" is none. */
const label = /^\s*(?:[\p{L}\p{N}_]+|\p{Lu}[\p{L}'’.-]*(?: \p{Lu}[\p{L}'’.-]*){1,2})$/u;
/** Longer ones are no names. */
const MAX_TOKENS = 24;

export function createSpeakerLabel(tokenizer: Tokenizer): SpeakerLabel {
  const colons = new Set<number>();
  for (let id = 0; id < tokenizer.countTokens; id++) {
    const bytes = tokenizer.tokenBytes(id);
    if (bytes[bytes[0] === SPACE_BYTE ? 1 : 0] === COLON_BYTE) colons.add(id);
  }
  return {
    ends: (tokens, id) => colons.has(id) && tokens.length <= MAX_TOKENS && label.test(tokenizer.decode(tokens)),
  };
}
