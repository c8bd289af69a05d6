import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/import/checkpoint/checkpoint.ts';
import { encodeSafeTensors } from '../../../training/safetensors-file.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
  write('config.json', { architectures: ['LlamaForCausalLM'] });
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: unknown) => writeFileSync(join(folder, name), JSON.stringify(content));
const writeWeights = (file: string, ...names: string[]) =>
  writeFileSync(
    join(folder, file),
    encodeSafeTensors(
      names.map((name) => ({ name, type: 'F32', shape: [1024], values: new Float32Array(1024).fill(names.length) })),
      {},
    ),
  );

it('opens a folder with one file of weights', async () => {
  writeWeights('model.safetensors', 'a');
  write('tokenizer.json', { model: {} });
  const { tensors, config, readTokenizer } = await openCheckpoint(folder);
  expect(config).toEqual({ architectures: ['LlamaForCausalLM'] });
  expect(await readTokenizer()).toBe('{"model":{}}');
  expect((await tensors.readRows('a', 1023, 1))[0]).toBe(1);
  await tensors.close();
});

it('opens the files that an index names', async () => {
  writeWeights('model-1.safetensors', 'a', 'b');
  writeWeights('model-2.safetensors', 'c');
  write('model.safetensors.index.json', {
    weight_map: { a: 'model-1.safetensors', b: 'model-1.safetensors', c: 'model-2.safetensors' },
  });
  const { tensors } = await openCheckpoint(folder);
  expect([(await tensors.read('b'))[0], (await tensors.read('c'))[0]]).toEqual([2, 1]);
  await tensors.close();
});

it.each([
  ['../other/model.safetensors', /lies in "..\/other\/model.safetensors", expected a file beside it/],
  ['/etc/passwd', /lies in "\/etc\/passwd", expected a file beside it/],
  ['..safetensors', /expected a file beside it/],
  ['.hidden.safetensors', /expected a file beside it/],
  ['a\\b.safetensors', /expected a file beside it/],
  [7, /lies in 7, expected a file beside it/],
])('refuses an index that leads to %s', async (file, message) => {
  write('model.safetensors.index.json', { weight_map: { a: file } });
  await expect(openCheckpoint(folder)).rejects.toThrow(message);
});

it('refuses an index that contradicts its files', async () => {
  writeWeights('model-1.safetensors', 'a');
  write('model.safetensors.index.json', { weight_map: { a: 'model-1.safetensors', b: 'model-1.safetensors' } });
  await expect(openCheckpoint(folder)).rejects.toThrow(/says that model-1.safetensors holds tensor b, which is in no/);
  write('model.safetensors.index.json', { weight_map: {} });
  await expect(openCheckpoint(folder)).rejects.toThrow(/its weight_map is empty/);
  write('model.safetensors.index.json', []);
  await expect(openCheckpoint(folder)).rejects.toThrow(/no JSON object with a weight_map/);
});

it('says which file is missing', async () => {
  await expect(openCheckpoint(join(folder, 'nowhere'))).rejects.toThrow(/nowhere can't be read: ENOENT/);
  await expect(openCheckpoint(join(folder, 'config.json'))).rejects.toThrow(
    /config.json is neither a .gguf file nor a folder/,
  );
  await expect(openCheckpoint(folder)).rejects.toThrow(/model.safetensors can't be read: ENOENT/);
  writeWeights('model.safetensors', 'a');
  const { tensors, readTokenizer } = await openCheckpoint(folder);
  await expect(readTokenizer()).rejects.toThrow(/has no tokenizer.json that can be read/);
  await tensors.close();
  rmSync(join(folder, 'config.json'));
  await expect(openCheckpoint(folder)).rejects.toThrow(/has no config.json that can be read/);
});

it('refuses a config that is no object', async () => {
  writeWeights('model.safetensors', 'a');
  write('config.json', ['LlamaForCausalLM']);
  await expect(openCheckpoint(folder)).rejects.toThrow(/config.json is damaged: it is no JSON object/);
});

it('notices that a file ends while it is read', async () => {
  writeWeights('model.safetensors', 'a');
  const { tensors } = await openCheckpoint(folder);
  truncateSync(join(folder, 'model.safetensors'), 1000);
  await expect(tensors.read('a')).rejects.toThrow(/it ended at byte 1000 while it was read/);
  await tensors.close();
});
