import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from '../../src/engine/forward/device.ts';
import { createCardDevice } from '../../src/engine/forward/device-card.ts';
import { Kv } from '../../src/engine/forward/kv.ts';
import { type Block, fillBias, positionsOf } from '../../src/engine/forward/mask.ts';
import { scoreByReference } from '../../training/reference.ts';
import { openSafeTensors } from '../../training/safetensors.ts';
import { type CardModel, createCardModel } from '../support/card-model.ts';
import { missingCard, useSwiftShader } from '../support/swiftshader.ts';

const onCard = it.skipIf(missingCard !== undefined);
if (missingCard) it.skip(`runs on a card (${missingCard})`, () => {});

let model: CardModel;
let device: Device;
beforeAll(async () => {
  if (missingCard) return;
  useSwiftShader();
  model = await createCardModel();
  device = await createCardDevice({ kind: 'webgpu', ...model, cardName: 'SwiftShader' });
});
afterAll(async () => {
  await device?.close();
  await model?.remove();
});

const text = Array.from({ length: 90 }, (_, index) => 17 + ((index * 37) % 200));
const createKv = () => new Kv(model.manifest.config, device.createKvMemory());

async function forward(kv: Kv, causal: readonly number[], blocks: readonly Block[] = [], keep = true) {
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

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? Number.NaN))), 0);
}

onCard('computes what plain arithmetic computes from the same weights', async () => {
  const { config, specials } = model.manifest;
  const rows = scoreByReference(openSafeTensors(model.checkpoint), config, specials.mask, text.slice(0, 40), 40);
  const kv = createKv();
  await forward(kv, text.slice(0, 25));
  const { logProbabilities } = await forward(kv, text.slice(25, 40));
  const expected = rows.slice(25).flatMap((row) => Array.from(row, (logP) => Math.max(logP, -1e9)));
  const known = Array.from(logProbabilities, (logP) => Math.max(logP, -1e9));
  expect(farthest(known, expected)).toBeLessThan(1e-4);
});
