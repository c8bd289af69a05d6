// How sure each argument of a call is. Takes the call's tokens and their shares; knows no schema.
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

const [quote, backslash, space, comma, colon] = Array.from('"\\ ,:', (character) => character.charCodeAt(0));
const openers = Array.from('{[', (character) => character.charCodeAt(0));
const closers = Array.from('}]', (character) => character.charCodeAt(0));

/** By argument the lowest share among the tokens of its value, a string's quotes among them. */
export function argumentConfidences(
  tokens: readonly number[],
  shares: readonly number[],
  tokenizer: Tokenizer,
): Record<string, number> {
  const confidences = new Map<string, number>();
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let key: number[] = [];
  /** The argument whose value is being read. */
  let name: string | undefined;
  for (const [index, id] of tokens.entries())
    for (const byte of tokenizer.tokenBytes(id)) {
      const isOutside = !isInString;
      if (isInString) {
        isInString = isEscaped || byte !== quote;
        isEscaped = !isEscaped && byte === backslash;
      } else if (byte === quote) isInString = true;
      else if (openers.includes(byte)) depth++;
      else if (closers.includes(byte)) depth--;
      // The closing brace of the call itself, what separates two arguments, and what stands before the first.
      if (depth === 0 || (depth === 1 && isOutside && (byte === comma || openers.includes(byte)))) {
        name = undefined;
        key = [];
      } else if (name !== undefined) {
        if (depth > 1 || !isOutside || byte !== space)
          confidences.set(name, Math.min(confidences.get(name) ?? 1, shares[index] ?? 1));
      } else if (isOutside && byte === colon) name = readKey(key);
      else key.push(byte);
    }
  return Object.fromEntries(confidences);
}

function readKey(bytes: readonly number[]): string {
  const name: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes)));
  return String(name);
}
