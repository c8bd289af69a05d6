import { expect, it } from 'vitest';
import { createScheduler } from '../../../src/engine/forward/scheduler.ts';

type Kind = 'committed' | 'draft';

const urgencyOf = (kind: Kind | (() => Kind)) => () => ({
  isDraft: (typeof kind === 'string' ? kind : kind()) === 'draft',
  dueMs: 0,
});

/** A job: its name, and how many positions it has. */
interface Job {
  readonly name: string;
  readonly count: number;
}

function createRig({ maxAtOnce = 1, maxTogether = 1 } = {}) {
  const started: string[] = [];
  const alone: string[] = [];
  const finish = new Map<string, () => void>();
  const scheduler = createScheduler({
    maxAtOnce,
    maxTogether,
    countPositions: ({ count }: Job) => count,
    run(jobs, isAlone) {
      const names = jobs.map((job) => job.name);
      const all = names.join(' + ');
      started.push(all);
      if (isAlone) alone.push(all);
      return new Promise<string[]>((resolve, reject) => {
        finish.set(all, () => (all.startsWith('failing') ? reject(new Error('broken')) : resolve(names)));
      });
    },
  });
  const want = (name: string, kind: Kind | (() => Kind), signal?: AbortSignal, count = 2) =>
    scheduler.run(urgencyOf(kind), signal, { name, count });
  /** Ends the running job and lets the next one start. */
  const end = async (name: string) => {
    finish.get(name)?.();
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return { scheduler, started, alone, want, end };
}

it('runs one job at a time: what somebody waits for, then drafts, each in the order asked', async () => {
  const { started, want, end } = createRig();
  const names = ['draft 1', 'draft 2', 'committed 1', 'committed 2'];
  const all = names.map((name) => want(name, name.startsWith('draft') ? 'draft' : 'committed'));
  expect(started).toEqual(['draft 1']);
  for (const name of ['draft 1', 'committed 1', 'committed 2', 'draft 2']) await end(name);
  expect(await Promise.all(all)).toEqual(names);
  expect(started).toEqual(['draft 1', 'committed 1', 'committed 2', 'draft 2']);
});

it('lets a committed turn wait for one job at most, whatever else is asked', async () => {
  const { started, want, end } = createRig();
  for (let index = 0; index < 20; index++) void want(`draft ${index}`, 'draft');
  await end('draft 0');
  void want('committed', 'committed');
  await end('draft 1');
  expect(started).toEqual(['draft 0', 'draft 1', 'committed']);
});

it('goes on with a committed turn that asks again at once, though drafts wait', async () => {
  const { started, want, end } = createRig();
  void want('draft', 'draft');
  const turn = (async () => {
    for (let step = 0; step < 3; step++) await want(`committed ${step}`, 'committed');
  })();
  void want('late draft', 'draft');
  for (const name of ['draft', 'committed 0', 'committed 1', 'committed 2']) await end(name);
  await turn;
  expect(started).toEqual(['draft', 'committed 0', 'committed 1', 'committed 2', 'late draft']);
});

it('lets those of one priority take turns', async () => {
  const { started, want, end } = createRig();
  const talk = async (name: string) => {
    for (let step = 0; step < 3; step++) await want(`${name}${step}`, 'draft');
  };
  void talk('a');
  void talk('b');
  for (const name of ['a0', 'b0', 'a1', 'b1', 'a2', 'b2']) await end(name);
  expect(started).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
});

it('rejects a waiting job with the reason of its signal and never starts it', async () => {
  const { scheduler, started, want, end } = createRig();
  void want('first', 'draft');
  const abort = new AbortController();
  const second = want('second', 'draft', abort.signal);
  abort.abort(new Error('not any more'));
  await expect(second).rejects.toThrow('not any more');
  expect(scheduler.countWaiting()).toBe(0);
  await expect(want('third', 'draft', abort.signal)).rejects.toThrow('not any more');
  await end('first');
  await scheduler.idle();
  expect(started).toEqual(['first']);
});

it('lets a running job end although its signal is aborted', async () => {
  const { want, end } = createRig();
  const abort = new AbortController();
  const job = want('job', 'draft', abort.signal);
  abort.abort();
  await end('job');
  await expect(job).resolves.toBe('job');
});

it('goes on after a job that fails', async () => {
  const { want, end } = createRig();
  const failing = want('failing', 'draft');
  const next = want('next', 'draft');
  const failed = expect(failing).rejects.toThrow('broken');
  await end('failing');
  await failed;
  await end('next');
  await expect(next).resolves.toBe('next');
});

it('asks for the priority when the device is free, so that a waiting draft may be promoted', async () => {
  const { started, want, end } = createRig();
  let priority: Kind = 'draft';
  void want('first', 'draft');
  void want('second', 'draft');
  void want('third', () => priority);
  priority = 'committed';
  await end('first');
  await end('third');
  expect(started).toEqual(['first', 'third', 'second']);
});

it('lets what is due earliest go first among equals, as they say when the device is free', async () => {
  const { scheduler, started, want, end } = createRig();
  void want('first', 'draft');
  const dueMs = new Map([
    ['late', 30],
    ['early', 10],
    ['middle', 20],
  ]);
  for (const name of dueMs.keys())
    void scheduler.run(() => ({ isDraft: false, dueMs: dueMs.get(name) ?? 0 }), undefined, { name, count: 2 });
  expect([scheduler.countWaiting(), scheduler.countUrgent()]).toEqual([3, 3]);
  dueMs.set('early', 25);
  for (const name of ['first', 'middle', 'early', 'late']) await end(name);
  await scheduler.idle();
  expect(started).toEqual(['first', 'middle', 'early', 'late']);
});

it('runs as many at once as it may, and no more', async () => {
  const { started, want, end } = createRig({ maxAtOnce: 2 });
  void want('first', 'draft');
  await end('first');
  for (const name of ['a', 'b', 'c', 'd']) void want(name, 'draft');
  expect(started).toEqual(['first', 'a']);
  await end('a');
  expect(started).toEqual(['first', 'a', 'b', 'c']);
  await end('c');
  expect(started).toEqual(['first', 'a', 'b', 'c', 'd']);
});

it('gives the whole device to one that nobody waits beside, until it is over', async () => {
  const { started, alone, want, end } = createRig({ maxAtOnce: 2 });
  void want('alone', 'draft');
  void want('beside', 'committed');
  void want('beside too', 'draft');
  expect([started, alone]).toEqual([['alone'], ['alone']]);
  await end('alone');
  expect(started).toEqual(['alone', 'beside', 'beside too']);
  await end('beside');
  void want('late', 'draft');
  expect(started).toHaveLength(4);
  expect(alone).toEqual(['alone']);
});

it('runs together what is waited for alike, the earliest first, and no drafts beside it', async () => {
  const { started, want, end } = createRig({ maxTogether: 3 });
  void want('first', 'draft');
  for (const name of ['a', 'b', 'c', 'd']) void want(name, 'draft');
  const committed = ['e', 'f'].map((name) => want(name, 'committed'));
  for (const name of ['first', 'e + f', 'a + b + c', 'd']) await end(name);
  expect(started).toEqual(['first', 'e + f', 'a + b + c', 'd']);
  expect(await Promise.all(committed)).toEqual(['e', 'f']);
});

it('gives each free place its share of what waits', async () => {
  const { started, want, end } = createRig({ maxAtOnce: 2, maxTogether: 4 });
  void want('alone', 'draft');
  for (const name of ['a', 'b', 'c']) void want(name, 'draft');
  await end('alone');
  expect(started).toEqual(['alone', 'a + b', 'c']);
});

it('runs together few positions, and leaves out what would make the others wait for many', async () => {
  const { started, want, end } = createRig({ maxTogether: 4 });
  void want('first', 'draft');
  for (const [name, count] of Object.entries({ a: 20, long: 128, b: 12, c: 2 }))
    void want(name, 'draft', undefined, count);
  for (const name of ['first', 'a + b', 'long', 'c']) await end(name);
  expect(started).toEqual(['first', 'a + b', 'long', 'c']);
});

it('rejects all that ran together when their run fails, and nobody else', async () => {
  const { want, end } = createRig({ maxTogether: 2 });
  void want('first', 'draft');
  const together = ['failing', 'too'].map((name) => want(name, 'draft'));
  const later = want('later', 'draft');
  await end('first');
  const outcomes = Promise.allSettled(together);
  await end('failing + too');
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await end('later');
  await expect(later).resolves.toBe('later');
});
