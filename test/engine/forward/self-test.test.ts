import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkDevice, SELF_TEST_FILE, SELF_TEST_ROWS } from '../../../src/engine/forward/self-test.ts';
import { ModelError } from '../../../src/errors.ts';
import { createFakeDevice, peaked } from '../../support/fake-device.ts';
import { manifest } from '../../support/small-vocabulary.ts';

const likely = 40;
const known = {
  about: 'what the fake model says',
  ids: Array.from({ length: SELF_TEST_ROWS + 3 }, (_, index) => 20 + index),
  rows: Array.from({ length: SELF_TEST_ROWS }, () => ({ id: likely, logP: Math.log(0.9) })),
};
const withTest = { ...manifest, files: [{ name: SELF_TEST_FILE, sizeBytes: 1, sha256: '' }] };
const saying = (p: number) => createFakeDevice(() => peaked(new Map([[likely, p]])));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'self-test-'));
  await writeFile(join(folder, SELF_TEST_FILE), JSON.stringify(known));
});
afterAll(() => rm(folder, { recursive: true }));

it('lets a device pass that computes what is known, in one forward', async () => {
  const device = saying(0.88);
  await checkDevice(device, folder, withTest);
  expect(device.countsNew).toEqual([known.ids.length]);
});

it('refuses a device that computes something else, or nothing, and says by how much', async () => {
  const failing = checkDevice(saying(0.3), folder, withTest);
  await expect(failing).rejects.toThrow(ModelError);
  await expect(failing).rejects.toMatchObject({ code: 'self-test-failed' });
  await expect(failing).rejects.toThrow('on fake is off its 20 known log probabilities by 1.10 nats');
  await expect(checkDevice(saying(Number.NaN), folder, withTest)).rejects.toThrow('by NaN nats');
});

it('asks nothing of a folder that has no self-test', async () => {
  const device = saying(0.1);
  await checkDevice(device, folder, { ...manifest, files: [] });
  expect(device.countsNew).toEqual([]);
});
