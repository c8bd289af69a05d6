// The words of a dialogue as a slot: what the caller said and what tools gave, from the start of one word to the end of
// another.

import { findWords } from '../../base/words.ts';
import type { ByteDfa } from './byte-dfa.ts';
import { createByteSlot } from './byte-slot.ts';
import type { Slot } from './slot.ts';
import { createTextSlot } from './text-slot.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The text of a dialogue with the places in it where words begin and end. */
interface Source {
  readonly bytes: Uint8Array;
  readonly starts: readonly number[];
  /** [bytes] how far the next end of a word is, infinite where none follows in the same stretch. */
  readonly toEnd: Float64Array;
}

/** Never part of a stretch. */
const SEPARATOR = '\0';
/** What JSON would escape is not copied. */
const unfit = /["\\\p{Cc}]/u;

/** `dialogue`: each of the caller's turns and each result. Any text where there is no word to copy yet. */
export function createCopySlot(dialogue: readonly string[], vocabulary: Vocabulary): Slot {
  const source = readSource(dialogue.flatMap((text) => text.split(unfit)));
  return source.starts.length === 0
    ? createTextSlot({ minCharacters: 1, maxCharacters: Number.POSITIVE_INFINITY }, vocabulary.text)
    : createByteSlot(createSpanDfa(source), vocabulary);
}

function readSource(stretches: readonly string[]): Source {
  const encoder = new TextEncoder();
  const lengthOf = (text: string) => encoder.encode(text).length;
  const bytes = encoder.encode(stretches.map((stretch) => stretch + SEPARATOR).join(''));
  const starts: number[] = [];
  const toEnd = new Float64Array(bytes.length + 1).fill(Number.POSITIVE_INFINITY);
  let offset = 0;
  for (const stretch of stretches) {
    for (const { text, index } of findWords(stretch)) {
      const start = offset + lengthOf(stretch.slice(0, index));
      starts.push(start);
      toEnd[start + lengthOf(text)] = 0;
    }
    const end = offset + lengthOf(stretch);
    for (let index = end - 1; index >= offset; index--)
      toEnd[index] = Math.min(toEnd[index] ?? 0, 1 + (toEnd[index + 1] ?? 0));
    offset = end + lengthOf(SEPARATOR);
  }
  return { bytes, starts, toEnd };
}

/** A state is the set of places that the copied bytes may have led to; made when it is first met. */
function createSpanDfa({ bytes, starts, toEnd }: Source): ByteDfa {
  const places: (readonly number[])[] = [starts];
  const stateOf = new Map<string, number>();
  const steps = new Map<number, number>();
  const distance = (state: number) =>
    (places[state] ?? []).reduce((least, place) => Math.min(least, toEnd[place] ?? 0), Number.POSITIVE_INFINITY);

  function find(state: number, byte: number): number {
    const next = (places[state] ?? [])
      .filter((place) => bytes[place] === byte && toEnd[place + 1] !== Number.POSITIVE_INFINITY)
      .map((place) => place + 1);
    if (next.length === 0) return -1;
    const key = next.join();
    const found = stateOf.get(key) ?? places.push(next) - 1;
    stateOf.set(key, found);
    return found;
  }

  return {
    step(state, byte) {
      const key = state * 256 + byte;
      const known = steps.get(key) ?? find(state, byte);
      steps.set(key, known);
      return known;
    },
    isFinal: (state) => distance(state) === 0,
    distance,
  };
}
