// A thread of the device without a model: a job's `session` says what becomes of it, and `workerData` whether it starts.
import { parentPort, workerData } from 'node:worker_threads';

if (workerData.isBroken) throw new Error('no library');

parentPort.on('message', (job) => {
  if (job === 'stop.wanted') return parentPort.close();
  const { session } = job;
  if (session === 1n) return parentPort.postMessage({ type: 'pass.ended', failure: 'no luck' });
  if (session === 2n) process.exit(3);
  // Until the next message.
  if (session === 3n) return;
  parentPort.postMessage({ type: 'pass.ended', failure: undefined });
});
parentPort.postMessage({ type: 'pass.ready' });
