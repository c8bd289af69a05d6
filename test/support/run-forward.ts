import type { Device, ForwardResult } from '../../src/engine/forward/device.ts';
import type { Kv } from '../../src/engine/forward/kv.ts';
import { type Block, fillBias, positionsOf } from '../../src/engine/forward/mask.ts';

/** One pass whose every row is asked for, and watched for its own id. `keep`: the clean tokens stay in the KV. */
export async function runForward(
  device: Device,
  kv: Kv,
  causal: readonly number[],
  blocks: readonly Block[] = [],
  keep = true,
): Promise<ForwardResult> {
  const ids = [...causal, ...blocks.flatMap((block) => block.ids)];
  const bias = new Float32Array(ids.length * (kv.length + ids.length));
  fillBias(bias, kv.length, causal.length, blocks);
  const result = await device.forward({
    ids: Int32Array.from(ids),
    positions: positionsOf(kv.length, causal.length, blocks),
    bias,
    past: kv,
    rows: Int32Array.from(ids.keys()),
    watch: Int32Array.from(ids),
    wantsRows: true,
  });
  if (keep) kv.append(causal);
  return result;
}
