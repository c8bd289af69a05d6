import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import type { ToCard } from '../../../src/engine/forward/card-messages.ts';
import type { Device } from '../../../src/engine/forward/device.ts';
import { createCardDevice } from '../../../src/engine/forward/device-card.ts';
import { Kv } from '../../../src/engine/forward/kv.ts';
import { FakeKvMemory } from '../../support/fake-device.ts';
import { manifest } from '../../support/small-vocabulary.ts';

const file = new URL('../../support/fake-card-thread.js', import.meta.url);
const [FAILING, LOSING, DYING, HANGING, SERVED] = [1, 2, 3, 4, 9];
const opened: Device[] = [];

async function open(graph = 'graph-gpu.onnx'): Promise<Device> {
  const device = await createCardDevice({
    kind: 'webgpu',
    modelDir: '/model',
    manifest: { ...manifest, gpu: { graph, keyValueType: 'float16' } },
    cardName: 'a card',
    startWorker: (workerData) => new Worker(file, { workerData }),
  });
  opened.push(device);
  return device;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((device) => device.close()));
});

const createKv = (device: Device) => new Kv(manifest.config, device.createKvMemory());

async function pass(device: Device, past: Kv, ids: readonly number[]) {
  const result = await device.forward({
    ids: Int32Array.from(ids),
    positions: Int32Array.from(ids.keys()),
    bias: new Float32Array(ids.length * (past.length + ids.length)),
    past,
    rows: Int32Array.of(0),
    watch: Int32Array.of(0),
    wantsRows: false,
  });
  const [kv = -1, countPast = -1] = result.best;
  const told: readonly ToCard[] = JSON.parse(new TextDecoder().decode(Uint8Array.from(result.watched)));
  return { kv, countPast, told };
}

it('tells the card of keys and values in the order of the passes that need them', async () => {
  const device = await open();
  const [first, second] = [createKv(device), createKv(device)];
  const { kv: one, told: begun } = await pass(device, first, [SERVED, 5, 6]);
  expect(begun).toEqual([{ type: 'kv.grown', kv: one, countSlots: 256, countHeld: 0 }]);
  first.append([SERVED, 5, 6]);
  second.copyFrom(first, 2);
  const { kv: two, countPast, told } = await pass(device, second, [SERVED]);
  expect(countPast).toBe(2);
  expect(told).toEqual([
    { type: 'kv.grown', kv: two, countSlots: 256, countHeld: 0 },
    { type: 'kv.copied', from: one, to: two, countSlots: 2 },
  ]);
  first.rewind(1);
  expect(await pass(device, first, [SERVED])).toMatchObject({ kv: one, countPast: 1, told: [] });
});

it('doubles the room of a sequence that outgrows it, and gives it back once', async () => {
  const device = await open();
  const kv = createKv(device);
  await pass(device, kv, [SERVED]);
  kv.append(Array<number>(250).fill(SERVED));
  const { kv: id, told } = await pass(device, kv, Array<number>(10).fill(SERVED));
  expect(told).toEqual([{ type: 'kv.grown', kv: id, countSlots: 512, countHeld: 250 }]);
  kv.drop();
  kv.drop();
  expect((await pass(device, createKv(device), [SERVED])).told).toContainEqual({ type: 'kv.released', kv: id });
});

it('counts 16-bit keys and values as half of 32-bit ones', async () => {
  const onCard = createKv(await open());
  expect(2 * onCard.sizeBytesAt(100)).toBe(new Kv(manifest.config, new FakeKvMemory()).sizeBytesAt(100));
});

it('forgets what a failed pass may have left undone, and goes on', async () => {
  const device = await open();
  const kv = createKv(device);
  await pass(device, kv, [SERVED]);
  kv.append([SERVED]);
  await expect(pass(device, kv, [FAILING])).rejects.toMatchObject({ code: 'device-memory' });
  expect(kv.length).toBe(0);
  expect((await pass(device, kv, [SERVED])).countPast).toBe(0);
});

it.each([
  ['a lost card', LOSING],
  ['a thread that dies', DYING],
])('fails all that waits and all that comes by %s', async (_, fate) => {
  const device = await open();
  const asked = [fate, SERVED, SERVED].map((id) => pass(device, createKv(device), [id]));
  for (const { status, ...rest } of await Promise.allSettled(asked))
    expect({ status, ...rest }).toMatchObject({ status: 'rejected', reason: { code: 'device-lost' } });
  await expect(pass(device, createKv(device), [SERVED])).rejects.toMatchObject({ code: 'device-lost' });
  expect(await device.broken).toMatchObject({ code: 'device-lost' });
});

it('is stuck only while a pass takes longer than any pass does', async () => {
  const device = await open();
  expect(device.isStuck()).toBe(false);
  const hanging = pass(device, createKv(device), [HANGING]);
  expect(device.isStuck()).toBe(false);
  await device.close();
  await expect(hanging).rejects.toMatchObject({ code: 'device-lost' });
});

it('refuses a card that can not be opened, a model without a graph for cards, and foreign keys and values', async () => {
  await expect(open('no-driver.onnx')).rejects.toMatchObject({ code: 'device-missing', message: 'no driver' });
  const { gpu: _, ...processorOnly } = { ...manifest, gpu: undefined };
  await expect(
    createCardDevice({ kind: 'webgpu', modelDir: '/model', manifest: processorOnly, cardName: 'a card' }),
  ).rejects.toMatchObject({ code: 'graph-missing', message: expect.stringContaining('/model') });
  const device = await open();
  await expect(pass(device, new Kv(manifest.config, new FakeKvMemory()), [SERVED])).rejects.toMatchObject({
    code: 'kv-foreign',
  });
});
