import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadManifest } from '../../src/engine/manifest.ts';
import { ModelError } from '../../src/errors.ts';
import { manifest as fake } from '../support/small-vocabulary.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-'));
});
afterEach(() => rm(folder, { recursive: true }));

const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

async function writeModel(changes: object = {}): Promise<void> {
  const contents: Record<string, string> = { 'graph.onnx': 'graph', 'weights-01.bin': 'weights' };
  for (const [name, content] of Object.entries(contents)) await writeFile(join(folder, name), content);
  const files = Object.entries(contents).map(([name, content]) => ({
    name,
    sizeBytes: content.length,
    sha256: sha256(content),
  }));
  await writeFile(join(folder, 'model.json'), JSON.stringify({ ...fake, files, ...changes }));
}

async function failure(): Promise<ModelError> {
  const error: unknown = await loadManifest(folder).catch((thrown: unknown) => thrown);
  if (error instanceof ModelError) return error;
  throw new Error(`expected a ModelError, got ${String(error)}`);
}

const restoring = 'give the folder of a model, as npm run model -- export writes it';

it('loads a folder whose files are as they should be', async () => {
  await writeModel();
  expect(await loadManifest(folder)).toMatchObject({ name: 'fake', contextTokens: fake.contextTokens });
});

it('says in one line which file is damaged, both hashes, and how to restore it', async () => {
  await writeModel();
  await writeFile(join(folder, 'weights-01.bin'), 'weightz');
  const { code, message } = await failure();
  expect(code).toBe('model-damaged');
  expect(message).toBe(
    `${join(folder, 'weights-01.bin')}: expected sha256 ${sha256('weights')}, found ${sha256('weightz')}; ${restoring}`,
  );
});

it('says in one line which file is missing', async () => {
  await writeModel();
  await rm(join(folder, 'graph.onnx'));
  expect(await failure()).toMatchObject({
    code: 'model-missing',
    message: `${join(folder, 'graph.onnx')}: expected sha256 ${sha256('graph')}, found no file; ${restoring}`,
  });
  await rm(join(folder, 'model.json'));
  expect((await failure()).message).toContain(restoring);
});

it('says in one line which field of the manifest is wrong', async () => {
  await writeModel({ contextTokens: -1 });
  const { code, message } = await failure();
  expect(code).toBe('manifest-invalid');
  expect(message).toContain('contextTokens');
  expect(message).not.toContain('\n');
  await writeFile(join(folder, 'model.json'), '{');
  expect((await failure()).code).toBe('manifest-invalid');
});

it('refuses a drafter that does not belong to its folder, by what is missing', async () => {
  const drafting = { kind: 'drafter', graph: 'drafter.onnx', layers: 1, keyValueHeads: 1, headSize: 8, mask: 3 };
  await writeModel({ drafting });
  const { code, message } = await failure();
  expect(code).toBe('manifest-invalid');
  expect(message).toContain("the drafter's graph drafter.onnx is not among");
  expect(message).toContain('a drafter reads features of layers, and none is named');

  const { layers } = fake.config;
  await writeModel({ config: { ...fake.config, features: [layers - 1, layers] } });
  expect((await failure()).message).toContain(
    `layer ${layers} gives no features, the network has layers 0 to ${layers - 1}`,
  );

  await writeModel({ drafting: { ...drafting, graph: 'graph.onnx' }, config: { ...fake.config, features: [0] } });
  expect(await loadManifest(folder)).toMatchObject({ drafting: { kind: 'drafter' } });
});
