import { expect, it } from 'vitest';
import type { DeviceName } from '../../../src/engine/device-name.ts';
import type { FoundCards } from '../../../src/engine/forward/cards.ts';
import { createDevice } from '../../../src/engine/forward/create-device.ts';
import { EngineError } from '../../../src/errors.ts';
import { createFakeDevice, randomModel } from '../../support/fake-device.ts';
import { manifest } from '../../support/small-vocabulary.ts';

const card = { name: 'Arc', driverVersion: '1.2.3', memoryBytes: 2 ** 33, isSoftware: false };
const oneCard: FoundCards = { cards: [card] };
const software: FoundCards = { cards: [{ ...card, name: 'SwiftShader', isSoftware: true }] };
const noCard: FoundCards = { cards: [], missing: 'no loader' };
const forCards = { ...manifest, gpu: { graph: 'graph-gpu.onnx', keyValueType: 'float16' } as const };
const named = (name: string) => ({ ...createFakeDevice(randomModel(1)), name });

/** The name of what was chosen, and what is said of it. */
async function choose(name: DeviceName, found: FoundCards, { isForCards = true, failure = '' } = {}) {
  const warnings: string[] = [];
  const warn = (line: string) => warnings.push(line);
  const options = { modelDir: '/model', maxAtOnce: 1, countThreads: 1, isSpinning: false, warn };
  const chosen = await createDevice(
    name,
    { ...options, manifest: isForCards ? forCards : manifest },
    {
      findCards: () => found,
      createProcessorDevice: async () => named('processor'),
      createCardDevice: async ({ kind, cardName }) => {
        if (failure !== '') throw new EngineError('device-memory', failure);
        return named(`${kind} ${cardName}`);
      },
    },
  );
  return [chosen.name, ...warnings];
}

it('takes the card by itself where there is one and the model has a graph for it', async () => {
  expect(await choose('auto', oneCard)).toEqual(['webgpu Arc']);
  expect(await choose('auto', oneCard, { isForCards: false })).toEqual(['processor']);
});

it('falls back to the processor with one line that says why', async () => {
  expect(await choose('auto', noCard)).toEqual(['processor', 'the model runs on the processor: no loader']);
  expect(await choose('auto', software)).toEqual([
    'processor',
    'the model runs on the processor: SwiftShader is no card but software',
  ]);
  expect(await choose('auto', oneCard, { failure: 'full' })).toEqual([
    'processor',
    'the model runs on the processor: full',
  ]);
});

it('replaces no device that is asked for by its name', async () => {
  expect(await choose('cpu', oneCard)).toEqual(['processor']);
  expect(await choose('webgpu', software)).toEqual(['webgpu SwiftShader']);
  await expect(choose('webgpu', noCard)).rejects.toMatchObject({
    code: 'device-missing',
    message: expect.stringContaining('no loader'),
  });
  await expect(choose('webgpu', oneCard, { failure: 'full' })).rejects.toMatchObject({ code: 'device-memory' });
});

it('refuses CUDA where its library is missing, with the line that gets it', async () => {
  await expect(choose('cuda', oneCard)).rejects.toMatchObject({
    code: 'device-missing',
    message: expect.stringMatching(/providers_cuda.* is missing: ONNXRUNTIME_NODE_INSTALL=cuda12 /),
  });
});
