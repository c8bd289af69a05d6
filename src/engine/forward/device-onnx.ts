// The model on ONNX Runtime's CPU provider: a session for passes that run beside others, one thread each, and where it
// pays one for a pass that has the machine to itself.
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { GRAPH_FILE, type Manifest } from '../manifest.ts';
import type { Device, Forward, ForwardResult } from './device.ts';
import { NativeKv } from './kv-native.ts';
import {
  type Address,
  addressOf,
  type ElementType,
  type OnnxLibrary,
  onnxLibrary,
  type TensorList,
  toNameList,
} from './onnx-library.ts';
import { startPassThreads } from './pass-threads.ts';
import { multipliesBytesExactly } from './processor.ts';

export interface OnnxDeviceOptions {
  readonly modelDir: string;
  readonly manifest: Manifest;
  /** Passes at once, each on one thread. */
  readonly maxAtOnce: number;
  /** Threads of a pass that runs alone; 1: as beside others. */
  readonly countThreads: number;
  /** Threads wait for work by spinning: a pass is faster, an idle engine costs CPU time. */
  readonly isSpinning: boolean;
  /** One line when a thread that runs passes died. @default nobody is told */
  readonly warn?: (line: string) => void;
}

const smallInputs = ['ids', 'positions', 'bias', 'rows', 'watch'];
const smallOutputs = ['best', 'stats', 'watched'];
const BEST_WIDTH = 2;
const STATS_WIDTH = 3;
/** The longest passes take less than a second. */
const MAX_PASS_MS = 8000;

/** Rejects with EngineError. */
export async function createOnnxDevice(options: OnnxDeviceOptions): Promise<Device> {
  const { manifest, maxAtOnce, countThreads, warn } = options;
  const { layers, vocabulary } = manifest.config;
  const library = onnxLibrary();
  const narrow = openSession(library, options, 1);
  const wide = countThreads > 1 ? openSession(library, options, countThreads) : narrow;
  const threads = await startPassThreads({ count: maxAtOnce, clock: systemClock, ...(warn ? { warn } : {}) });
  const kvNames = (prefix: string) =>
    Array.from({ length: layers }, (_, layer) => [`${prefix}Key.${layer}`, `${prefix}Value.${layer}`]).flat();
  const inputNames = toNameList([...smallInputs, ...kvNames('past')]);
  const outputNames = toNameList([...smallOutputs, ...kvNames('present')]);
  const rowOutputNames = toNameList([...smallOutputs, 'logProbabilities', ...kvNames('present')]);

  return {
    name: `cpu, ${toName(maxAtOnce, 'pass', 'passes')} at once, ${toName(countThreads, 'thread', 'threads')} for one alone`,
    maxAtOnce,
    createKvMemory: () => new NativeKv(library, manifest.config),

    async forward(forward: Forward, isAlone = false): Promise<ForwardResult> {
      const { ids, positions, bias, past, rows, watch, wantsRows } = forward;
      past.reserve(ids.length);
      const count = rows.length;
      const best = new Int32Array(count * BEST_WIDTH);
      const stats = new Float32Array(count * STATS_WIDTH);
      const watched = new Float32Array(watch.length);
      const logProbabilities = new Float32Array(wantsRows ? count * vocabulary : 0);
      const opened: Address[] = [];
      const tensorOf = (data: Int32Array | Float32Array, shape: readonly number[]) => {
        const type: ElementType = data instanceof Int32Array ? 'int32' : 'float32';
        const tensor = library.openTensor(addressOf(data), type, shape);
        opened.push(tensor);
        return tensor;
      };
      const kv = NativeKv.of(past.memory).tensors;
      const inputs = toTensorList(inputNames.names, [
        tensorOf(ids, [ids.length]),
        tensorOf(positions, [ids.length]),
        tensorOf(bias, [1, 1, ids.length, past.length + ids.length]),
        tensorOf(rows, [count]),
        tensorOf(watch, [count, watch.length / count]),
        ...kv,
      ]);
      const outputs = toTensorList(wantsRows ? rowOutputNames.names : outputNames.names, [
        tensorOf(best, [count, BEST_WIDTH]),
        tensorOf(stats, [count, STATS_WIDTH]),
        tensorOf(watched, [count, watch.length / count]),
        ...(wantsRows ? [tensorOf(logProbabilities, [count, vocabulary])] : []),
        // Written where they are read.
        ...kv,
      ]);
      try {
        await threads.run({ session: isAlone ? wide : narrow, inputs: inputs.list, outputs: outputs.list });
        // Until here the arrays had to stay, and nothing else names them all.
        return keepUntilNow({ best, stats, watched, logProbabilities }, forward, inputs, outputs);
      } finally {
        for (const tensor of opened) library.closeTensor(tensor);
      }
    },

    broken: threads.broken,
    countRestarts: threads.countRestarts,
    isStuck: () => threads.longestMs() > MAX_PASS_MS,

    async close() {
      await threads.close();
      library.closeSession(narrow);
      if (wide !== narrow) library.closeSession(wide);
    },
  };
}

function openSession(library: OnnxLibrary, { modelDir, isSpinning }: OnnxDeviceOptions, countThreads: number): Address {
  const options = {
    'session.intra_op.allow_spinning': isSpinning && countThreads > 1 ? '1' : '0',
    // Of signed weights, products of bytes overflow on x86 processors without VNNI: the runtime then makes them
    // unsigned. It does so with AMX, too, where nothing overflows and passes take twice as long (decisions/045).
    'session.x64quantprecision': multipliesBytesExactly() ? '0' : '1',
  };
  return library.openSession(join(modelDir, GRAPH_FILE), options, countThreads);
}

interface KeptList {
  readonly list: TensorList;
  readonly kept: BigUint64Array;
}

function toTensorList(names: Address, tensors: readonly Address[]): KeptList {
  const kept = BigUint64Array.from(tensors);
  return { list: { names, tensors: addressOf(kept), length: tensors.length }, kept };
}

/** Whatever is passed along stays in memory up to this call. */
function keepUntilNow<T>(result: T, ..._kept: readonly unknown[]): T {
  return result;
}

function toName(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}
