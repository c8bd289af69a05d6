// A written turn in, the same turn as a streaming recogniser would report it out. Deterministic: it draws from the seed
// it is given.

import type { Random } from '../src/base/random.ts';
import { plain } from '../src/engine/prompt/prompt.ts';
import { mishear } from './mishearings.ts';

const WORD_MS = 60_000 / 150;
const PARTIAL_MS = 250;
/** Silence that a recogniser waits for before it calls its words final. */
const SILENCE_MS = 300;
const MISHEARD_SHARE = 0.12;

/**
 * How the final differs from the last partial. `late`: it brings the last one or two words; `revised`: it changes one.
 */
export type FinalKind = 'same' | 'late' | 'revised';

export interface Hearing {
  /** Since the turn's first sound. */
  readonly atMs: number;
  readonly text: string;
  readonly state: 'interim' | 'final';
}

/** Fewer words than this leave nothing for a final to bring or to change. */
export const MIN_WORDS_OF_CHANGED_FINAL = 3;

export function countWords(text: string): number {
  return toWords(text).length;
}

/** One partial each 250 ms while the words are spoken at 150 a minute, then the final. */
export function recognise(text: string, kind: FinalKind, random: Random): Hearing[] {
  const words = toWords(text);
  const countLate = kind === 'late' ? (words.length >= 5 && random() < 0.5 ? 2 : 1) : 0;
  const revisedIndex = kind === 'revised' ? words.length - 1 - Math.floor(random() * Math.min(4, words.length)) : -1;
  // By word: the number of partials in which it is taken for another one, the last partial excepted.
  const countsWrong = words.map((_, index) =>
    index === revisedIndex ? Number.POSITIVE_INFINITY : random() < MISHEARD_SHARE ? 1 + Math.floor(random() * 2) : 0,
  );
  const speechMs = words.length * WORD_MS;
  const hearings: Hearing[] = [];
  for (let atMs = PARTIAL_MS; atMs <= speechMs; atMs += PARTIAL_MS) {
    const isLast = atMs + PARTIAL_MS > speechMs;
    // A word is guessed once half of it is out.
    const countHeard = Math.min(words.length - countLate, Math.floor(atMs / WORD_MS + 0.5));
    const heard = words.slice(0, countHeard).map((word, index) => {
      const countLeft = countsWrong[index] ?? 0;
      countsWrong[index] = countLeft - 1;
      return (isLast ? index === revisedIndex : countLeft > 0) ? mishear(word) : word;
    });
    hearings.push({ atMs, text: heard.join(' '), state: 'interim' });
  }
  hearings.push({ atMs: speechMs + SILENCE_MS, text: words.join(' '), state: 'final' });
  return hearings;
}

function toWords(text: string): string[] {
  return plain(text)
    .split(' ')
    .filter((word) => word !== '');
}
