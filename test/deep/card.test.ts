import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from '../../src/engine/forward/device.ts';
import { createCardDevice } from '../../src/engine/forward/device-card.ts';
import { Kv } from '../../src/engine/forward/kv.ts';
import type { Block } from '../../src/engine/forward/mask.ts';
import { createReparteeDialect } from '../../src/engine/prompt/dialects.ts';
import { createLocalEngine } from '../../src/engine/serving/local-engine.ts';
import { scoreByReference } from '../../training/reference.ts';
import { openSafeTensors } from '../../training/safetensors.ts';
import { type CardModel, createCardModel } from '../support/card-model.ts';
import { base, heard, last, promptPrefix } from '../support/engine-rig.ts';
import { runForward } from '../support/run-forward.ts';
import { tokenizer } from '../support/small-vocabulary.ts';
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

const forward = (kv: Kv, causal: readonly number[], blocks: readonly Block[] = [], keep = true) =>
  runForward(device, kv, causal, blocks, keep);

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? Number.NaN))), 0);
}

onCard('computes what plain arithmetic computes from the same weights', async () => {
  const { config } = model.manifest;
  const rows = scoreByReference(
    openSafeTensors(model.checkpoint),
    config,
    tokenizer.specials.mask,
    text.slice(0, 40),
    40,
  );
  const kv = createKv();
  await forward(kv, text.slice(0, 25));
  const { logProbabilities } = await forward(kv, text.slice(25, 40));
  const expected = rows.slice(25).flatMap((row) => Array.from(row, (logP) => Math.max(logP, -1e9)));
  const known = Array.from(logProbabilities, (logP) => Math.max(logP, -1e9));
  expect(farthest(known, expected)).toBeLessThan(1e-4);
});

onCard('gives each row the same numbers, however the text was divided into passes, also after a rewind', async () => {
  const block = { ids: Array<number>(8).fill(tokenizer.specials.mask), countSeen: 30 };
  const whole = createKv();
  await forward(whole, text.slice(0, 60));
  const expected = await forward(whole, text.slice(60), [block]);
  const kv = createKv();
  for (let start = 0; start < 60; start += 7) await forward(kv, text.slice(start, Math.min(60, start + 7)));
  await forward(kv, text.slice(0, 20).reverse());
  kv.rewind(60);
  const result = await forward(kv, text.slice(60), [block]);
  expect(farthest(result.stats, expected.stats)).toBeLessThan(1e-4);
  expect(result.best).toEqual(expected.best);
  // What was kept is read alike, too.
  const [after, afterWhole] = [await forward(kv, text.slice(0, 5)), await forward(whole, text.slice(0, 5))];
  expect(farthest(after.stats, afterWhole.stats)).toBeLessThan(1e-4);
});

onCard('goes on from a copied prefix, and beyond the room that was taken first, as from its own text', async () => {
  const long = Array.from({ length: 300 }, (_, index) => 17 + ((index * 53) % 200));
  const shared = createKv();
  await forward(shared, long.slice(0, 40));
  const own = createKv();
  for (let start = 0; start < long.length; start += 100) await forward(own, long.slice(start, start + 100));
  const copied = createKv();
  copied.copyFrom(shared, 30);
  await forward(copied, long.slice(30, 130));
  await forward(copied, long.slice(130, 230));
  // Of 256 slots, 230 are held: these do not fit.
  await forward(copied, long.slice(230));
  const [next, expected] = [await forward(copied, text.slice(0, 4)), await forward(own, text.slice(0, 4))];
  expect(farthest(next.stats, expected.stats)).toBeLessThan(1e-4);
  expect(next.best).toEqual(expected.best);
});

onCard('writes at exact what it writes token by token, and stops between passes when it is cancelled', async () => {
  const engine = createLocalEngine({ device, manifest: model.manifest, dialect: createReparteeDialect(tokenizer) });
  const replies = new Set<string>();
  for (const words of [' hi', ' what city', ' the other', ' eat']) {
    const sequence = engine.open(promptPrefix);
    const ahead = await last(sequence, { context: heard(words), effort: 'exact', maxTokens: 12 });
    const step = await last(sequence, { context: heard(words), effort: 'autoregressive', maxTokens: 12 });
    expect(ahead.tokens).toEqual(step.tokens);
    replies.add(ahead.tokens.join());
    sequence.close();
  }
  expect(replies.size).toBeGreaterThan(1);
  const sequence = engine.open(promptPrefix);
  const cancel = new AbortController();
  const before = engine.stats().countForwards;
  for await (const _ of sequence.draft({ ...base, effort: 'autoregressive', maxTokens: 12, signal: cancel.signal }))
    cancel.abort();
  expect(engine.stats().countForwards - before).toBeLessThan(6);
  expect((await last(sequence, { context: heard(' hi'), maxTokens: 4 })).isDone).toBe(true);
  sequence.close();
});

onCard('gives a thousand sequences their memory and takes it back', async () => {
  const prefix = createKv();
  await forward(prefix, text.slice(0, 20));
  const sizesMb: number[] = [];
  for (let index = 0; index < 1000; index++) {
    const kv = createKv();
    kv.copyFrom(prefix, 20);
    await forward(kv, text.slice(20, 22), [], false);
    kv.drop();
    if (index % 250 === 249) sizesMb.push(process.memoryUsage.rss() / 2 ** 20);
  }
  const [first = 0, , , end = 0] = sizesMb;
  // Each has 131 kB on the card: 750 that were not given back would take 98 MB.
  expect(end - first).toBeLessThan(40);
});

onCard('tells of memory that is not to be had, forgets the sequence, and goes on with the others', async () => {
  const kv = createKv();
  await forward(kv, text.slice(0, 10));
  kv.expect(2 ** 26);
  await expect(forward(kv, text.slice(10, 20))).rejects.toMatchObject({
    code: 'device-memory',
    message: expect.stringContaining('--device cpu'),
  });
  expect(kv.length).toBe(0);
  kv.expect(0);
  const [fresh, again] = [createKv(), kv];
  const expected = await forward(fresh, text.slice(0, 10));
  expect(farthest((await forward(again, text.slice(0, 10))).stats, expected.stats)).toBeLessThan(1e-6);
});
