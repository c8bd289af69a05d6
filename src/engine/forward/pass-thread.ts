// A thread that runs the model: takes addresses, says when the pass is over. Knows no tensor.
import { parentPort } from 'node:worker_threads';
import { EngineError, toMessage } from '../../errors.ts';
import { onnxLibrary } from './onnx-library.ts';
import type { FromPassThread, ToPassThread } from './pass-life.ts';

const port = parentPort;
if (!port) throw new EngineError('worker-alone', 'this file runs as a thread of the device');

const library = onnxLibrary();

function post(message: FromPassThread): void {
  port?.postMessage(message);
}

port.on('message', (job: ToPassThread) => {
  if (job === 'stop.wanted') return port.close();
  try {
    library.run(job);
    post({ type: 'pass.ended', failure: undefined });
  } catch (error) {
    post({ type: 'pass.ended', failure: toMessage(error) });
  }
});
post({ type: 'pass.ready' });
