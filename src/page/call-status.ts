// How the call is going, at a glance: connecting, how long, who speaks, how loud.

import type { PlaybackReport } from './audio-playback.ts';
import { part } from './element.ts';

export interface CallStatus {
  say(text: string): void;
  /** Counts the seconds of a call behind the text, until `say`. */
  count(text: string): void;
  setSpeaking(isSpeaking: boolean): void;
  /** What the loudspeaker plays; the counts stay readable as data attributes. */
  setPlayback(report: PlaybackReport): void;
}

export function createCallStatus(): CallStatus {
  const status = part('status', HTMLElement);
  const elapsed = part('elapsed', HTMLElement);
  const level = part('level', HTMLElement);
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = () => {
    clearInterval(timer);
    elapsed.textContent = '';
  };
  return {
    say(text) {
      stop();
      status.textContent = text;
    },
    count(text) {
      stop();
      status.textContent = text;
      const startMs = performance.now();
      const tick = () => {
        elapsed.textContent = formatDuration(performance.now() - startMs);
      };
      tick();
      timer = setInterval(tick, 1000);
    },
    setSpeaking(isSpeaking) {
      level.classList.toggle('is-speaking', isSpeaking);
      if (!isSpeaking) level.style.removeProperty('--level');
    },
    setPlayback({ peak, countSamples, countVoicedSamples, countDroppedSamples, isOver }) {
      level.style.setProperty('--level', isOver ? '0' : peak.toFixed(2));
      level.dataset.samples = String(countSamples);
      level.dataset.voicedSamples = String(countVoicedSamples);
      level.dataset.droppedSamples = String(countDroppedSamples);
    },
  };
}

/** 65000 ms: "1:05". */
export function formatDuration(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
