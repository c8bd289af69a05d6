// Speech-to-text of a server, from what its user named.

import { systemClock } from '../base/clock.ts';
import type { Log } from '../server/log.ts';
import { createStt, toSttProtocols } from '../stt/create-stt.ts';
import type { Stt } from '../stt/stt.ts';

/** Throws RuntimeError `stt-unknown`, `stt-key-missing`, `stt-url-invalid`; undefined where nothing is named. */
export function openStt(names: readonly string[], log: Log): Stt | undefined {
  if (names.length === 0) return undefined;
  const environment = {
    DEEPGRAM_API_KEY: process.env.DEEPGRAM_API_KEY,
    DEEPGRAM_STT_URL: process.env.DEEPGRAM_STT_URL,
    ASSEMBLYAI_API_KEY: process.env.ASSEMBLYAI_API_KEY,
    ASSEMBLYAI_STT_URL: process.env.ASSEMBLYAI_STT_URL,
  };
  return createStt(toSttProtocols(names, environment), {
    clock: systemClock,
    failed: (name, { fault, message }) => log('stt.failed', { name, fault, message }),
  });
}
