import type { Device, ForwardResult } from '../../src/engine/forward/device.ts';
import type { Manifest } from '../../src/engine/manifest.ts';
import { specials } from '../../src/engine/tokenizer/tokenizer-file.ts';
import { FakeKvMemory, slotsOf } from './fake-device.ts';

export interface OracleDevice extends Device {
  /** What follows whatever text begins like it. */
  truth: readonly number[];
  /** New positions of each forward so far. */
  readonly countsNew: number[];
}

const UNLIKELY_NATS = -30;
const LIKELY_NATS = -1e-4;

/** A causal head that surely goes on as `truth` does, and behind another token wants to end. */
export function createOracleDevice({ config }: Pick<Manifest, 'config'>): OracleDevice {
  const countsNew: number[] = [];
  const device: OracleDevice = {
    name: 'oracle',
    maxAtOnce: 1,
    createKvMemory: () => new FakeKvMemory(),
    isStuck: () => false,
    truth: [],
    countsNew,

    async forward({ ids, past, rows, watch, wantsRows }): Promise<ForwardResult> {
      countsNew.push(ids.length);
      past.reserve(ids.length);
      const slots = slotsOf(past);
      for (const [index, id] of ids.entries()) slots[past.length + index] = id;
      const text = slots.slice(0, past.length + ids.length);
      const different = device.truth.findIndex((id, index) => text[index] !== id);
      const countTrue = different < 0 ? device.truth.length : different;
      const next = Array.from(rows, (row) => {
        const length = past.length + row + 1;
        return length <= countTrue ? (device.truth[length] ?? specials.end) : specials.end;
      });
      const logProbabilities = new Float32Array(wantsRows ? rows.length * config.vocabulary : 0).fill(UNLIKELY_NATS);
      if (wantsRows)
        for (const [row, id] of next.entries()) logProbabilities[row * config.vocabulary + id] = LIKELY_NATS;
      const width = watch.length / rows.length;
      return {
        best: Int32Array.from(next.flatMap((id) => [id, specials.end])),
        stats: Float32Array.from(next.flatMap(() => [LIKELY_NATS, UNLIKELY_NATS, 0])),
        watched: Float32Array.from(watch, (id, index) => Number(next[Math.floor(index / width)] === id)),
        logProbabilities,
      };
    },

    async close() {},
  };
  return device;
}
