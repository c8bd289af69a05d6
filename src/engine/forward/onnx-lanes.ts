// Passes of one graph on ONNX Runtime: the rows of as many sequences as it has lanes, one after the other; keys and
// values of each where they lie. Knows no session and no thread.
import { EngineError } from '../../errors.ts';
import type { Manifest } from '../manifest.ts';
import type { Forward, ForwardResult } from './device.ts';
import { NativeKv } from './kv-native.ts';
import {
  type Address,
  addressOf,
  type ElementType,
  type OnnxLibrary,
  type RunJob,
  type TensorList,
  toNameList,
} from './onnx-library.ts';

/** What goes in and out, without its session. */
export type LaneJob = Omit<RunJob, 'session'>;

export interface LaneGraph {
  readonly library: OnnxLibrary;
  readonly manifest: Manifest;
  /** 1: names have no number of a lane. */
  readonly countLanes: number;
}

/**
 * Runs one pass for up to `countLanes` forwards, by `run`. An empty lane costs a position that nothing reads. Rejects
 * with EngineError.
 */
export type LanePass = (
  forwards: readonly Forward[],
  run: (job: LaneJob) => Promise<void>,
) => Promise<readonly ForwardResult[]>;

const BEST_WIDTH = 2;
const STATS_WIDTH = 3;

export function createLanePass({ library, manifest, countLanes }: LaneGraph): LanePass {
  const { layers, vocabulary, adapter } = manifest.config;
  const ofLanes = (name: string) =>
    countLanes === 1 ? [name] : Array.from({ length: countLanes }, (_, lane) => `${name}.${lane}`);
  const ofLayers = (prefix: string) =>
    Array.from({ length: layers }, (_, layer) => [`${prefix}Key.${layer}`, `${prefix}Value.${layer}`]).flat();
  // By lanes: first all of the first one's.
  const kvNames = (prefix: string) => {
    const names = ofLayers(prefix).map(ofLanes);
    return Array.from({ length: countLanes }, (_, lane) => names.map((lanes) => lanes[lane] ?? '')).flat();
  };
  const inputNames = toNameList([
    ...[
      'ids',
      'positions',
      'rows',
      'watch',
      ...(countLanes > 1 ? ['rowCounts'] : []),
      ...(adapter ? ['drafting'] : []),
    ],
    ...[...ofLanes('bias'), ...kvNames('past')],
  ]);
  const outputNames = toNameList(['best', 'stats', 'watched', ...kvNames('present')]);
  const rowOutputNames = toNameList(['best', 'stats', 'watched', 'logProbabilities', ...kvNames('present')]);
  /** Written by empty lanes, read by nobody else. */
  const spare = new NativeKv(library, manifest.config, 0);
  if (countLanes > 1) spare.reserve(1, 0);

  return async (forwards, run) => {
    checkForwards(forwards, countLanes);
    for (const { past, ids } of forwards) past.reserve(ids.length);
    const countEmpty = countLanes - forwards.length;
    const counts = forwards.map(({ rows }) => rows.length);
    const count = sum(counts);
    const watchWidth = forwards[0] ? forwards[0].watch.length / forwards[0].rows.length : 0;
    const best = new Int32Array(count * BEST_WIDTH);
    const stats = new Float32Array(count * STATS_WIDTH);
    const watched = new Float32Array(count * watchWidth);
    const wantsRows = forwards.some((forward) => forward.wantsRows);
    const logProbabilities = new Float32Array(wantsRows ? count * vocabulary : 0);
    const opened: Address[] = [];
    const kept: unknown[] = [forwards];
    const tensorOf = (data: Int32Array | Float32Array, shape: readonly number[]) => {
      const type: ElementType = data instanceof Int32Array ? 'int32' : 'float32';
      const tensor = library.openTensor(addressOf(data), type, shape);
      opened.push(tensor);
      kept.push(data);
      return tensor;
    };
    const listOf = (names: Address, tensors: readonly Address[]): TensorList => {
      const addresses = BigUint64Array.from(tensors);
      kept.push(addresses);
      return { names, tensors: addressOf(addresses), length: tensors.length };
    };
    const empty = new Int32Array(countEmpty);
    const ids = join([...forwards.map((forward) => forward.ids), empty]);
    const positions = join([...forwards.map((forward) => forward.positions), empty]);
    const rows = join(forwards.map((forward, lane) => forward.rows.map((row) => row + startOf(forwards, lane))));
    const kv = forwards.flatMap(({ past }) => NativeKv.of(past.memory).tensors);
    for (let lane = 0; lane < countEmpty; lane++) kv.push(...spare.tensors);
    try {
      const inputs = listOf(inputNames.names, [
        tensorOf(ids, [ids.length]),
        tensorOf(positions, [ids.length]),
        tensorOf(rows, [count]),
        tensorOf(join(forwards.map(({ watch }) => watch)), [count, watchWidth]),
        ...(countLanes > 1 ? [tensorOf(join([Int32Array.from(counts), empty]), [countLanes])] : []),
        ...(adapter ? [tensorOf(join([...forwards.map(draftingOf), empty]), [ids.length])] : []),
        ...forwards.map((one) => tensorOf(one.bias, [1, 1, one.ids.length, one.past.length + one.ids.length])),
        ...Array.from(empty, () => tensorOf(new Float32Array(1), [1, 1, 1, 1])),
        ...kv,
      ]);
      const outputs = listOf(wantsRows ? rowOutputNames.names : outputNames.names, [
        tensorOf(best, [count, BEST_WIDTH]),
        tensorOf(stats, [count, STATS_WIDTH]),
        tensorOf(watched, [count, watchWidth]),
        ...(wantsRows ? [tensorOf(logProbabilities, [count, vocabulary])] : []),
        // Written where they are read.
        ...kv,
      ]);
      await run({ inputs, outputs });
    } finally {
      for (const tensor of opened) library.closeTensor(tensor);
      // Until here the arrays had to stay, and nothing else names them all.
      kept.length = 0;
    }
    return forwards.map((forward, lane) => {
      const start = sum(counts.slice(0, lane));
      const span = (width: number) => [start * width, (start + forward.rows.length) * width] as const;
      return {
        best: best.subarray(...span(BEST_WIDTH)),
        stats: stats.subarray(...span(STATS_WIDTH)),
        watched: watched.subarray(...span(watchWidth)),
        logProbabilities: logProbabilities.subarray(...span(forward.wantsRows ? vocabulary : 0)),
      };
    });
  };
}

function checkForwards(forwards: readonly Forward[], countLanes: number): void {
  if (forwards.length === 0 || forwards.length > countLanes)
    throw new EngineError(
      'lanes-exceeded',
      `${forwards.length} forwards in one pass, the graph takes 1 to ${countLanes}`,
    );
  const widths = new Set(forwards.map(({ watch, rows }) => watch.length / rows.length));
  if (widths.size > 1)
    throw new EngineError(
      'lanes-uneven',
      `forwards of one pass watch ${[...widths].join(' and ')} ids a row: give each row as many`,
    );
}

function draftingOf({ drafting, ids }: Forward): Int32Array {
  return drafting ?? new Int32Array(ids.length);
}

/** Positions before those of a lane. */
function startOf(forwards: readonly Forward[], lane: number): number {
  return sum(forwards.slice(0, lane).map(({ ids }) => ids.length));
}

function join(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(sum(parts.map(({ length }) => length)));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
