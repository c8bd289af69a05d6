// Known answers of a model, asked of the device at load: a CPU or a runtime that computes something else is refused
// before it speaks to anybody.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { at } from '../../base/at.ts';
import { ModelError } from '../../errors.ts';
import type { Manifest } from '../manifest.ts';
import type { Device } from './device.ts';
import { Kv } from './kv.ts';
import { fillBias, positionsOf } from './mask.ts';

export const SELF_TEST_FILE = 'self-test.json';
export const SELF_TEST_ROWS = 20;

export const selfTestSchema = z.object({
  about: z.string(),
  /** Clean tokens; the last of them are the rows. */
  ids: z.array(z.int().nonnegative()).min(SELF_TEST_ROWS),
  /** The likeliest id after each row, and its log probability in exact arithmetic. */
  rows: z.array(z.object({ id: z.int().nonnegative(), logP: z.number().max(0) })).length(SELF_TEST_ROWS),
});

export type SelfTest = z.infer<typeof selfTestSchema>;

/**
 * Mean over the rows. Rounding of activations to bytes costs .1 to .3; a wrong weight, position or product several
 * nats.
 */
const MAX_NATS = 0.5;

/** Throws ModelError unless the device gives what the folder's self-test expects; a folder without one passes. */
export async function checkDevice(device: Device, modelDir: string, manifest: Manifest): Promise<void> {
  if (!manifest.files.some(({ name }) => name === SELF_TEST_FILE)) return;
  const test = selfTestSchema.parse(JSON.parse(await readFile(join(modelDir, SELF_TEST_FILE), 'utf8')));
  const meanNats = await measureDeviation(device, manifest, test);
  // Not a number fails, too.
  if (meanNats <= MAX_NATS) return;
  throw new ModelError(
    'self-test-failed',
    `the model on ${device.name} is off its ${SELF_TEST_ROWS} known log probabilities by ${meanNats.toFixed(2)} nats on average, the limit is ${MAX_NATS}: this processor or this build of onnxruntime-node computes wrongly; reinstall it (npm ci) or use another machine`,
  );
}

/** Mean distance from the known log probabilities, in nats. */
export async function measureDeviation(device: Device, manifest: Manifest, { ids, rows }: SelfTest): Promise<number> {
  const bias = new Float32Array(ids.length ** 2);
  fillBias(bias, 0, ids.length, []);
  const { watched } = await device.forward({
    ids: Int32Array.from(ids),
    positions: positionsOf(0, ids.length, []),
    bias,
    past: new Kv(manifest.config, device.createKvMemory()),
    rows: Int32Array.from(rows, (_, index) => ids.length - rows.length + index),
    watch: Int32Array.from(rows, ({ id }) => id),
    wantsRows: false,
  });
  return rows.reduce((sum, { logP }, row) => sum + Math.abs(Math.log(at(watched, row)) - logP), 0) / rows.length;
}
