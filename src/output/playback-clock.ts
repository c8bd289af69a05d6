/** Without a report for this long, a client that reports is taken to play on in real time. */
const REPORT_TIMEOUT_MS = 1000;
/** Positions are sums of fractions: what is due in less than this is due. */
export const TOLERANCE_MS = 0.001;

/** How far one utterance has been played: by the client's reports, else by the clock. Never beyond what was sent. */
export class PlaybackClock {
  readonly #isReporting: boolean;
  #sentMs = 0;
  #heardMs = 0;
  /** Last known place and when it was known; it moves on in real time while there is audio. */
  #anchorMs = 0;
  #anchoredAtMs = 0;
  #reportedAtMs: number | undefined;

  /** `isReporting`: the client is known to report, so that silence at first means that nothing was played yet. */
  constructor(isReporting: boolean) {
    this.#isReporting = isReporting;
  }

  get sentMs(): number {
    return this.#sentMs;
  }

  addSent(nowMs: number, lengthMs: number): void {
    if (this.#sentMs === 0 && this.#isReporting) this.#reportedAtMs = nowMs;
    const positionMs = this.#extrapolate(nowMs);
    if (positionMs >= this.#sentMs) {
      this.#anchorMs = this.#sentMs;
      this.#anchoredAtMs = nowMs;
    }
    this.#sentMs += lengthMs;
  }

  report(nowMs: number, playedMs: number): void {
    if (this.#sentMs === 0 || Number.isNaN(playedMs)) return;
    this.#anchorMs = Math.min(Math.max(0, playedMs), this.#sentMs);
    this.#anchoredAtMs = nowMs;
    this.#reportedAtMs = nowMs;
    this.#heardMs = Math.max(this.#heardMs, this.#anchorMs);
  }

  /** What the caller has heard; never goes back. */
  heardMs(nowMs: number): number {
    if (!this.#isTrusting(nowMs)) this.#heardMs = Math.max(this.#heardMs, this.#extrapolate(nowMs));
    return this.#heardMs;
  }

  /** Audio that waits at the client. */
  aheadMs(nowMs: number): number {
    return this.#sentMs - this.#extrapolate(nowMs);
  }

  /** From now until `positionMs` will be heard if nobody reports. */
  delayUntilMs(nowMs: number, positionMs: number): number {
    const playMs = Math.max(0, positionMs - this.#extrapolate(nowMs));
    if (this.#reportedAtMs === undefined) return playMs;
    return Math.max(playMs, this.#reportedAtMs + REPORT_TIMEOUT_MS - nowMs);
  }

  #isTrusting(nowMs: number): boolean {
    return this.#reportedAtMs !== undefined && nowMs - this.#reportedAtMs < REPORT_TIMEOUT_MS - TOLERANCE_MS;
  }

  #extrapolate(nowMs: number): number {
    return Math.min(this.#sentMs, this.#anchorMs + nowMs - this.#anchoredAtMs);
  }
}
