// A thread that speaks as the engine's does and has no model. Context [1] gives one state, [2] never ends, [3] kills it, [4] ends it, [5] makes it busy, [6] gives two states and never ends,
// [7] fails, [8] hangs, and so does [9], as if within a forward.
import { parentPort, workerData } from 'node:worker_threads';

const { isBroken } = workerData;
const stats = {
  device: 'fake thread',
  countSequences: 0,
  countWaiting: 0,
  countForwards: 0,
  forwardMs: 0,
  waitMs: 0,
  kvBytes: 0,
};
const settings = new Map();
const sequences = new Map();
const prepared = [];

if (isBroken) {
  parentPort.postMessage({
    type: 'engine.failed',
    failure: { kind: 'model', code: 'model-missing', message: 'no model' },
  });
} else {
  parentPort.on('message', receive);
  parentPort.postMessage({ type: 'engine.ready', stats });
}

function receive(message) {
  switch (message.type) {
    case 'prefix.defined':
      settings.set(message.promptPrefix, message.value);
      return;
    case 'beat.wanted':
      parentPort.postMessage({ type: 'beat.given', stats });
      return;
    case 'prepare.wanted':
      prepared.push(message.promptPrefix);
      parentPort.postMessage({ type: 'task.ended', task: message.task, stats });
      return;
    case 'sequence.opened':
      sequences.set(message.sequence, settings.get(message.promptPrefix));
      return;
    case 'draft.wanted':
      draft(message);
      return;
    case 'stop.wanted':
      parentPort.close();
  }
}

/** Its tokens: the beginning of the sequence's setting, and how many settings were prepared in this life. */
function draft({ task, sequence, request }) {
  const [order] = request.context;
  if (order === 2) return;
  if (order === 3) throw new Error('out of luck');
  if (order === 4) process.exit(7);
  if (order === 8) for (;;);
  if (order === 7) {
    const failure = { kind: 'engine', code: 'scores-broken', message: 'no numbers' };
    return parentPort.postMessage({ type: 'task.ended', task, stats, failure });
  }
  stats.waitMs = order === 5 ? 9000 : 0;
  const state = { tokens: [...sequences.get(sequence).prefix, prepared.length], isDone: true };
  parentPort.postMessage({ type: 'draft.changed', task, state, stats, sentUs: 0 });
  if (order !== 6) return parentPort.postMessage({ type: 'task.ended', task, stats });
  // Apart: of two states that come together only the second is read.
  setImmediate(() => parentPort.postMessage({ type: 'draft.changed', task, state, stats, sentUs: 0 }));
}
