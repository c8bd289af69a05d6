import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from '../../src/engine/forward/device.ts';
import { createOnnxDevice } from '../../src/engine/forward/device-onnx.ts';
import { loadManifest, type Manifest } from '../../src/engine/manifest.ts';
import { createReparteeDialect } from '../../src/engine/prompt/dialects.ts';
import type { DraftState, EffortName, Engine } from '../../src/engine/sequence.ts';
import { createLocalEngine } from '../../src/engine/serving/local-engine.ts';
import { collect, heard, promptPrefix } from '../support/engine-rig.ts';
import { createSmallModel, type SmallModel } from '../support/small-model.ts';
import { tokenizer } from '../support/small-vocabulary.ts';

let model: SmallModel;
let manifest: Manifest;
let device: Device;
beforeAll(async () => {
  model = await createSmallModel();
  manifest = await loadManifest(model.modelDir);
  device = await createOnnxDevice({
    modelDir: model.modelDir,
    manifest,
    maxAtOnce: 2,
    countThreads: 2,
    isSpinning: false,
  });
});
afterAll(async () => {
  await device.close();
  await model.remove();
});

const words = [' hi', ' what city', ' he', ' the other', ' eat', ' in', ' would you', ' like'];
const efforts: readonly EffortName[] = ['autoregressive', 'low', 'exact', 'instant'];

/** Two drafts of one call, the second on other words: states without their times. */
async function talk(engine: Engine, index: number): Promise<unknown[]> {
  const sequence = engine.open(promptPrefix);
  const states: DraftState[] = [];
  for (const text of [words[index] ?? '', words[(index + 3) % words.length] ?? ''])
    states.push(
      ...(await collect(sequence, {
        context: heard(text),
        effort: efforts[index % 4] ?? 'autoregressive',
        maxTokens: 12,
      })),
    );
  sequence.close();
  return states.map(({ spentUs: _, ...state }) => state);
}

it('gives each of eight calls at once the very states that it gets alone, bit by bit', async () => {
  const alone: unknown[][] = [];
  for (const index of words.keys())
    alone.push(await talk(createLocalEngine({ device, manifest, dialect: createReparteeDialect(tokenizer) }), index));
  const engine = createLocalEngine({ device, manifest, dialect: createReparteeDialect(tokenizer) });
  const together = await Promise.all(words.map((_, index) => talk(engine, index)));
  expect(together).toEqual(alone);
  expect(new Set(alone.map((states) => JSON.stringify(states))).size).toBe(words.length);
});
