// The embedded synthesiser as a voice.

import { Worker } from 'node:worker_threads';
import { systemClock } from '../../base/clock.ts';
import { VoiceError } from '../../errors.ts';
import type { Voice } from '../voice.ts';
import { FLITE_RATE_HZ, fliteVoices, isFliteVoice } from './flite.ts';
import type { FliteWorkerOptions } from './flite-messages.ts';
import { createThreadVoice } from './thread-voice.ts';

export interface FliteVoiceOptions {
  /** One of fliteVoices. @default 'slt' */
  readonly voice?: string;
  /** Clauses of all calls that may wait; one more is refused. @default 64 */
  readonly maxQueued?: number;
  /** A clause that takes longer is given up and the thread replaced. @default 10000 */
  readonly clauseTimeoutMs?: number;
  /** One line when the thread died, and when it starts again. @default nobody is told */
  readonly warn?: (line: string) => void;
}

/** Starts the thread; resolves when it is warm. Throws VoiceError `voice-unknown`, `voice-crashed`. */
export async function createFliteVoice(options: FliteVoiceOptions = {}): Promise<Voice> {
  const { voice = 'slt', maxQueued = 64, clauseTimeoutMs = 10_000, warn = () => undefined } = options;
  if (!isFliteVoice(voice))
    throw new VoiceError(
      'voice-unknown',
      `there is no voice '${voice}'; choose one of ${Object.keys(fliteVoices).join(', ')}`,
    );
  const workerData: FliteWorkerOptions = { voice };
  const startWorker = () => new Worker(toWorkerUrl(import.meta.url), { workerData });
  const rateHz = FLITE_RATE_HZ;
  return createThreadVoice({ startWorker, rateHz, clock: systemClock, warn, maxQueued, clauseTimeoutMs });
}

/** Threads run compiled code only: beside this file, or in dist/ when this file runs as TypeScript. */
function toWorkerUrl(here: string): URL {
  return here.endsWith('.ts')
    ? new URL('../../../dist/src/tts/flite/flite-worker.js', here)
    : new URL('./flite-worker.js', here);
}
