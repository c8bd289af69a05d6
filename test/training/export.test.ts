import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device, Forward } from '../../src/engine/forward/device.ts';
import { createOnnxDevice } from '../../src/engine/forward/device-onnx.ts';
import { Kv } from '../../src/engine/forward/kv.ts';
import { type Block, positionsOf } from '../../src/engine/forward/mask.ts';
import { measureDeviation, selfTestSchema } from '../../src/engine/forward/self-test.ts';
import { loadManifest, type Manifest } from '../../src/engine/manifest.ts';
import { specials } from '../../src/engine/tokenizer/tokenizer-file.ts';
import { ModelError } from '../../src/errors.ts';
import { exportModel } from '../../training/export.ts';
import { runForward } from '../support/run-forward.ts';
import { smallConfig, writeSmallCheckpoint } from '../support/small-checkpoint.ts';
import { tokenizer } from '../support/small-vocabulary.ts';

const exportedOn = '2026-11-23';
let folder: string;
let from: string;
let to: string;
let manifest: Manifest;
let device: Device;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'export-'));
  to = join(folder, 'model');
  from = await writeSmallCheckpoint(join(folder, 'checkpoint'));
  await exportModel({ from, to, exportedOn });
  manifest = await loadManifest(to);
  device = await createOnnxDevice({ modelDir: to, manifest, maxAtOnce: 1, countThreads: 1, isSpinning: false });
});
afterAll(async () => {
  await device.close();
  await rm(folder, { recursive: true });
});

const text = Array.from({ length: 90 }, (_, index) => 17 + ((index * 37) % 200));

const forward = (kv: Kv, causal: readonly number[], blocks: readonly Block[], keep: boolean) =>
  runForward(device, kv, causal, blocks, keep);

it('writes the same bytes for the same checkpoint', async () => {
  const again = join(folder, 'again');
  await exportModel({ from, to: again, exportedOn });
  for (const name of ['model.json', ...manifest.files.map((file) => file.name)])
    expect((await readFile(join(again, name))).equals(await readFile(join(to, name))), name).toBe(true);
});

it('names every file with its size and hash, and what the tokenizer calls special', async () => {
  expect(manifest).toMatchObject({
    config: smallConfig,
    blockSize: 8,
    specials: { say: tokenizer.specials.say, mask: tokenizer.specials.mask },
    countSpecials: 17,
    exportedOn,
  });
  for (const { name, sizeBytes } of manifest.files) expect((await stat(join(to, name))).size).toBe(sizeBytes);
  expect(manifest.files.map((file) => file.name)).toEqual([
    'graph.onnx',
    'graph-lanes.onnx',
    'weights-01.bin',
    'tokenizer.json',
    'self-test.json',
  ]);
});

it('takes dev metrics from a file, and keeps those of the folder without one', async () => {
  const metricsFile = join(folder, 'metrics.json');
  await writeFile(metricsFile, JSON.stringify({ actAccuracy: 0.7 }));
  const other = join(folder, 'other');
  expect((await exportModel({ from, to: other, metricsFile, version: '1.2.3' })).dev).toEqual({ actAccuracy: 0.7 });
  expect(await exportModel({ from, to: other })).toMatchObject({ dev: { actAccuracy: 0.7 }, version: '1.2.3' });
});

it('computes what plain arithmetic computes from the same weights, but for the rounding of activations to bytes', async () => {
  const selfTest = selfTestSchema.parse(JSON.parse(await readFile(join(to, 'self-test.json'), 'utf8')));
  // Products that overflow give more than .1, on processors where they do.
  expect(await measureDeviation(device, manifest, selfTest)).toBeLessThan(0.04);
  const [first, ...others] = selfTest.rows;
  const wrong = { ...selfTest, rows: [...others, first ?? { id: 0, logP: 0 }] };
  expect(await measureDeviation(device, manifest, wrong)).toBeGreaterThan(0.5);
});

it('gives each row the same bits, however the text was divided into forwards', async () => {
  const block = { ids: Array<number>(8).fill(specials.mask), countSeen: 30 };
  const whole = new Kv(manifest.config, device.createKvMemory());
  await forward(whole, text.slice(0, 60), [], true);
  const expected = await forward(whole, text.slice(60), [block], true);
  for (const piece of [2, 7, 60]) {
    const kv = new Kv(manifest.config, device.createKvMemory());
    for (let start = 0; start < 60; start += piece)
      await forward(kv, text.slice(start, Math.min(60, start + piece)), [], true);
    await forward(kv, text.slice(0, 20).reverse(), [], true);
    kv.rewind(60);
    const result = await forward(kv, text.slice(60), [block], true);
    expect(result.logProbabilities).toEqual(expected.logProbabilities);
    // What was kept is read alike, too.
    const after = await forward(kv, text.slice(0, 5), [], false);
    expect(after.logProbabilities).toEqual((await forward(whole, text.slice(0, 5), [], false)).logProbabilities);
  }
});

it('gives several sequences in one pass, and in one that is not full, the bits that each gets alone', async () => {
  const { lanes } = device;
  if (!lanes) throw new Error('the exported model has no lanes');
  const askOf = (index: number): readonly Forward[] => {
    const kvs = [0, 1].map(() => new Kv(manifest.config, device.createKvMemory()));
    const causal = text.slice(index, 2 * index + 3);
    const ids = Int32Array.from(causal);
    return kvs.map((past) => ({
      ids,
      positions: positionsOf(past.length, ids.length, []),
      bias: new Float32Array(ids.length ** 2).map((_, at) =>
        at % ids.length > Math.floor(at / ids.length) ? -1e30 : 0,
      ),
      past,
      rows: Int32Array.from(index === 2 ? [1] : [0, ids.length - 1]),
      watch: Int32Array.from(index === 2 ? [20] : [20, 30]),
      wantsRows: index !== 1,
    }));
  };
  for (const count of [lanes.count, 3, 1]) {
    const asked = Array.from({ length: count }, (_, index) => askOf(index));
    const alone = [];
    for (const [first] of asked) if (first) alone.push(await device.forward(first, true));
    const together = await lanes.forward(asked.flatMap(([, second]) => second ?? []));
    expect(together).toEqual(alone);
    // Keys and values, too.
    const next = [];
    for (const pair of asked)
      for (const { past, ids } of pair) {
        past.append([...ids]);
        next.push((await forward(past, text.slice(40, 45), [], false)).logProbabilities);
      }
    for (let index = 0; index < count; index++) expect(next[2 * index + 1]).toEqual(next[2 * index]);
  }
});

it('refuses more forwards in a pass than it has lanes, and forwards that watch differently many ids', async () => {
  const { lanes } = device;
  const past = new Kv(manifest.config, device.createKvMemory());
  const one: Forward = {
    ids: Int32Array.of(20, 30),
    positions: Int32Array.of(0, 1),
    bias: new Float32Array(4),
    past,
    rows: Int32Array.of(1),
    watch: Int32Array.of(20),
    wantsRows: false,
  };
  await expect(lanes?.forward(Array<Forward>(5).fill(one))).rejects.toThrow(
    '5 forwards in one pass, the graph takes 1 to 4',
  );
  await expect(lanes?.forward([one, { ...one, watch: Int32Array.of(20, 30) }])).rejects.toThrow(
    'watch 1 and 2 ids a row',
  );
});

it('reduces each row as it says', async () => {
  const { best, stats, watched, logProbabilities } = await forward(
    new Kv(manifest.config, device.createKvMemory()),
    text.slice(0, 5),
    [],
    false,
  );
  const { vocabulary } = smallConfig;
  for (let row = 0; row < 5; row++) {
    const logP = logProbabilities.subarray(row * vocabulary, (row + 1) * vocabulary);
    const p = logP.map(Math.exp);
    expect(p.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4);
    expect(p[specials.mask]).toBe(0);
    const ranked = [...logP.keys()]
      .filter((id) => id >= Object.keys(specials).length || id === specials.end)
      .sort((a, b) => (logP[b] ?? 0) - (logP[a] ?? 0));
    expect([...best.subarray(row * 2, row * 2 + 2)]).toEqual(ranked.slice(0, 2));
    expect(stats[row * 3]).toBeCloseTo(logP[ranked[0] ?? 0] ?? 0, 5);
    const entropy = p.reduce((sum, share, id) => sum - (share > 0 ? share * (logP[id] ?? 0) : 0), 0);
    expect(stats[row * 3 + 2]).toBeCloseTo(entropy, 3);
    expect(watched[row]).toBeCloseTo(p[text[row] ?? 0] ?? 0, 6);
  }
});

it('lets a block read what it sees and nothing else', async () => {
  const block = (countSeen: number) => ({ ids: Array<number>(4).fill(specials.mask), countSeen });
  const rowsOf = async (causal: readonly number[], blocks: readonly Block[], count: number) => {
    const kv = new Kv(manifest.config, device.createKvMemory());
    await forward(kv, text.slice(20, 40), [], true);
    const { logProbabilities } = await forward(kv, causal, blocks, false);
    return logProbabilities.subarray(-count * smallConfig.vocabulary);
  };
  const alone = await rowsOf(text.slice(0, 6), [block(6)], 4);
  const beside = await rowsOf(text.slice(0, 9), [block(3), block(6)], 4);
  const seeingMore = await rowsOf(text.slice(0, 9), [block(9)], 4);
  // Unseen positions in between change the order of sums, so the last bits differ.
  const distance = (other: Float32Array) =>
    other.reduce((sum, logP, index) => sum + Math.abs(Math.exp(logP) - Math.exp(alone[index] ?? 0)), 0) / 4;
  expect(distance(beside)).toBeLessThan(distance(seeingMore) / 20);
});

it('says which tensor a checkpoint lacks, or has in another shape', async () => {
  const broken = join(folder, 'broken');
  const path = await writeSmallCheckpoint(broken, { ...smallConfig, layers: 1 });
  await writeFile(join(broken, 'config.json'), await readFile(join(folder, 'checkpoint', 'config.json')));
  const failing = exportModel({ from: path, to: join(folder, 'never') });
  await expect(failing).rejects.toThrow(ModelError);
  await expect(failing).rejects.toThrow('has no tensor layers.1.');
});
