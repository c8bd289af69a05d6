import { expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { keepAlive } from '../../src/engine/worker/restarts.ts';
import { heard, last, promptPrefix } from '../support/engine-rig.ts';
import { createSmallModel } from '../support/small-model.ts';

const countAll = 10_000;
const sampleEvery = 500;

it('takes no more memory after 10,000 sequences than after 1,000', { timeout: 600_000 }, async () => {
  const model = await createSmallModel();
  const engine = await keepAlive({ startWorker: model.startWorker, clock: systemClock, warn: () => {} });
  await engine.prepare(promptPrefix);
  const samplesMb: number[] = [];
  for (let index = 1; index <= countAll; index++) {
    const sequence = engine.open(promptPrefix);
    await last(sequence, { context: heard(' hi'.repeat(1 + (index % 100))), effort: 'autoregressive', maxTokens: 2 });
    sequence.close();
    if (index % sampleEvery === 0) samplesMb.push(process.memoryUsage.rss() / 2 ** 20);
  }
  await engine.close();
  await model.remove();
  const early = Math.max(...samplesMb.slice(1, 5));
  const late = Math.min(...samplesMb.slice(-4));
  // A leak of 2 kB a sequence would show.
  expect(late, samplesMb.map(Math.round).join(' ')).toBeLessThan(early + 16);
});
