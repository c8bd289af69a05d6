import type { Clock } from '../../src/base/clock.ts';
import type { SpokenClause, Voice } from '../../src/tts/voice.ts';

export interface ScriptedVoiceOptions {
  readonly clock: Clock;
  /** From the request to its speech. @default 0 */
  readonly synthesisMs?: number;
  /** @default 300 */
  readonly wordMs?: number;
  /** Silence after a clause. @default 100 */
  readonly pauseMs?: number;
  /** Clauses that hold this text fail. */
  readonly failsOn?: string;
}

export interface ScriptedVoice extends Voice {
  readonly asked: readonly string[];
  readonly countAborted: number;
}

/** A voice that takes simulated time; the samples of its n-th clause all have the value n. */
export function createScriptedVoice(options: ScriptedVoiceOptions): ScriptedVoice {
  const { clock, synthesisMs = 0, wordMs = 300, pauseMs = 100, failsOn } = options;
  const rateHz = 16_000;
  const asked: string[] = [];
  let countAborted = 0;

  function say(text: string, value: number): SpokenClause {
    const words = text.match(/\S+/g) ?? [];
    const lengthMs = words.length * wordMs + pauseMs;
    return {
      samples: new Int16Array((lengthMs * rateHz) / 1000).fill(value),
      words: words.map((word, index) => ({ text: word, startMs: index * wordMs, endMs: (index + 1) * wordMs })),
    };
  }

  return {
    rateHz,
    asked,
    get countAborted() {
      return countAborted;
    },
    speak(text, signal) {
      asked.push(text);
      const value = asked.length;
      return new Promise((resolve, reject) => {
        const timer = clock.setTimeout(() => {
          signal.removeEventListener('abort', drop);
          if (failsOn !== undefined && text.includes(failsOn)) reject(new Error(`can't say '${failsOn}'`));
          else resolve(say(text, value));
        }, synthesisMs);
        const drop = () => {
          countAborted++;
          clock.clearTimeout(timer);
          reject(signal.reason);
        };
        signal.addEventListener('abort', drop, { once: true });
      });
    },
    close: () => undefined,
  };
}
