// A thread that speaks as Flite's does and has no voice: a clause is as many samples as it has letters. 'crash' kills it, 'hang' is never answered, 'refuse' fails.
import { parentPort, workerData } from 'node:worker_threads';

if (workerData.isBroken) throw new Error('no voice');

parentPort.on('message', ({ text }) => {
  if (text === 'crash') throw new Error('out of breath');
  if (text === 'hang') return;
  if (text === 'refuse') return parentPort.postMessage({ type: 'failed', message: 'no such sound' });
  const words = [{ text, startMs: 0, endMs: 1 }];
  parentPort.postMessage({ type: 'spoken', samples: new Int16Array(text.length), words });
});
parentPort.postMessage({ type: 'ready' });
