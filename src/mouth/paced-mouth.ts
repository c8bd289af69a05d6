// The mouth of a wire whose other side speaks: a reply's growing text in, when its words may have been heard out. Sends nothing.

import type { Clock } from '../base/clock.ts';
import { HeardText } from './heard-text.ts';
import type { Mouth, MouthEvent, Utterance } from './mouth.ts';
import { Playout, TOLERANCE_MS } from './playout.ts';

/** Estimates: what a network's voice takes to say a character, and to begin after it had nothing to say. */
export const SPOKEN_CHARACTER_MS = 65;
export const FIRST_SOUND_MS = 500;

/** A mouth for text that is spoken elsewhere, by estimate until the wire knows better: `advance` beyond all says that it was spoken. */
export function createPacedMouth(clock: Clock): Mouth {
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
  readonly #report: (event: MouthEvent) => void;
  readonly #playout = new Playout(false);
  readonly #heard = new HeardText();
  #text = '';
  #isFinal = false;
  #heardLength = 0;
  #isOver = false;
  #timer: unknown;

  constructor(clock: Clock, report: (event: MouthEvent) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  grow(text: string, isFinal: boolean): void {
    if (this.#isOver || this.#isFinal) return;
    this.#isFinal = isFinal;
    if (text.length > this.#text.length) this.#add(text);
    this.#move();
  }

  advance(playedMs: number): void {
    if (this.#isOver) return;
    this.#playout.report(this.#clock.nowMs(), playedMs);
    this.#move();
  }

  stop(): void {
    this.#isOver = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #add(text: string): void {
    const nowMs = this.#clock.nowMs();
    const added = text.slice(this.#text.length);
    const leadMs = this.#playout.aheadMs(nowMs) > TOLERANCE_MS ? 0 : FIRST_SOUND_MS;
    const words = [...added.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
      text: word,
      startMs: leadMs + index * SPOKEN_CHARACTER_MS,
      endMs: leadMs + (index + word.length) * SPOKEN_CHARACTER_MS,
    }));
    const lengthMs = leadMs + added.length * SPOKEN_CHARACTER_MS;
    this.#heard.add(added, this.#text.length, this.#playout.sentMs, words, lengthMs);
    this.#playout.addSent(nowMs, lengthMs);
    this.#text = text;
  }

  #move(): void {
    this.#clock.clearTimeout(this.#timer);
    const nowMs = this.#clock.nowMs();
    const length = this.#heard.lengthAt(this.#playout.heardMs(nowMs));
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
      this.#timer = this.#clock.setTimeout(() => this.#move(), this.#playout.delayUntilMs(nowMs, nextMs));
    }
  }
}
