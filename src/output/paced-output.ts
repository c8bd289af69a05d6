// The output of a wire whose other side speaks: a reply's growing text in, when its words may have been heard out.
// Sends nothing.

import type { Clock } from '../base/clock.ts';
import { listPieces } from '../base/words.ts';
import { HeardText } from './heard-text.ts';
import type { Output, OutputEvent, Utterance } from './output.ts';
import { PlaybackClock, TOLERANCE_MS } from './playback-clock.ts';

/** Estimates: what a network's voice takes to say a character, and to begin after it had nothing to say. */
export const SPOKEN_CHARACTER_MS = 65;
export const FIRST_SOUND_MS = 500;
/** However fast a voice is: so many times the estimate. What it can't have said by then, the wire can't have heard. */
export const MAX_SPEED_FACTOR = 3;

/** So many characters' time for one that is a syllable, and for one that is half of it. */
const syllable = /[\p{sc=Han}\p{sc=Hang}]/u;
const mora = /[\p{sc=Hira}\p{sc=Kana}]/u;

/** What a voice takes to say a text once it speaks, by estimate. */
export function toSpokenMs(text: string): number {
  let countCharacters = text.length;
  for (const character of text) countCharacters += syllable.test(character) ? 2 : mora.test(character) ? 1 : 0;
  return countCharacters * SPOKEN_CHARACTER_MS;
}

/**
 * A output for text that is spoken elsewhere, by estimate until the wire knows better: `advance` beyond all says that
 * it was spoken.
 */
export function createPacedOutput(clock: Clock): Output {
  let current: PacedUtterance | undefined;
  return {
    start(report) {
      current?.stop();
      current = new PacedUtterance(clock, report);
      return current;
    },
    close: () => current?.stop(),
  };
}

class PacedUtterance implements Utterance {
  readonly #clock: Clock;
  readonly #report: (event: OutputEvent) => void;
  readonly #playback = new PlaybackClock(false);
  readonly #heard = new HeardText();
  #text = '';
  #isFinal = false;
  #heardLength = 0;
  #isOver = false;
  #timer: unknown;
  /** Where the fastest voice would be, and when it was there. */
  #reachedMs = 0;
  #reachedAtMs: number;

  constructor(clock: Clock, report: (event: OutputEvent) => void) {
    this.#clock = clock;
    this.#report = report;
    this.#reachedAtMs = clock.nowMs();
  }

  grow(text: string, isFinal: boolean): void {
    if (this.#isOver || this.#isFinal) return;
    this.#isFinal = isFinal;
    if (text.length > this.#text.length) this.#add(text);
    this.#move();
  }

  advance(playedMs: number): void {
    if (this.#isOver) return;
    const nowMs = this.#clock.nowMs();
    this.#playback.report(nowMs, Math.min(playedMs, this.#reach(nowMs)));
    this.#move();
  }

  stop(): void {
    this.#isOver = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #reach(nowMs: number): number {
    const reachedMs = this.#reachedMs + MAX_SPEED_FACTOR * (nowMs - this.#reachedAtMs);
    this.#reachedMs = Math.min(this.#playback.sentMs, reachedMs);
    this.#reachedAtMs = nowMs;
    return this.#reachedMs;
  }

  #add(text: string): void {
    const nowMs = this.#clock.nowMs();
    this.#reach(nowMs);
    const added = text.slice(this.#text.length);
    const startMs = this.#playback.sentMs;
    let lengthMs = this.#playback.aheadMs(nowMs) > TOLERANCE_MS ? 0 : FIRST_SOUND_MS;
    let at = 0;
    for (const piece of listPieces(added)) {
      const end = piece.index + piece.text.length;
      lengthMs += toSpokenMs(added.slice(at, end));
      at = end;
      this.#heard.addEnd({ offset: this.#text.length + end, atMs: startMs + lengthMs });
    }
    this.#playback.addSent(nowMs, lengthMs + toSpokenMs(added.slice(at)));
    this.#text = text;
  }

  #move(): void {
    this.#clock.clearTimeout(this.#timer);
    const nowMs = this.#clock.nowMs();
    const length = this.#heard.lengthAt(this.#playback.heardMs(nowMs));
    if (length > this.#heardLength) {
      this.#heardLength = length;
      this.#report({ type: 'heard.grew', heard: this.#text.slice(0, length) });
      if (this.#isOver) return;
    }
    const nextMs = this.#heard.nextEndMs;
    if (nextMs === undefined && this.#isFinal) {
      this.stop();
      this.#report({ type: 'utterance.finished' });
    } else if (nextMs !== undefined) {
      this.#timer = this.#clock.setTimeout(() => this.#move(), this.#playback.delayUntilMs(nowMs, nextMs));
    }
  }
}
