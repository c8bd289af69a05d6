// The model on a card, by ONNX Runtime's C interface: keys and values lie there and never leave. Runs in a thread of
// its own, which alone touches the card: the runtime's providers for cards take one caller at a time.
import { EngineError } from '../../errors.ts';
import type { CardKind, CardOptions, CardPass } from './card-messages.ts';
import type { ForwardResult } from './device.ts';
import { type Address, addressOf, loadFunctions, toNameList } from './onnx-library.ts';

const WARNINGS_AND_WORSE = 2;
const DEVICE_ALLOCATOR = 0;
const ARENA_ALLOCATOR = 1;
const DEFAULT_MEMORY = 0;

const pathType = process.platform === 'win32' ? 'str16' : 'str';

/** By name: the place in the table, what it gives, what it takes (onnxruntime c_api.h). */
const functionTable = {
  createEnvironment: [3, 'void*', 'int, str, _Out_ void**'],
  createSession: [7, 'void*', `void*, ${pathType}, void*, _Out_ void**`],
  run: [9, 'void*', 'void*, void*, void*, void*, size_t, void*, size_t, void*'],
  createSessionOptions: [10, 'void*', '_Out_ void**'],
  disableMemoryPattern: [17, 'void*', 'void*'],
  createTensorOn: [48, 'void*', 'void*, int64_t*, size_t, int, _Out_ void**'],
  createTensorOver: [49, 'void*', 'void*, void*, size_t, int64_t*, size_t, int, _Out_ void**'],
  memoryOf: [51, 'void*', 'void*, _Out_ void**'],
  createMemoryInfo: [68, 'void*', 'str, int, int, int, _Out_ void**'],
  createCpuMemoryInfo: [69, 'void*', 'int, int, _Out_ void**'],
  releaseMemoryInfo: [94, 'void', 'void*'],
  releaseSession: [95, 'void', 'void*'],
  releaseTensor: [96, 'void', 'void*'],
  releaseSessionOptions: [100, 'void', 'void*'],
  setOption: [130, 'void*', 'void*, str, str'],
  createAllocator: [131, 'void*', 'void*, void*, _Out_ void**'],
  releaseAllocator: [132, 'void', 'void*'],
  appendCuda: [204, 'void*', 'void*, void*'],
  createCudaOptions: [205, 'void*', '_Out_ void**'],
  releaseCudaOptions: [208, 'void', 'void*'],
  appendProvider: [216, 'void*', 'void*, str, void*, void*, size_t'],
  copyTensors: [386, 'void*', 'void*, void*, void*, void*, size_t'],
} as const;

const elementTypes = {
  float32: { code: 1, bytes: 4 },
  int32: { code: 6, bytes: 4 },
  int64: { code: 7, bytes: 8 },
  float16: { code: 10, bytes: 2 },
} as const;
type ElementType = keyof typeof elementTypes;

/** As the providers name their memory. */
const memoryNames: Readonly<Record<CardKind, string>> = { webgpu: 'WebGPU_Buf', cuda: 'Cuda' };

const BEST_WIDTH = 2;
const STATS_WIDTH = 3;

export interface Card {
  /** Room for `countSlots` in all; the first `countHeld` stay as they are. Throws EngineError. */
  grow(kv: number, countSlots: number, countHeld: number): void;
  /** Throws EngineError. */
  copy(from: number, to: number, countSlots: number): void;
  release(kv: number): void;
  /** Takes as long as the card does. Throws EngineError. */
  run(pass: CardPass): ForwardResult;
  close(): void;
}

/** Throws EngineError. */
export function openCard({ kind, graphPath, shape, keyValueType, vocabulary }: CardOptions): Card {
  const { functions, check, create } = loadFunctions(functionTable);
  const { layers, keyValueHeads, headSize } = shape;
  const slotBytes = keyValueHeads * headSize * elementTypes[keyValueType].bytes;
  const environment = create(functions.createEnvironment, WARNINGS_AND_WORSE, 'repartee');
  const session = openSession();
  const cardMemory = create(functions.createMemoryInfo, memoryNames[kind], DEVICE_ALLOCATOR, 0, DEFAULT_MEMORY);
  const ownMemory = create(functions.createCpuMemoryInfo, ARENA_ALLOCATOR, DEFAULT_MEMORY);
  const allocator = create(functions.createAllocator, session, cardMemory);
  /** Buffers of keys and of values by turns, layer by layer: [slot][head][size]. */
  const buffers = new Map<number, readonly Address[]>();
  const pattern = new Uint8Array(slotBytes);
  const kvNames = (prefix: string) =>
    Array.from({ length: layers }, (_, layer) => [`${prefix}Key.${layer}`, `${prefix}Value.${layer}`]).flat();
  const inputNames = toNameList([...smallInputs, ...kvNames('past')]);
  const outputNames = toNameList([...smallOutputs, ...kvNames('present')]);
  const rowOutputNames = toNameList([...smallOutputs, 'logProbabilities', ...kvNames('present')]);

  function openSession(): Address {
    const options = create(functions.createSessionOptions);
    try {
      check(functions.disableMemoryPattern(options), 'memory pattern');
      // A node that the card can't run would have keys and values go to and fro: better refused.
      check(functions.setOption(options, 'session.disable_cpu_ep_fallback', '1'), 'fallback');
      append(options);
      return create(functions.createSession, environment, graphPath, options);
    } finally {
      functions.releaseSessionOptions(options);
    }
  }

  function append(options: Address): void {
    if (kind === 'webgpu') {
      check(functions.appendProvider(options, 'WebGPU', null, null, 0), 'WebGPU');
      return;
    }
    const cuda = create(functions.createCudaOptions);
    try {
      check(functions.appendCuda(options, cuda), 'CUDA');
    } finally {
      functions.releaseCudaOptions(cuda);
    }
  }

  function tensorOver(memory: Address, data: Address, type: ElementType, sizes: readonly number[]): Address {
    const countBytes = sizes.reduce((product, size) => product * size, elementTypes[type].bytes);
    const shapeOf = BigInt64Array.from(sizes, BigInt);
    return create(functions.createTensorOver, memory, data, countBytes, shapeOf, sizes.length, elementTypes[type].code);
  }

  /** Of a buffer, its first slots. */
  function viewOf(buffer: Address, countSlots: number): Address {
    return tensorOver(cardMemory, create(functions.memoryOf, buffer), keyValueType, [
      countSlots,
      keyValueHeads,
      headSize,
    ]);
  }

  function copyAll(pairs: readonly (readonly [from: Address, to: Address])[]): void {
    const [from, to] = [
      BigUint64Array.from(pairs, ([source]) => source),
      BigUint64Array.from(pairs, ([, target]) => target),
    ];
    check(functions.copyTensors(environment, addressOf(from), addressOf(to), null, pairs.length), 'keys and values');
  }

  function copySlots(from: readonly Address[], to: readonly Address[], countSlots: number): void {
    if (countSlots === 0) return;
    const opened: Address[] = [];
    const view = (buffer: Address) => {
      const made = viewOf(buffer, countSlots);
      opened.push(made);
      return made;
    };
    try {
      copyAll(from.map((source, index) => [view(source), view(to[index] ?? source)] as const));
    } finally {
      for (const made of opened) functions.releaseTensor(made);
    }
  }

  function allocate(countSlots: number): readonly Address[] {
    const sizes = BigInt64Array.from([countSlots, keyValueHeads, headSize], BigInt);
    const made: Address[] = [];
    try {
      for (let index = 0; index < 2 * layers; index++)
        made.push(create(functions.createTensorOn, allocator, sizes, sizes.length, elementTypes[keyValueType].code));
      checkMemory(made, countSlots);
      return made;
    } catch (error) {
      for (const buffer of made) functions.releaseTensor(buffer);
      throw error;
    }
  }

  /**
   * WebGPU gives a buffer also where there is no memory, and tells nobody: so a pattern is handed from each to the
   * next, and has to come back from the last.
   */
  function checkMemory(made: readonly Address[], countSlots: number): void {
    const returned = new Uint8Array(slotBytes);
    crypto.getRandomValues(pattern);
    const slot = [1, keyValueHeads, headSize];
    const first = tensorOver(ownMemory, addressOf(pattern), keyValueType, slot);
    const last = tensorOver(ownMemory, addressOf(returned), keyValueType, slot);
    const opened = [first, ...made.map((buffer) => viewOf(buffer, 1)), last];
    try {
      for (const [index, from] of opened.slice(0, -1).entries()) copyAll([[from, opened[index + 1] ?? last]]);
    } finally {
      for (const tensor of opened) functions.releaseTensor(tensor);
    }
    if (pattern.every((value, index) => value === returned[index])) return;
    const megabytes = Math.round((2 * layers * slotBytes * countSlots) / 2 ** 20);
    throw new EngineError(
      'forward-failed',
      `out of memory: ${megabytes} MiB for ${countSlots} tokens are not to be had`,
    );
  }

  function buffersOf(kv: number): readonly Address[] {
    const found = buffers.get(kv);
    if (found === undefined) throw new EngineError('kv-missing', `keys and values ${kv} are not on the card`);
    return found;
  }

  function release(kv: number): void {
    for (const buffer of buffers.get(kv) ?? []) functions.releaseTensor(buffer);
    buffers.delete(kv);
  }

  return {
    grow(kv, countSlots, countHeld) {
      const before = buffers.get(kv) ?? [];
      const grown = allocate(countSlots);
      copySlots(before, grown, before.length > 0 ? countHeld : 0);
      release(kv);
      buffers.set(kv, grown);
    },

    copy: (from, to, countSlots) => copySlots(buffersOf(from), buffersOf(to), countSlots),

    release,

    run({ ids, positions, bias, rows, watch, wantsRows, kv, countPast }) {
      const count = rows.length;
      const slots = BigInt64Array.from(ids, (_, index) => BigInt(countPast + index));
      const best = new Int32Array(count * BEST_WIDTH);
      const stats = new Float32Array(count * STATS_WIDTH);
      const watched = new Float32Array(watch.length);
      const logProbabilities = new Float32Array(wantsRows ? count * vocabulary : 0);
      const opened: Address[] = [];
      const over = (array: Int32Array | Float32Array | BigInt64Array, sizes: readonly number[]) => {
        const type = array instanceof Int32Array ? 'int32' : array instanceof Float32Array ? 'float32' : 'int64';
        const tensor = tensorOver(ownMemory, addressOf(array), type, sizes);
        opened.push(tensor);
        return tensor;
      };
      const kept = buffersOf(kv);
      try {
        const inputs = BigUint64Array.from([
          over(ids, [ids.length]),
          over(positions, [ids.length]),
          over(bias, [1, 1, ids.length, countPast + ids.length]),
          over(rows, [count]),
          over(watch, [count, watch.length / count]),
          over(slots, [ids.length, 1]),
          ...kept,
        ]);
        const outputs = BigUint64Array.from([
          over(best, [count, BEST_WIDTH]),
          over(stats, [count, STATS_WIDTH]),
          over(watched, [count, watch.length / count]),
          ...(wantsRows ? [over(logProbabilities, [count, vocabulary])] : []),
          // Written where they are read.
          ...kept,
        ]);
        const names = wantsRows ? rowOutputNames : outputNames;
        const [read, written] = [addressOf(inputs), addressOf(outputs)];
        const error = functions.run(
          session,
          null,
          inputNames.names,
          read,
          inputs.length,
          names.names,
          outputs.length,
          written,
        );
        check(error, 'the model failed');
        return { best, stats, watched, logProbabilities };
      } finally {
        for (const tensor of opened) functions.releaseTensor(tensor);
      }
    },

    close() {
      for (const kv of [...buffers.keys()]) release(kv);
      functions.releaseAllocator(allocator);
      functions.releaseMemoryInfo(cardMemory);
      functions.releaseMemoryInfo(ownMemory);
      functions.releaseSession(session);
    },
  };
}

const smallInputs = ['ids', 'positions', 'bias', 'rows', 'watch', 'slots'];
const smallOutputs = ['best', 'stats', 'watched'];
