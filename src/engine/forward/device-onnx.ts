// The model on ONNX Runtime's CPU provider: the only file that knows it.
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { EngineError, toMessage } from '../../errors.ts';
import { GRAPH_FILE, type Manifest } from '../manifest.ts';
import type { Device, Forward, ForwardResult } from './device.ts';

export interface OnnxDeviceOptions {
  readonly modelDir: string;
  readonly manifest: Manifest;
  readonly countThreads: number;
  /** Threads wait for work by spinning: a step is faster, an idle engine costs CPU time. */
  readonly isSpinning: boolean;
}

const nothing = new Float32Array();
const small = ['best', 'stats', 'watched'];

export async function createOnnxDevice(options: OnnxDeviceOptions): Promise<Device> {
  const { manifest } = options;
  const { layers, keyValueHeads, headSize } = manifest.config;
  const session = await openSession(options);
  const names = Array.from({ length: layers }, (_, layer) => [`pastKey.${layer}`, `pastValue.${layer}`] as const);

  return {
    name: `cpu, ${options.countThreads} ${options.countThreads === 1 ? 'thread' : 'threads'}`,

    async forward(forward: Forward): Promise<ForwardResult> {
      const { ids, positions, bias, past, rows, watch } = forward;
      const pastShape = [1, keyValueHeads, past.capacity, headSize];
      const feeds: Record<string, Tensor> = {
        ids: new Tensor('int32', ids, [ids.length]),
        positions: new Tensor('int32', positions, [ids.length]),
        bias: new Tensor('float32', bias, [1, 1, ids.length, past.length + ids.length]),
        rows: new Tensor('int32', rows, [rows.length]),
        watch: new Tensor('int32', watch, [rows.length, watch.length / rows.length]),
      };
      for (const [layer, [key, value]] of names.entries()) {
        feeds[key] = new Tensor('float32', past.keys(layer), pastShape);
        feeds[value] = new Tensor('float32', past.values(layer), pastShape);
      }
      const fetches = [
        ...small,
        ...(forward.wantsFresh ? ['fresh'] : []),
        ...(forward.wantsRows ? ['logProbabilities'] : []),
      ];
      const outputs = await session.run(feeds, fetches).catch((cause: unknown) => {
        throw new EngineError('forward-failed', `the model failed: ${toMessage(cause)}`, { cause });
      });
      return {
        best: int32s(outputs.best),
        stats: floats(outputs.stats),
        watched: floats(outputs.watched),
        fresh: forward.wantsFresh ? floats(outputs.fresh) : nothing,
        logProbabilities: forward.wantsRows ? floats(outputs.logProbabilities) : nothing,
      };
    },

    close: () => session.release(),
  };
}

async function openSession({ modelDir, countThreads, isSpinning }: OnnxDeviceOptions): Promise<InferenceSession> {
  const spinning = isSpinning ? '1' : '0';
  return InferenceSession.create(join(modelDir, GRAPH_FILE), {
    executionProviders: ['cpu'],
    intraOpNumThreads: countThreads,
    interOpNumThreads: 1,
    // Shapes differ from forward to forward: plans kept for each would only take memory.
    enableMemPattern: false,
    // Of signed weights, products of bytes overflow on x86 processors without VNNI: there, and only there, the runtime
    // makes them unsigned.
    extra: { session: { intra_op: { allow_spinning: spinning }, x64quantprecision: '1' } },
  }).catch((cause: unknown) => {
    throw new EngineError('graph-refused', `${join(modelDir, GRAPH_FILE)}: ${toMessage(cause)}`, { cause });
  });
}

function floats(tensor: Tensor | undefined): Float32Array {
  const values = tensor?.data;
  if (values instanceof Float32Array) return values;
  throw new EngineError('forward-failed', `the model gave ${tensor?.type ?? 'nothing'} where floats were expected`);
}

function int32s(tensor: Tensor | undefined): Int32Array {
  const values = tensor?.data;
  if (values instanceof Int32Array) return values;
  throw new EngineError('forward-failed', `the model gave ${tensor?.type ?? 'nothing'} where integers were expected`);
}
