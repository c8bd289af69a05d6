// ONNX Runtime's shared library, called by its C interface: a table of functions whose places never change (onnxruntime
// c_api.h, "struct OrtApi"). The package onnxruntime-node brings the library; its own binding copies every output,
// holds its thread while the model runs and can't share a session between threads.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import koffi, { type LibraryHandle } from 'koffi';
import { EngineError, toMessage } from '../../errors.ts';

/** An address in this process, the same in all of its threads. */
export type Address = bigint;

/** Of the interface whose functions are used. */
const API_VERSION = 23;
const WARNINGS_AND_WORSE = 2;
const ARENA_ALLOCATOR = 1;
const DEFAULT_MEMORY = 0;
const POINTER_BYTES = 8;

const pathType = process.platform === 'win32' ? 'str16' : 'str';
const VALUES = 'void*, void*, void*, void*, size_t, void*, size_t, void*';

/**
 * By name: the place in the table, what it gives, what it takes. A function that gives a `void*` gives an error, or
 * none.
 */
const functionTable = {
  createEnvironment: [3, 'void*', 'int, str, _Out_ void**'],
  createSession: [7, 'void*', `void*, ${pathType}, void*, _Out_ void**`],
  run: [9, 'void*', VALUES],
  createSessionOptions: [10, 'void*', '_Out_ void**'],
  disableMemoryPattern: [17, 'void*', 'void*'],
  setThreads: [24, 'void*', 'void*, int'],
  createTensor: [49, 'void*', 'void*, void*, size_t, int64_t*, size_t, int, _Out_ void**'],
  createCpuMemoryInfo: [69, 'void*', 'int, int, _Out_ void**'],
  releaseSession: [95, 'void', 'void*'],
  releaseTensor: [96, 'void', 'void*'],
  releaseSessionOptions: [100, 'void', 'void*'],
  setOption: [130, 'void*', 'void*, str, str'],
} as const;

const elementTypes = { float32: 1, int32: 6 } as const;
const ELEMENT_BYTES = 4;

export type ElementType = keyof typeof elementTypes;

export interface OnnxLibrary {
  /** Throws EngineError if the runtime does not take the graph. */
  openSession(path: string, options: Readonly<Record<string, string>>, countThreads: number): Address;
  closeSession(session: Address): void;
  /** Over memory that stays where it is until `closeTensor`. */
  openTensor(data: Address, type: ElementType, shape: readonly number[]): Address;
  closeTensor(tensor: Address): void;
  /** Takes as long as the model does, and the thread waits. Throws EngineError. */
  run(job: RunJob): void;
}

/** Addresses of everything that one run reads and writes. */
export interface RunJob {
  readonly session: Address;
  readonly inputs: TensorList;
  readonly outputs: TensorList;
}

/** Addresses of a list of names and of a list of tensors, as long as each other. */
export interface TensorList {
  readonly names: Address;
  readonly tensors: Address;
  readonly length: number;
}

let opened: OnnxLibrary | undefined;
/** koffi closes a library that nobody holds any more. */
const held: LibraryHandle[] = [];

/** Of this thread; opened once. Throws EngineError if it can't be opened. */
export function onnxLibrary(): OnnxLibrary {
  opened ??= open();
  return opened;
}

/** Where bytes of an array are; an array that is used this way has to be kept until nobody reads the address. */
export function addressOf(array: Float32Array | Int32Array | BigInt64Array | BigUint64Array | Uint8Array): Address {
  return koffi.address(array);
}

/** Texts as C reads them. `keep` holds their memory. */
export function toNameList(names: readonly string[]): { readonly names: Address; readonly keep: unknown } {
  const texts = names.map((name) => Buffer.from(`${name}\0`));
  const list = BigUint64Array.from(texts, (text) => addressOf(text));
  return { names: addressOf(list), keep: [texts, list] };
}

function open(): OnnxLibrary {
  const { functions, check, create } = loadFunctions(functionTable);
  const environment = create(functions.createEnvironment, WARNINGS_AND_WORSE, 'repartee');
  const memory = create(functions.createCpuMemoryInfo, ARENA_ALLOCATOR, DEFAULT_MEMORY);

  return {
    openSession(path, options, countThreads) {
      const built = create(functions.createSessionOptions);
      try {
        check(functions.setThreads(built, countThreads), 'threads');
        // Shapes differ from pass to pass: plans kept for each would only take memory.
        check(functions.disableMemoryPattern(built), 'memory pattern');
        for (const [name, value] of Object.entries(options)) check(functions.setOption(built, name, value), name);
        return create(functions.createSession, environment, path, built);
      } catch (cause) {
        throw new EngineError('graph-refused', `${path}: ${toMessage(cause)}`, { cause });
      } finally {
        functions.releaseSessionOptions(built);
      }
    },
    closeSession: (session) => functions.releaseSession(session),
    openTensor(data, type, shape) {
      const sizes = BigInt64Array.from(shape, BigInt);
      const bytes = shape.reduce((product, size) => product * size, ELEMENT_BYTES);
      return create(functions.createTensor, memory, data, bytes, sizes, shape.length, elementTypes[type]);
    },
    closeTensor: (tensor) => functions.releaseTensor(tensor),
    run({ session, inputs, outputs }) {
      const error = functions.run(
        session,
        null,
        inputs.names,
        inputs.tensors,
        inputs.length,
        outputs.names,
        outputs.length,
        outputs.tensors,
      );
      check(error, 'the model failed');
    },
  };
}

export type FunctionTable = Readonly<Record<string, readonly [place: number, result: string, takes: string]>>;

/** What the table says of each is not known to the compiler: `never` fits wherever a result is used. */
type OnnxFunction = (...args: unknown[]) => never;

export interface OnnxFunctions<Name extends string> {
  readonly functions: Readonly<Record<Name, OnnxFunction>>;
  /** Throws EngineError `forward-failed` for an error that a function gave. */
  check(error: Address | null, what: string): void;
  /** What a function puts into its last argument. Throws EngineError. */
  create(build: OnnxFunction, ...args: unknown[]): Address;
}

const errorTable = { errorMessage: [2, 'str', 'void*'], releaseError: [93, 'void', 'void*'] } as const;

/** koffi wants another name for each. */
let countPrototypes = 0;

/** Of this thread. Throws EngineError `runtime-missing`. */
export function loadFunctions<Table extends FunctionTable>(table: Table): OnnxFunctions<keyof Table & string> {
  const { errorMessage, releaseError } = readTable(errorTable);
  const functions = readTable(table);
  function check(error: Address | null, what: string): void {
    if (error === null) return;
    const message = errorMessage(error);
    releaseError(error);
    throw new EngineError('forward-failed', `${what}: ${message}`);
  }
  return {
    functions,
    check,
    create(build, ...args) {
      const out: [Address | null] = [null];
      check(build(...args, out), 'ONNX Runtime');
      if (out[0] === null) throw new EngineError('forward-failed', 'ONNX Runtime gave nothing where an address is due');
      return out[0];
    },
  };
}

function readTable<Table extends FunctionTable>(table: Table): Record<keyof Table & string, OnnxFunction> {
  const functionsAt = openTable();
  const entries = Object.entries(table).map(([name, [place, result, takes]]) => {
    const address: Address = koffi.decode(functionsAt, place * POINTER_BYTES, 'void*');
    return [name, koffi.decode(address, koffi.proto(`${result} Ort_${name}_${countPrototypes++}(${takes})`))];
  });
  return Object.fromEntries(entries);
}

let tableOpened: Address | undefined;

function openTable(): Address {
  if (tableOpened !== undefined) return tableOpened;
  const path = findOnnxLibrary();
  try {
    // Also where another thread has opened it: koffi can call no function before this thread has opened a library.
    const library = koffi.load(path);
    held.push(library);
    const base: Address = library.func('void* OrtGetApiBase()')();
    const getTable = koffi.decode(koffi.decode(base, 'void*'), koffi.proto('void* OrtGetApi(uint32_t)'));
    const table: Address | null = getTable(API_VERSION);
    if (table === null) throw new Error(`it has no interface of version ${API_VERSION}`);
    tableOpened = table;
    return table;
  } catch (cause) {
    throw new EngineError(
      'runtime-missing',
      `${path} can't be used: ${toMessage(cause)}; reinstall onnxruntime-node and koffi (npm ci)`,
      { cause },
    );
  }
}

const libraryNames: Readonly<Record<string, string>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
};

/** As the package says that brings it. */
export function onnxVersion(): string {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('onnxruntime-node')), '..');
  const { version }: { readonly version: string } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return version;
}

/** Throws EngineError `runtime-missing`. */
export function findOnnxLibrary(): string {
  const name = libraryNames[process.platform];
  const binaries = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '..', 'bin');
  const build = readdirSync(binaries).find((folder) => folder.startsWith('napi-v'));
  if (name === undefined || build === undefined)
    throw new EngineError(
      'runtime-missing',
      `onnxruntime-node has no library for ${process.platform}, use Linux, macOS or Windows`,
    );
  return join(binaries, build, process.platform, process.arch, name);
}
