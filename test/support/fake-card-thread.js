// The thread of a card without a card: the first id of a pass says what becomes of it.
import { parentPort, workerData } from 'node:worker_threads';

const FAILING = 1;
const LOSING = 2;
const DYING = 3;
const HANGING = 4;

const said = [];
if (workerData.graphPath.endsWith('no-driver.onnx'))
  parentPort.postMessage({ type: 'card.failed', failure: { code: 'device-missing', message: 'no driver' } });
else parentPort.postMessage({ type: 'card.ready' });

parentPort.on('message', (message) => {
  if (message.type === 'stop.wanted') return parentPort.close();
  if (message.type !== 'pass.wanted') return said.push(message);
  const fail = (code) => parentPort.postMessage({ type: 'pass.failed', failure: { code, message: code } });
  switch (message.pass.ids[0]) {
    case FAILING:
      return fail('device-memory');
    case LOSING:
      return fail('device-lost');
    case DYING:
      process.exit(3);
      return;
    case HANGING:
      return;
  }
  const told = new TextEncoder().encode(JSON.stringify(said.splice(0)));
  const result = {
    best: Int32Array.of(message.pass.kv, message.pass.countPast),
    stats: new Float32Array(3),
    // What it was told of keys and values since the pass before.
    watched: Float32Array.from(told),
    logProbabilities: new Float32Array(),
  };
  parentPort.postMessage({ type: 'pass.ended', result });
});
