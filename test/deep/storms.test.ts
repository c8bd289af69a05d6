import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findBroken } from '../support/invariants.ts';
import { anyStorm, playStorm } from '../support/storm.ts';
import { readStorm, writeStorm } from '../support/storm-file.ts';

const LONGEST = 60;
/** More in `npm run test:nightly`. */
const COUNT_EVENTS = Number(process.env.REPARTEE_STORM_EVENTS ?? 50_000);
/** The same storms each time. @default others each time */
const SEED = process.env.REPARTEE_STORM_SEED;
/** A file that a broken promise left: only its storm is played. */
const FILE = process.env.REPARTEE_STORM;

it.skipIf(FILE !== undefined)('keeps its promises in any storm of events', { timeout: 36_000_000 }, async () => {
  let countEvents = 0;
  while (countEvents < COUNT_EVENTS) {
    const result = await fc.check(
      fc.asyncProperty(anyStorm(LONGEST), async (storm) => {
        countEvents += storm.steps.length;
        const broken = findBroken(await playStorm(storm));
        if (broken !== undefined) throw new Error(broken);
      }),
      { numRuns: 100, ...(SEED === undefined ? {} : { seed: Number(SEED) + countEvents }) },
    );
    if (!result.failed) continue;
    const [storm] = result.counterexample ?? [];
    const file = join(await mkdtemp(join(tmpdir(), 'repartee-storm-')), 'storm.jsonl');
    if (storm) await writeFile(file, writeStorm(storm));
    const broken = storm && findBroken(await playStorm(storm));
    expect.fail(`${broken}\nREPARTEE_STORM=${file} npx vitest run --project deep storms # plays it again`);
  }
});

it.runIf(FILE !== undefined)('keeps its promises in the storm of a file', async () => {
  expect(findBroken(await playStorm(readStorm(await readFile(FILE ?? '', 'utf8'))))).toBeUndefined();
});
