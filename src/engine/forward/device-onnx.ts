// The model on ONNX Runtime's CPU provider: a session for passes that run beside others, of one thread each and of
// several sequences where the model has a graph for that, and one for a pass that has the machine to itself.
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { EngineError } from '../../errors.ts';
import { GRAPH_FILE, type Manifest } from '../manifest.ts';
import type { Device, Forward, ForwardResult } from './device.ts';
import { NativeKv } from './kv-native.ts';
import { createLanePass } from './onnx-lanes.ts';
import { type Address, type OnnxLibrary, onnxLibrary } from './onnx-library.ts';
import { startPassThreads } from './pass-threads.ts';
import { multipliesBytesExactly } from './processor.ts';

export interface OnnxDeviceOptions {
  readonly modelDir: string;
  readonly manifest: Manifest;
  /** Passes at once, each on one thread. */
  readonly maxAtOnce: number;
  /** Threads of a pass that runs alone; 1: as beside others. */
  readonly countThreads: number;
  /** Sequences in one pass. @default as many as the model's graph takes */
  readonly maxTogether?: number;
  /** Threads wait for work by spinning: a pass is faster, an idle engine costs CPU time. */
  readonly isSpinning: boolean;
  /** One line when a thread that runs passes died. @default nobody is told */
  readonly warn?: (line: string) => void;
}

/** The longest passes take less than a second. */
const MAX_PASS_MS = 8000;

/** Rejects with EngineError. */
export async function createOnnxDevice(options: OnnxDeviceOptions): Promise<Device> {
  const { manifest, maxAtOnce, countThreads, warn } = options;
  const lanes = options.maxTogether === 1 ? undefined : manifest.lanes;
  const library = onnxLibrary();
  const single = openGraph(GRAPH_FILE, 1, countThreads);
  const narrow = countThreads === 1 ? single : lanes ? undefined : openGraph(GRAPH_FILE, 1, 1);
  const several = lanes && openGraph(lanes.graph, lanes.count, 1);
  const beside = narrow ?? several ?? single;
  const threads = await startPassThreads({ count: maxAtOnce, clock: systemClock, ...(warn ? { warn } : {}) });

  function openGraph(file: string, countLanes: number, countThreadsEach: number) {
    const session = openSession(library, options, file, countThreadsEach);
    const pass = createLanePass({ library, manifest, countLanes });
    return {
      session,
      forward: (forwards: readonly Forward[]) => pass(forwards, (job) => threads.run({ ...job, session })),
    };
  }

  return {
    name: `cpu, ${toName(maxAtOnce, 'pass', 'passes')} at once, ${toName(countThreads, 'thread', 'threads')} for one alone`,
    maxAtOnce,
    createKvMemory: () => new NativeKv(library, manifest.config),

    async forward(forward, isAlone = false): Promise<ForwardResult> {
      const [result] = await (isAlone ? single : beside).forward([forward]);
      if (result) return result;
      throw new EngineError('forward-failed', 'the model gave nothing where scores are due');
    },

    ...(several && lanes
      ? { lanes: { count: Math.min(lanes.count, options.maxTogether ?? lanes.count), forward: several.forward } }
      : {}),
    broken: threads.broken,
    countRestarts: threads.countRestarts,
    isStuck: () => threads.longestMs() > MAX_PASS_MS,

    async close() {
      await threads.close();
      for (const session of new Set([single, narrow, several].map((graph) => graph?.session)))
        if (session !== undefined) library.closeSession(session);
    },
  };
}

function openSession(
  library: OnnxLibrary,
  { modelDir, isSpinning }: OnnxDeviceOptions,
  file: string,
  countThreads: number,
): Address {
  const options = {
    'session.intra_op.allow_spinning': isSpinning && countThreads > 1 ? '1' : '0',
    // Of signed weights, products of bytes overflow on x86 processors without VNNI: the runtime then makes them
    // unsigned. It does so with AMX, too, where nothing overflows and passes take twice as long (decisions/045).
    'session.x64quantprecision': multipliesBytesExactly() ? '0' : '1',
  };
  return library.openSession(join(modelDir, file), options, countThreads);
}

function toName(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}
