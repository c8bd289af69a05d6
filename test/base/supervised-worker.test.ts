import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { type Life, type SupervisedWorkerOptions, superviseWorker } from '../../src/base/supervised-worker.ts';
import { RuntimeError } from '../../src/errors.ts';

interface Thread extends Life {
  readonly number: number;
  hasServed: boolean;
  stopped: RuntimeError | undefined;
  die(message?: string): void;
}

const closed = new RuntimeError('closed', 'closed by the test');

/** `starts` says of each life, from 0, whether it gets ready. */
async function createRig(
  starts: (number: number) => boolean = () => true,
  options: Partial<SupervisedWorkerOptions<Thread>> = {},
) {
  const clock = new SimulatedClock();
  const warnings: string[] = [];
  const lives: Thread[] = [];
  let countStarts = 0;
  const supervised = await superviseWorker<Thread>({
    async start() {
      const number = countStarts++;
      if (!starts(number)) throw new Error(`life ${number} does not start`);
      let end = (_error: RuntimeError): void => undefined;
      const ended = new Promise<RuntimeError>((resolve) => {
        end = resolve;
      });
      const thread: Thread = {
        number,
        ended,
        hasServed: false,
        stopped: undefined,
        die: (message = `life ${number} died`) => end(new RuntimeError('dead', message)),
        async stop(reason) {
          thread.stopped = reason;
          end(reason);
        },
      };
      lives.push(thread);
      return thread;
    },
    clock,
    warn: (line) => warnings.push(line),
    toError: (message, cause) => new RuntimeError('gone', message, cause),
    ...options,
  });
  const newest = () => lives.at(-1) as Thread;
  return { clock, warnings, lives, supervised, newest, countStarts: () => countStarts };
}

it('starts the next life after a death, and gives it to who waits', async () => {
  const started: number[] = [];
  const rig = await createRig(undefined, { started: (next) => started.push(next.number) });
  rig.newest().hasServed = true;
  rig.newest().die();
  await rig.clock.advance(0);
  expect(rig.supervised.alive).toBeUndefined();
  expect(rig.supervised.latest.number).toBe(0);
  const next = rig.supervised.next();
  await rig.clock.advance(249);
  expect(rig.lives).toHaveLength(1);
  await rig.clock.advance(1);
  expect((await next).number).toBe(1);
  expect(rig.supervised.alive?.number).toBe(1);
  expect(started).toEqual([1]);
  expect(rig.warnings).toEqual(['life 0 died; it starts again in 250 ms']);
});

it('waits twice as long after each life in vain, and as at first after one of use', async () => {
  const rig = await createRig();
  for (const delayMs of [500, 1000, 2000]) {
    rig.newest().die('in vain');
    await rig.clock.advance(delayMs);
  }
  rig.newest().hasServed = true;
  rig.newest().die('of use');
  await rig.clock.advance(250);
  expect(rig.warnings).toEqual([
    'in vain; it starts again in 500 ms',
    'in vain; it starts again in 1000 ms',
    'in vain; it starts again in 2000 ms',
    'of use; it starts again in 250 ms',
  ]);
  expect(rig.supervised.alive?.number).toBe(4);
});

it('gives up after five lives in vain, whether they got ready or not', async () => {
  const rig = await createRig((number) => number < 2);
  rig.newest().die();
  await rig.clock.advance(500);
  rig.newest().die();
  await rig.clock.advance(0);
  const waiting = rig.supervised.next().catch((error: unknown) => error);
  await rig.clock.advance(60_000);
  expect(rig.countStarts()).toBe(5);
  const message = 'life 4 does not start; it was started 5 times in vain';
  expect(await waiting).toMatchObject({ code: 'gone', message, cause: { message: 'life 1 died' } });
  expect(rig.warnings.at(-1)).toBe(message);
  expect(() => rig.supervised.check()).toThrow(message);
  await rig.clock.advance(86_400_000);
  await expect(rig.supervised.next()).rejects.toThrow(message);
  expect(rig.clock.countTimers).toBe(0);
});

it('has it started again by who asks after its rest, and by nobody before', async () => {
  const rig = await createRig((number) => number === 0 || number > 5, { restMs: 30_000 });
  rig.newest().hasServed = true;
  rig.newest().die();
  await rig.clock.advance(7750);
  expect(rig.warnings.at(-1)).toBe('life 5 does not start; it was started 5 times in vain: it rests for 30000 ms');
  await rig.clock.advance(29_999);
  await expect(rig.supervised.next()).rejects.toThrow('it rests for 30000 ms');
  await rig.clock.advance(60_000);
  expect(rig.countStarts()).toBe(6);
  const next = rig.supervised.next();
  await rig.clock.advance(250);
  expect((await next).number).toBe(6);
});

it('stops the life there is when it is closed, and starts no other', async () => {
  const rig = await createRig();
  await rig.supervised.close(closed);
  expect(rig.newest().stopped).toBe(closed);
  await rig.clock.advance(60_000);
  expect(rig.countStarts()).toBe(1);
  expect(rig.warnings).toEqual([]);
  await expect(rig.supervised.next()).rejects.toBe(closed);
});

it('refuses who waits for the next life when it is closed between two', async () => {
  const rig = await createRig();
  rig.newest().die();
  await rig.clock.advance(0);
  const waiting = rig.supervised.next().catch((error: unknown) => error);
  await rig.supervised.close(closed);
  expect(await waiting).toBe(closed);
  await rig.clock.advance(60_000);
  expect(rig.countStarts()).toBe(1);
  expect(rig.clock.countTimers).toBe(0);
});

it('rejects where the first life does not start', async () => {
  await expect(createRig(() => false)).rejects.toThrow('life 0 does not start');
});
