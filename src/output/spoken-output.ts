// A reply's growing text in; paced audio frames and the words really heard out. Knows neither the model nor the
// machine.

import { countFrames, FRAME_MS, frameAt, toFrameSamples } from '../audio/pcm.ts';
import type { Clock } from '../base/clock.ts';
import { RuntimeError, toMessage } from '../errors.ts';
import type { SpokenClause, Voice } from '../tts/voice.ts';
import { findClauseEnd } from './clauses.ts';
import { HeardText } from './heard-text.ts';
import type { Output, OutputEvent, Utterance } from './output.ts';
import { PlaybackClock, TOLERANCE_MS } from './playback-clock.ts';

/** Audio sent ahead of its playing: survives a late packet, and little is thrown away when the caller interrupts. */
const LEAD_MS = 400;
const silence: SpokenClause = { samples: new Int16Array(0), words: [] };

export interface SpokenOutputOptions {
  /** Speaks what names no other. */
  readonly voice: Voice;
  /** By name; all have the rate of `voice`. @default `voice`, whatever the name */
  readonly voiceOf?: (name: string) => Voice;
  readonly clock: Clock;
}

/**
 * An output that speaks: one utterance at a time, a new one silences the old. The voice stays open when the output
 * closes.
 */
export function createSpokenOutput({ voice, voiceOf = () => voice, clock }: SpokenOutputOptions): Output {
  let current: SpeakingUtterance | undefined;
  let isReporting = false;
  let isClosed = false;
  return {
    start(report) {
      if (isClosed) throw new RuntimeError('output-closed', 'this output is closed: its call is over');
      current?.stop();
      const utterance = new SpeakingUtterance(
        (name) => (name === undefined ? voice : voiceOf(name)),
        clock,
        new PlaybackClock(isReporting),
        report,
      );
      current = utterance;
      return {
        grow: (text, isFinal, name) => utterance.grow(text, isFinal, name),
        advance: (playedMs) => {
          isReporting = true;
          utterance.advance(playedMs);
        },
        stop: () => utterance.stop(),
      };
    },
    close() {
      isClosed = true;
      current?.stop();
    },
  };
}

interface Cut {
  readonly voice: Voice;
  readonly text: string;
  readonly offset: number;
}

interface ReadyClause {
  readonly samples: Int16Array;
  readonly countFrames: number;
  countSent: number;
}

class SpeakingUtterance implements Utterance {
  readonly #voiceOf: (name: string | undefined) => Voice;
  #voice: Voice;
  readonly #clock: Clock;
  readonly #playback: PlaybackClock;
  readonly #listener: (event: OutputEvent) => void;
  readonly #frameSamples: number;
  readonly #synthesis = new AbortController();
  readonly #heard = new HeardText();
  /** Cut, not yet spoken. */
  readonly #cuts: Cut[] = [];
  /** Spoken, not yet sent in full. */
  readonly #ready: ReadyClause[] = [];
  #text = '';
  #isFinal = false;
  #cutLength = 0;
  #heardLength = 0;
  #spokenMs = 0;
  #isSynthesising = false;
  #isAudioEnded = false;
  #isOver = false;
  #timer: unknown;

  constructor(
    voiceOf: (name: string | undefined) => Voice,
    clock: Clock,
    playback: PlaybackClock,
    listener: (event: OutputEvent) => void,
  ) {
    this.#voiceOf = voiceOf;
    this.#voice = voiceOf(undefined);
    this.#clock = clock;
    this.#playback = playback;
    this.#listener = listener;
    this.#frameSamples = toFrameSamples(this.#voice.rateHz);
  }

  grow(text: string, isFinal: boolean, voice?: string): void {
    if (this.#isOver || this.#isFinal) return;
    if (!text.startsWith(this.#text)) {
      this.#fail(`the reply changed after ${this.#text.length} characters were handed over; it may only grow`);
      return;
    }
    const next = this.#voiceOf(voice);
    // What the last voice has not spoken is its own.
    if (next !== this.#voice && this.#cutLength < this.#text.length) this.#cut(this.#text.length);
    this.#voice = next;
    this.#text = text;
    this.#isFinal = isFinal;
    for (let end = this.#findEnd(); end !== undefined; end = this.#findEnd()) this.#cut(end);
    this.#move();
  }

  advance(playedMs: number): void {
    if (this.#isOver) return;
    this.#playback.report(this.#clock.nowMs(), playedMs);
    this.#move();
  }

  stop(): void {
    this.#isOver = true;
    this.#clock.clearTimeout(this.#timer);
    this.#synthesis.abort();
  }

  #cut(end: number): void {
    const cut = { voice: this.#voice, text: this.#text.slice(this.#cutLength, end), offset: this.#cutLength };
    this.#cutLength = end;
    this.#cuts.push(cut);
    this.#report({ type: 'clause.cut', text: cut.text });
  }

  #findEnd(): number | undefined {
    return findClauseEnd(this.#text, this.#cutLength, this.#isFinal);
  }

  /** Does all that is due now, and sleeps until the next thing is. */
  #move(): void {
    this.#synthesise();
    this.#send();
    this.#listen();
    this.#finish();
    this.#sleep();
  }

  /** One clause ahead of the one that is being sent: no gap, and little wasted when the caller interrupts. */
  #synthesise(): void {
    const isAhead = this.#ready.some((clause) => clause.countSent === 0);
    if (this.#isOver || this.#isSynthesising || isAhead) return;
    const cut = this.#cuts.shift();
    if (cut === undefined) return;
    if (!/[\p{L}\p{N}]/u.test(cut.text)) {
      this.#enqueue(cut, silence);
      this.#synthesise();
      return;
    }
    this.#isSynthesising = true;
    cut.voice.speak(cut.text, this.#synthesis.signal).then(
      (spoken) => {
        this.#isSynthesising = false;
        this.#enqueue(cut, spoken);
        this.#move();
      },
      (error: unknown) => this.#fail(toMessage(error)),
    );
  }

  #enqueue(cut: Cut, { samples, words }: SpokenClause): void {
    if (this.#isOver) return;
    const lengthMs = (samples.length * 1000) / this.#voice.rateHz;
    const clause = { samples, countFrames: countFrames(samples, this.#frameSamples), countSent: 0 };
    this.#heard.add(cut.text, cut.offset, this.#spokenMs, words, lengthMs);
    this.#spokenMs += clause.countFrames * FRAME_MS;
    if (clause.countFrames > 0) this.#ready.push(clause);
    this.#report({ type: 'clause.spoken', text: cut.text, lengthMs });
  }

  #send(): void {
    const nowMs = this.#clock.nowMs();
    while (!this.#isOver && this.#playback.aheadMs(nowMs) <= LEAD_MS - FRAME_MS + TOLERANCE_MS) {
      const clause = this.#ready[0];
      if (clause === undefined) return;
      if (this.#playback.sentMs === 0) this.#report({ type: 'audio.started' });
      this.#playback.addSent(nowMs, FRAME_MS);
      const samples = frameAt(clause.samples, clause.countSent++, this.#frameSamples);
      if (clause.countSent === clause.countFrames) this.#ready.shift();
      this.#report({ type: 'audio.delta', samples });
      this.#synthesise();
    }
  }

  #listen(): void {
    if (this.#isOver) return;
    const length = this.#heard.lengthAt(this.#playback.heardMs(this.#clock.nowMs()));
    if (length === this.#heardLength) return;
    this.#heardLength = length;
    this.#report({ type: 'heard.grew', heard: this.#text.slice(0, length) });
  }

  #finish(): void {
    const isSpoken = this.#isFinal && this.#cuts.length === 0 && !this.#isSynthesising && this.#ready.length === 0;
    if (!isSpoken) return;
    if (!this.#isAudioEnded && this.#playback.sentMs > 0) {
      this.#isAudioEnded = true;
      this.#report({ type: 'audio.ended' });
    }
    if (this.#heard.nextEndMs !== undefined) return;
    this.#report({ type: 'utterance.finished' });
    this.stop();
  }

  #sleep(): void {
    this.#clock.clearTimeout(this.#timer);
    if (this.#isOver) return;
    const nowMs = this.#clock.nowMs();
    const frameDelayMs =
      this.#ready.length > 0 ? this.#playback.aheadMs(nowMs) - LEAD_MS + FRAME_MS : Number.POSITIVE_INFINITY;
    const wordDelayMs =
      this.#heard.nextEndMs === undefined || this.#playback.sentMs === 0
        ? Number.POSITIVE_INFINITY
        : this.#playback.delayUntilMs(nowMs, this.#heard.nextEndMs);
    const delayMs = Math.min(frameDelayMs, wordDelayMs);
    if (delayMs < Number.POSITIVE_INFINITY) this.#timer = this.#clock.setTimeout(() => this.#move(), delayMs);
  }

  #fail(message: string): void {
    this.#report({ type: 'utterance.failed', message });
    this.stop();
  }

  #report(event: OutputEvent): void {
    if (!this.#isOver) this.#listener(event);
  }
}
