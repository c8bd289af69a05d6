import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import type { RunJob } from '../../../src/engine/forward/onnx-library.ts';
import { type PassThreads, startPassThreads } from '../../../src/engine/forward/pass-threads.ts';

const file = new URL('../../support/fake-pass-thread.js', import.meta.url);
const list = { names: 0n, tensors: 0n, length: 0 };
const jobs = { succeed: toJob(0n), fail: toJob(1n), die: toJob(2n), hang: toJob(3n) };
const opened: PassThreads[] = [];

function toJob(session: bigint): RunJob {
  return { session, inputs: list, outputs: list };
}

function createRig(count: number) {
  const lives: Worker[] = [];
  const threads = startPassThreads(count, () => {
    const worker = new Worker(file);
    lives.push(worker);
    return worker;
  });
  opened.push(threads);
  return { threads, lives };
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((threads) => threads.close()));
});

it('runs what is asked, more than it has threads, and says what failed', async () => {
  const { threads, lives } = createRig(2);
  const asked = [jobs.succeed, jobs.fail, jobs.succeed, jobs.succeed, jobs.succeed].map((job) => threads.run(job));
  const settled = await Promise.allSettled(asked);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(settled[1]).toMatchObject({ reason: { code: 'forward-failed', message: 'no luck' } });
  expect(lives).toHaveLength(2);
});

it('replaces a thread that dies, and loses no more than what that one ran', async () => {
  const { threads, lives } = createRig(1);
  const [dead, after] = [threads.run(jobs.die), threads.run(jobs.succeed)];
  await expect(dead).rejects.toMatchObject({ code: 'forward-failed' });
  await after;
  expect(lives).toHaveLength(2);
});

it('tells how long its oldest pass has run', async () => {
  const { threads, lives } = createRig(1);
  expect(threads.longestMs()).toBe(0);
  const hanging = threads.run(jobs.hang);
  await new Promise((resolve) => setImmediate(resolve));
  expect(threads.longestMs()).toBeGreaterThan(0);
  const [worker] = lives;
  void worker?.terminate();
  await expect(hanging).rejects.toMatchObject({ code: 'forward-failed' });
  expect(threads.longestMs()).toBe(0);
});

it('refuses what is asked once it is closed', async () => {
  const { threads } = createRig(1);
  await threads.close();
  await expect(threads.run(jobs.succeed)).rejects.toMatchObject({ code: 'engine-closed' });
});
