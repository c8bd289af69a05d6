import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { keepAlive } from '../../src/engine/worker/restarts.ts';
import { last, promptPrefix } from '../support/engine-rig.ts';
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
  await engine.prepare(promptPrefix);
  const sequence = engine.open(promptPrefix);
  const before = await last(sequence, { maxTokens: 8 });
  await lives[0]?.terminate();
  const answer = last(sequence, { maxTokens: 8 });
  await clock.advance(250);
  expect((await answer).tokens).toEqual(before.tokens);
  expect(lives).toHaveLength(2);
  await engine.close();
});

it('answers others while it compiles what takes long, and stops compiling for who has left', async () => {
  const engine = await keepAlive({ startWorker: model.startWorker, clock: new SimulatedClock(), warn: () => {} });
  const slow = { type: 'string', pattern: '^(?:(?:(?:a{0,15}){0,15}){0,15})$' };
  const tools = [{ name: 'find', parameters: { type: 'object', properties: { code: slow } } }];
  const leaving = new AbortController();
  let isOver = false;
  const stranger = last(engine.open({ ...promptPrefix, tools }), { signal: leaving.signal }).catch(() => {
    isOver = true;
  });
  const caller = engine.open(promptPrefix);
  for (let turn = 0; turn < 3; turn++) expect((await last(caller, { maxTokens: 8 })).isDone).toBe(true);
  expect(isOver).toBe(false);
  leaving.abort();
  await stranger;
  // What waited behind it is compiled at once.
  const quick = { ...promptPrefix, tools: [{ name: 'find', parameters: { type: 'object', properties: {} } }] };
  await engine.prepare(quick);
  await engine.close();
});
