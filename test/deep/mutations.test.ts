import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { copyBroken } from '../support/broken-copy.ts';
import { invariants } from '../support/invariants.ts';
import { mutations } from '../support/mutations.ts';
import { anyStorm } from '../support/storm.ts';
import { readStorm } from '../support/storm-file.ts';
import type { Witness } from '../support/witness.ts';

const COUNT_STORMS = 2000;
/** What few drawn storms do, and which a mutation needs to be caught. */
const kept = resolve(import.meta.dirname, '../support/storms');
const storms = [
  ...readdirSync(kept).map((file) => readStorm(readFileSync(join(kept, file), 'utf8'))),
  ...fc.sample(anyStorm(30), { numRuns: COUNT_STORMS, seed: 7 }),
];

it.each(mutations)('catches it when $name', { timeout: 300_000 }, async ({ name, ...broken }) => {
  await using copy = await copyBroken(broken);
  const { playStorm }: { playStorm: (storm: unknown) => Promise<Witness> } = await import(
    join(copy.folder, 'test/support/storm.ts')
  );
  const caught = new Set<string>();
  for (const storm of storms) {
    const witness = await playStorm(storm);
    for (const [promise, check] of Object.entries(invariants)) if (check(witness) !== undefined) caught.add(promise);
    if (caught.size > 0) break;
  }
  expect([...caught], name).not.toEqual([]);
});
