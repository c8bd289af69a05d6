import type { Device, Forward, ForwardResult } from '../../src/engine/forward/device.ts';
import type { Kv, KvMemory } from '../../src/engine/forward/kv.ts';
import { manifest } from './small-vocabulary.ts';

/** Log probabilities of what follows `text`, for every id. */
export type FakeModel = (text: readonly number[]) => Float32Array;

export interface FakeDevice extends Device {
  /** New positions of each forward so far. */
  readonly countsNew: readonly number[];
  /** Ids of each forward so far. */
  readonly idsNew: readonly (readonly number[])[];
}

const { vocabulary } = manifest.config;
const { mask, end, say } = manifest.specials;

/**
 * A model whose keys are its token ids: what a position reads of the KV and of the forward is what the bias lets it see. A clean position
 * predicts what follows it. One of a block, masked or filled, predicts itself, as the clean head would if the masked ones before it were its
 * own guesses. One that an adapter serves predicts what follows it, whatever stands there.
 */
export function createFakeDevice(
  model: FakeModel,
  beforeForward?: (index: number, countLanes: number) => Promise<void> | void,
  countLanes = 1,
): FakeDevice {
  const countsNew: number[] = [];
  const idsNew: number[][] = [];

  function seenBy(forward: Forward, row: number): { position: number; id: number }[] {
    const { ids, positions, bias, past, drafting } = forward;
    const width = past.length + ids.length;
    const seen: { position: number; id: number }[] = [];
    for (let column = 0; column < width; column++) {
      if ((bias[row * width + column] ?? 0) < -1) continue;
      const isPast = column < past.length;
      const isDrafted = !isPast && drafting?.[column - past.length] === 1;
      const id = isPast ? slotsOf(past)[column] : isDrafted ? mask : ids[column - past.length];
      const position = isPast ? column : positions[column - past.length];
      seen.push({ position: position ?? 0, id: id ?? 0 });
    }
    return seen.sort((a, b) => a.position - b.position);
  }

  /** Only within a block does a position see the one after it. */
  function seesNext({ ids, bias, past }: Forward, row: number): boolean {
    const width = past.length + ids.length;
    return row >= 0 && row + 1 < ids.length && (bias[row * width + past.length + row + 1] ?? 0) > -1;
  }

  function predict(forward: Forward, row: number): Float32Array {
    const own = forward.positions[row] ?? 0;
    const isOfBlock = forward.ids[row] === mask || seesNext(forward, row) || seesNext(forward, row - 1);
    const text: number[] = [];
    for (const { position, id } of seenBy(forward, row)) {
      if (position > own || (isOfBlock && position === own)) break;
      text.push(id === mask ? guess(model(text)) : id);
    }
    return model(text);
  }

  function scoresOf(forward: Forward): ForwardResult {
    const { ids, past, rows, watch, wantsRows } = forward;
    past.reserve(ids.length);
    for (const [index, id] of ids.entries()) slotsOf(past)[past.length + index] = id;
    countsNew.push(ids.length);
    idsNew.push([...ids]);
    const all = Array.from(rows, (row) => predict(forward, row));
    const best = all.map((logP) => rank(logP));
    const watchWidth = watch.length / rows.length;
    return {
      best: Int32Array.from(best.flat()),
      stats: Float32Array.from(
        all.flatMap((logP, row) => [...(best[row] ?? []).map((id) => at(logP, id)), entropy(logP)]),
      ),
      watched: Float32Array.from(watch, (id, index) => Math.exp(at(all[Math.floor(index / watchWidth)], id))),
      logProbabilities: wantsRows ? Float32Array.from(all.flatMap((logP) => [...logP])) : new Float32Array(),
    };
  }

  async function forwardTogether(forwards: readonly Forward[]): Promise<ForwardResult[]> {
    await beforeForward?.(countsNew.length, forwards.length);
    return forwards.map(scoresOf);
  }

  return {
    name: 'fake',
    maxAtOnce: 1,
    createKvMemory: () => new FakeKvMemory(),
    isStuck: () => false,
    countsNew,
    idsNew,

    async forward(forward): Promise<ForwardResult> {
      await beforeForward?.(countsNew.length, 1);
      return scoresOf(forward);
    },

    ...(countLanes > 1 ? { lanes: { count: countLanes, forward: forwardTogether } } : {}),

    async close() {},
  };
}

/** A token id in each slot. */
export class FakeKvMemory implements KvMemory {
  readonly valueBytes = 4;
  slots: number[] = [];

  reserve(): void {}

  copyFrom(other: KvMemory, countSlots: number): void {
    this.slots = slotsIn(other).slice(0, countSlots);
  }

  release(): void {
    this.slots = [];
  }
}

export function slotsOf({ memory }: Kv): number[] {
  return slotsIn(memory);
}

function slotsIn(memory: KvMemory): number[] {
  if (memory instanceof FakeKvMemory) return memory.slots;
  throw new Error('not of a fake device');
}

/** Scores from a hash of the last few tokens: without sense, sharp enough to repeat itself, always the same for a seed. */
export function randomModel(seed: number, sharpness = 4, memory = 3): FakeModel {
  const known = new Map<string, Float32Array>();
  return (text) => {
    const recent = text.slice(-memory);
    const key = recent.join();
    const found = known.get(key);
    if (found) return found;
    const logits = Float32Array.from({ length: vocabulary }, (_, id) => sharpness * noise(seed, recent, id));
    const made = normalize(logits);
    known.set(key, made);
    return made;
  };
}

/** Goes on as the longest of `texts` that begins like what it sees does; ends there. After anything else it ends at once. */
export function reciting(texts: readonly (readonly number[])[], p = 0.9): FakeModel {
  return (text) => {
    const match = texts.find((known) => known.length > text.length && text.every((id, index) => id === known[index]));
    return peaked(new Map([[match?.[text.length] ?? end, p]]));
  };
}

/** The given probabilities; the rest is shared by all other ids. */
export function peaked(shares: ReadonlyMap<number, number>): Float32Array {
  const rest = 1 - [...shares.values()].reduce((sum, share) => sum + share, 0);
  const other = Math.log(rest / (vocabulary - shares.size));
  return Float32Array.from({ length: vocabulary }, (_, id) => {
    const share = shares.get(id);
    return share === undefined ? other : Math.log(share);
  });
}

function normalize(logits: Float32Array): Float32Array {
  logits[mask] = -1e30;
  const highest = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - highest), 0);
  return logits.map((logit) => logit - highest - Math.log(sum));
}

function noise(seed: number, recent: readonly number[], id: number): number {
  let hash = 2166136261 ^ seed;
  for (const value of [...recent, id]) hash = Math.imul(hash ^ value, 16777619);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 2246822519);
  hash ^= hash >>> 13;
  return (hash >>> 0) / 2 ** 31 - 1;
}

function rank(logP: Float32Array): number[] {
  const first = likeliest(logP);
  return [first, likeliest(logP, first)];
}

/** What a mask stands for: a word, the end, or, where a reply begins, its act. */
function guess(logP: Float32Array): number {
  const word = likeliest(logP);
  return at(logP, say) > at(logP, word) ? say : word;
}

/** Of text and the end. */
function likeliest(logP: Float32Array, except = -1): number {
  let best = -1;
  for (let id = 0; id < vocabulary; id++) {
    const isText = id >= manifest.countSpecials || id === end;
    if (isText && id !== except && (best < 0 || at(logP, id) > at(logP, best))) best = id;
  }
  return best;
}

function entropy(logP: Float32Array): number {
  return logP.reduce((sum, value) => sum - Math.exp(value) * value, 0);
}

function at(logP: Float32Array | undefined, id: number): number {
  return logP?.[id] ?? Number.NEGATIVE_INFINITY;
}
