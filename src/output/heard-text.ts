import type { SpokenWord } from '../tts/voice.ts';
import { TOLERANCE_MS } from './playback-clock.ts';

interface WordEnd {
  /** In the reply's text, right after the word. */
  readonly offset: number;
  readonly atMs: number;
}

/** Which prefix of a reply was heard once so much of its audio was played: a word counts from its end on. */
export class HeardText {
  readonly #ends: WordEnd[] = [];
  #countHeard = 0;

  /**
   * Adds the clause that begins at `offset` in the reply and at `startMs` in its audio. The n-th spoken word is the
   * n-th word as written; a word without a time of its own ends with the clause.
   */
  add(text: string, offset: number, startMs: number, words: readonly SpokenWord[], lengthMs: number): void {
    let index = 0;
    for (const match of text.matchAll(/\S+/g)) {
      const endMs = Math.min(words[index++]?.endMs ?? lengthMs, lengthMs);
      this.addEnd({ offset: offset + match.index + match[0].length, atMs: startMs + endMs });
    }
  }

  /** Adds one word, or one piece of a text that has no spaces. */
  addEnd({ offset, atMs }: WordEnd): void {
    this.#ends.push({ offset, atMs: Math.max(atMs, this.#ends.at(-1)?.atMs ?? 0) });
  }

  /** Length of the prefix heard at `playedMs`; never shrinks. */
  lengthAt(playedMs: number): number {
    for (let next = this.#next; next !== undefined && next.atMs <= playedMs + TOLERANCE_MS; next = this.#next)
      this.#countHeard++;
    return this.#ends[this.#countHeard - 1]?.offset ?? 0;
  }

  /** When the next word will have been heard; undefined: all of them were. */
  get nextEndMs(): number | undefined {
    return this.#next?.atMs;
  }

  get #next(): WordEnd | undefined {
    return this.#ends[this.#countHeard];
  }
}
