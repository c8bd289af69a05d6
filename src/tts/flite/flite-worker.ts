// The thread that synthesises: one clause at a time, as thread-voice.ts asks for them.

import { parentPort, workerData } from 'node:worker_threads';
import { toMessage } from '../../errors.ts';
import { createFlite } from './flite.ts';
import type { FliteReply, FliteRequest, FliteWorkerOptions } from './flite-messages.ts';

/** Spoken at the start, so that the first caller does not wait for the compiler. */
const WARM_UP = 'Good evening, there is a table for two people at seven thirty.';
const COUNT_WARM_UPS = 2;

const { voice }: FliteWorkerOptions = workerData;
const flite = await createFlite(voice);
for (let count = 0; count < COUNT_WARM_UPS; count++) flite.speak(WARM_UP);
flite.prepare();

function reply(message: FliteReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function speak({ text }: FliteRequest): void {
  try {
    const { samples, words } = flite.speak(text);
    const own = new Int16Array(samples);
    reply({ type: 'spoken', samples: own, words }, [own.buffer]);
  } catch (error) {
    reply({ type: 'failed', message: toMessage(error) });
  }
  flite.prepare();
}

parentPort?.on('message', speak);
reply({ type: 'ready' });
