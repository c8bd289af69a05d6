import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { SimulatedClock } from '../../../src/base/simulated-clock.ts';
import type { RunJob } from '../../../src/engine/forward/onnx-library.ts';
import { type PassThreads, startPassThreads } from '../../../src/engine/forward/pass-threads.ts';

const file = new URL('../../support/fake-pass-thread.js', import.meta.url);
const list = { names: 0n, tensors: 0n, length: 0 };
const jobs = { succeed: toJob(0n), fail: toJob(1n), die: toJob(2n), hang: toJob(3n) };
const opened: PassThreads[] = [];

function toJob(session: bigint): RunJob {
  return { session, inputs: list, outputs: list };
}

/** `isBroken` says of each life, from 0, whether it fails to start. */
async function createRig(count: number, isBroken: (life: number) => boolean = () => false) {
  const clock = new SimulatedClock();
  const lives: Worker[] = [];
  const warnings: string[] = [];
  const startWorker = () => {
    const worker = new Worker(file, { workerData: { isBroken: isBroken(lives.length) } });
    lives.push(worker);
    return worker;
  };
  const threads = await startPassThreads({ count, clock, startWorker, warn: (line) => warnings.push(line) });
  opened.push(threads);
  return { threads, lives, clock, warnings };
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((threads) => threads.close()));
});

it('runs what is asked, more than it has threads, and says what failed', async () => {
  const { threads, lives } = await createRig(2);
  const asked = [jobs.succeed, jobs.fail, jobs.succeed, jobs.succeed, jobs.succeed].map((job) => threads.run(job));
  const settled = await Promise.allSettled(asked);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(settled[1]).toMatchObject({ reason: { code: 'forward-failed', message: 'no luck' } });
  expect(lives).toHaveLength(2);
  expect(threads.countRestarts()).toBe(0);
});

it('replaces a thread that dies after a rest, and loses no more than what that one ran', async () => {
  const { threads, lives, clock, warnings } = await createRig(1);
  await threads.run(jobs.succeed);
  const [dead, after] = [threads.run(jobs.die), threads.run(jobs.succeed)];
  await expect(dead).rejects.toMatchObject({ code: 'forward-failed' });
  await clock.advance(249);
  expect(lives).toHaveLength(1);
  await clock.advance(1);
  await after;
  expect(lives).toHaveLength(2);
  expect(threads.countRestarts()).toBe(1);
  expect(warnings).toEqual(['a thread that runs the model ended with code 3; it starts again in 250 ms']);
});

it('goes on with the others while a thread is started again', async () => {
  const { threads, lives } = await createRig(2);
  await expect(threads.run(jobs.die)).rejects.toMatchObject({ code: 'forward-failed' });
  for (let pass = 0; pass < 3; pass++) await threads.run(jobs.succeed);
  expect(lives).toHaveLength(2);
});

it('waits longer before each start of a thread that always dies, then refuses all and says that it is broken', async () => {
  const { threads, lives, clock, warnings } = await createRig(1);
  for (const delayMs of [500, 1000, 2000, 4000]) {
    await expect(threads.run(jobs.die)).rejects.toMatchObject({ code: 'forward-failed' });
    expect(warnings.at(-1)).toContain(`starts again in ${delayMs} ms`);
    await clock.advance(delayMs);
  }
  const waiting = [jobs.die, jobs.succeed].map((job) => threads.run(job).catch((error: unknown) => error));
  const message = 'a thread that runs the model ended with code 3; it was started 5 times in vain';
  const over = { code: 'pass-threads-dead', message };
  expect(await Promise.all(waiting)).toMatchObject([{ code: 'forward-failed' }, over]);
  await expect(threads.run(jobs.succeed)).rejects.toMatchObject(over);
  expect(await threads.broken).toMatchObject(over);
  expect(lives).toHaveLength(5);
  expect(clock.countTimers).toBe(0);
});

it('is not broken while one of its threads can be started', async () => {
  const { threads, lives, clock, warnings } = await createRig(2, (life) => life > 1);
  let isBroken = false;
  void threads.broken.then(() => {
    isBroken = true;
  });
  await expect(threads.run(jobs.die)).rejects.toMatchObject({ code: 'forward-failed' });
  while (lives.length < 6) {
    const count = lives.length;
    await clock.advance(8000);
    if (lives.length > count) await new Promise<void>((resolve) => lives.at(-1)?.once('exit', () => resolve()));
  }
  await threads.run(jobs.succeed);
  expect(warnings.at(-1)).toContain('no library; it was started 5 times in vain');
  expect(isBroken).toBe(false);
});

it('refuses to begin with a thread that can not start, and leaves none behind', async () => {
  const lives: Worker[] = [];
  const startWorker = () => {
    const worker = new Worker(file, { workerData: { isBroken: lives.length > 0 } });
    lives.push(worker);
    return worker;
  };
  const starting = startPassThreads({ count: 2, clock: new SimulatedClock(), startWorker });
  await expect(starting).rejects.toMatchObject({ code: 'forward-failed' });
  // The other one is ending by itself.
  expect(lives[0]?.threadId).toBe(-1);
});

it('tells how long its oldest pass has run', async () => {
  const { threads, lives, clock } = await createRig(1);
  expect(threads.longestMs()).toBe(0);
  const hanging = threads.run(jobs.hang);
  await clock.advance(9000);
  expect(threads.longestMs()).toBe(9000);
  const [worker] = lives;
  void worker?.terminate();
  await expect(hanging).rejects.toMatchObject({ code: 'forward-failed' });
  expect(threads.longestMs()).toBe(0);
});

it('lets what runs come to its end when it is closed, and refuses the rest', async () => {
  const { threads } = await createRig(1);
  const [running, waiting] = [threads.run(jobs.succeed), threads.run(jobs.succeed)];
  const refused = expect(waiting).rejects.toMatchObject({ code: 'engine-closed' });
  await threads.close();
  await running;
  await refused;
  await expect(threads.run(jobs.succeed)).rejects.toMatchObject({ code: 'engine-closed' });
});
