import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepAlive } from '../../src/engine/restarts.ts';
import { SimulatedClock } from '../../src/testing/simulated-clock.ts';
import { last, setting } from '../support/engine-rig.ts';
import { createSmallModel, type SmallModel } from '../support/small-model.ts';

let model: SmallModel;
beforeAll(async () => {
  model = await createSmallModel();
});
afterAll(() => model.remove());

it('goes on after its thread was killed, with the same words as before', async () => {
  const clock = new SimulatedClock();
  const lives: Worker[] = [];
  const startWorker = () => {
    const worker = model.startWorker();
    lives.push(worker);
    return worker;
  };
  const engine = await keepAlive({ startWorker, clock, warn: () => {} });
  await engine.prepare(setting);
  const sequence = engine.open(setting);
  const before = await last(sequence, { maxTokens: 8 });
  // Between two forwards, that is: within one it would take the process with it.
  await lives[0]?.terminate();
  const answer = last(sequence, { maxTokens: 8 });
  await clock.advance(250);
  expect((await answer).tokens).toEqual(before.tokens);
  expect(lives).toHaveLength(2);
  await engine.close();
});
