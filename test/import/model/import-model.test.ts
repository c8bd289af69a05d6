import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../src/base/simulated-clock.ts';
import { importModel } from '../../../src/import/model/import-model.ts';
import { createProgress, type Progress } from '../../../src/import/model/progress.ts';
import { publishedCheckpoints, writePublishedCheckpoint } from '../../support/published-checkpoints.ts';

let folder: string;
let from: string;
let to: string;

const VOCABULARY = 67;
const added = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'].map((content, id) => ({ id, content, special: true }));

function tokenizerOf(countTokens: number): string {
  const rest = Array.from({ length: countTokens - added.length }, (_, index) => [`t${index}`, index + added.length]);
  return JSON.stringify({ added_tokens: added, model: { type: 'BPE', vocab: Object.fromEntries(rest), merges: [] } });
}

const pathOf = (name: string) => join(from, name);
const edit = async (name: string, change: (value: Record<string, unknown>) => unknown) =>
  writeFile(pathOf(name), JSON.stringify(change(JSON.parse(await readFile(pathOf(name), 'utf8')))));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-model-'));
  from = join(folder, 'tiny-qwen');
  to = join(folder, 'model');
  const checkpoint = publishedCheckpoints.find(({ name }) => name === 'qwen3');
  if (checkpoint === undefined) throw new Error('no such checkpoint');
  await writePublishedCheckpoint(from, checkpoint);
  await writeFile(pathOf('tokenizer.json'), tokenizerOf(VOCABULARY));
  await writeFile(pathOf('README.md'), '---\nlicense: apache-2.0\nlanguage: en\n---\n# Tiny\n');
});
afterEach(() => rm(folder, { recursive: true }));

/** Bytes of each file of the folder. */
async function contentOf(path: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(path);
  return Object.fromEntries(
    await Promise.all(names.sort().map(async (name) => [name, await readFile(join(path, name), 'base64')] as const)),
  );
}

interface Attempt {
  readonly weights?: 'int8' | 'int4';
  readonly target?: string;
  readonly failAfter?: number;
}

/** `failAfter`: the disk is full after so many writes. */
async function attempt({ weights = 'int8', target = to, failAfter = Number.POSITIVE_INFINITY }: Attempt = {}) {
  const reports: Progress[] = [];
  let countWrites = 0;
  const { writeSync } = await import('node:fs');
  const write = (descriptor: number, bytes: Uint8Array, offsetBytes: number) => {
    if (countWrites++ >= failAfter) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    return writeSync(descriptor, bytes, 0, bytes.length, offsetBytes);
  };
  const report = (progress: Progress) => void reports.push(progress);
  const result = importModel({ from, to: target, weights, clock: new SimulatedClock(), report, write });
  const error = await result.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return { error, reports, countWrites };
}

it('makes a whole model folder', async () => {
  const { error, reports } = await attempt();
  expect(error).toBeUndefined();
  expect((await readdir(folder)).sort()).toEqual(['model', 'tiny-qwen']);
  const manifest = JSON.parse(await readFile(join(to, 'model.json'), 'utf8'));
  expect(manifest).toMatchObject({
    name: 'model',
    licence: 'apache-2.0',
    origin: 'tiny-qwen, a qwen3 checkpoint',
    dialect: 'chatml',
    config: { layers: 4, hidden: 48, vocabulary: VOCABULARY, hasQueryKeyNorm: true },
    source: {
      from,
      weights: 'int8',
      files: [{ name: 'config.json' }, { name: 'tokenizer.json' }, { name: 'model.safetensors' }],
    },
  });
  const named = manifest.files.map(({ name }: { name: string }) => name);
  expect(named).toEqual(['graph.onnx', 'graph-lanes.onnx', 'weights-01.bin', 'tokenizer.json']);
  expect((await readdir(to)).sort()).toEqual([...named, 'README.md', 'model.json'].sort());
  expect(await readFile(join(to, 'README.md'), 'utf8')).toMatch(/Licence of the source: apache-2.0/);
  const last = reports.at(-1);
  expect((last?.doneBytes ?? 0) / (last?.totalBytes ?? 1)).toBeGreaterThan(0.9);
});

it('goes on where a full disk ended it, and comes to the same bytes', async () => {
  const { countWrites } = await attempt({ target: join(folder, 'whole') });
  const whole = await contentOf(join(folder, 'whole'));
  for (const failAfter of [1, 10, countWrites - 1]) {
    const first = await attempt({ failAfter });
    expect(first.error).toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/run the same command again/),
    });
    expect(await readdir(folder)).toContain('model.importing');
    expect(await readdir(folder)).not.toContain('model');
    const second = await attempt();
    expect(second.error).toBeUndefined();
    expect(second.countWrites).toBeLessThanOrEqual(countWrites - failAfter + 1);
    const { 'model.json': manifest, 'README.md': card, ...files } = await contentOf(to);
    expect(
      Buffer.from(manifest ?? '', 'base64')
        .toString()
        .replaceAll('"model"', '"whole"'),
    ).toBe(Buffer.from(whole['model.json'] ?? '', 'base64').toString());
    expect(card).toBeDefined();
    const { 'model.json': _, 'README.md': __, ...expected } = whole;
    expect(files).toEqual(expected);
    await rm(to, { recursive: true });
  }
});

it('goes on behind a line of its journal that was cut', async () => {
  await attempt({ failAfter: 10 });
  const journal = join(`${to}.importing`, 'journal.jsonl');
  await writeFile(journal, `${await readFile(journal, 'utf8')}{"key":"half`);
  expect((await attempt()).error).toBeUndefined();
});

it('begins again where the checkpoint is another', async () => {
  const { countWrites } = await attempt({ target: join(folder, 'whole') });
  await attempt({ failAfter: 10 });
  await edit('config.json', (config) => ({ ...config, rope_theta: 5000 }));
  expect((await attempt()).countWrites).toBe(countWrites);
});

describe('what is refused', () => {
  it('a folder that has files', async () => {
    expect((await attempt({ target: from })).error).toMatchObject({
      code: 'import-refused',
      message: expect.stringMatching(/tiny-qwen is not empty/),
    });
  });

  it('weights of four bits where rows are no whole blocks', async () => {
    expect((await attempt({ weights: 'int4' })).error).toMatchObject({ code: 'weights-unfit' });
  });

  it('a checkpoint that is cut off', async () => {
    const bytes = await readFile(pathOf('model.safetensors'));
    await writeFile(pathOf('model.safetensors'), bytes.subarray(0, -8));
    expect((await attempt()).error).toMatchObject({ code: 'checkpoint-damaged' });
  });

  it('an architecture that is not known, by its name, with those that are', async () => {
    await edit('config.json', (config) => ({ ...config, architectures: ['MambaForCausalLM'] }));
    expect((await attempt()).error).toMatchObject({
      code: 'architecture-unsupported',
      message: expect.stringMatching(/MambaForCausalLM.*LlamaForCausalLM/),
    });
  });

  it.each([
    ['hidden_size', 64],
    ['vocab_size', 68],
    ['num_hidden_layers', 5],
    ['num_hidden_layers', 1e9],
    ['intermediate_size', 1e12],
    ['num_attention_heads', 8],
  ])('a config.json that lies: %s is %d', async (field, value) => {
    await edit('config.json', (config) => ({ ...config, [field]: value }));
    expect((await attempt()).error).toMatchObject({
      code: expect.stringMatching(/^(weights|checkpoint|architecture|tok)/),
    });
    expect(await readdir(folder)).not.toContain('model');
  });

  it.each([
    [
      'with more tokens than the embedding has rows',
      tokenizerOf(VOCABULARY + 1),
      /token 67, and the embedding only 67 rows/,
    ],
    ['with far fewer', tokenizerOf(40), /last token is 39, and the embedding has 67 rows: it is of another model/],
    [
      'without marks of turns',
      JSON.stringify({ added_tokens: [], model: { vocab: { a: 66 } } }),
      /has no <\|im_start\|>/,
    ],
    ['that is no tokenizer', '[]', /no JSON with a model/],
    [
      'with ids that are none',
      JSON.stringify({ added_tokens: added, model: { vocab: { a: -1 } } }),
      /the id -1, expected/,
    ],
  ])('a tokenizer %s', async (_, text, message) => {
    await writeFile(pathOf('tokenizer.json'), text);
    expect((await attempt()).error).toMatchObject({
      code: 'tokenizer-unusable',
      message: expect.stringMatching(message),
    });
  });

  it('a tokenizer in which the end of a text is a word', async () => {
    await edit('config.json', (config) => ({ ...config, eos_token_id: [2, 60] }));
    expect((await attempt()).error).toMatchObject({ message: expect.stringMatching(/ends a text with token 60/) });
  });
});

it('tells the time that is left by what was written in this run', async () => {
  const clock = new SimulatedClock();
  const reports: Progress[] = [];
  const add = createProgress(clock, 1000, 400, (progress) => void reports.push(progress));
  add(50);
  await clock.advance(2000);
  add(50);
  expect(reports).toEqual([
    { doneBytes: 450, totalBytes: 1000, remainingMs: undefined },
    { doneBytes: 500, totalBytes: 1000, remainingMs: 10_000 },
  ]);
});
