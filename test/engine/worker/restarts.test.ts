import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { SimulatedClock } from '../../../src/base/simulated-clock.ts';
import type { DraftRequest, DraftState, Engine, Sequence } from '../../../src/engine/sequence.ts';
import { keepAlive } from '../../../src/engine/worker/restarts.ts';
import { EngineError, ModelError } from '../../../src/errors.ts';

const file = join(import.meta.dirname, '../../support/fake-engine-thread.js');
const promptPrefix = { prefix: [50, 51], tools: [] };
const orders = {
  answer: [1],
  hang: [2],
  fail: [3],
  exit: [4],
  burden: [5],
  linger: [6],
  refuse: [7],
  loop: [8],
};

const engines: Engine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

/** `isBroken` says of each life, from 0, whether it fails to load. */
async function createRig(isBroken: (life: number) => boolean = () => false) {
  const clock = new SimulatedClock();
  const warnings: string[] = [];
  const lives: Worker[] = [];
  const startWorker = () => {
    const worker = new Worker(file, { workerData: { isBroken: isBroken(lives.length) } });
    lives.push(worker);
    return worker;
  };
  const drafts: DraftState[] = [];
  const engine = await keepAlive({
    startWorker,
    clock,
    warn: (line) => warnings.push(line),
    draftEnded: (last) => drafts.push(last),
  });
  engines.push(engine);
  /** Resolves when the newest thread is no more. */
  const ended = () => new Promise<void>((resolve) => lives.at(-1)?.once('exit', () => resolve()));
  return { clock, warnings, drafts, lives, engine, ended };
}

async function ask(
  sequence: Sequence,
  context: readonly number[],
  signal?: AbortSignal,
): Promise<(readonly number[])[]> {
  const request: DraftRequest = { context, effort: 'low', acts: ['say'], priority: 'draft', ...(signal && { signal }) };
  const all: (readonly number[])[] = [];
  for await (const { tokens } of sequence.draft(request)) all.push(tokens);
  return all;
}

it('fails what runs when the thread dies, by a typed error, and starts it again', async () => {
  const { clock, warnings, lives, engine, ended } = await createRig();
  const [one, other] = [engine.open(promptPrefix), engine.open(promptPrefix)];
  const running = ask(other, orders.hang);
  const dead = ended();
  await expect(ask(one, orders.fail)).rejects.toMatchObject({ code: 'worker-dead' });
  await expect(running).rejects.toThrow(EngineError);
  await dead;
  expect(warnings).toEqual([`the engine's thread failed: out of luck; it starts again in 500 ms`]);
  const answer = ask(one, orders.answer);
  await clock.advance(500);
  expect(await answer).toEqual([[50, 51, 0]]);
  expect(await ask(other, orders.answer)).toEqual([[50, 51, 0]]);
  expect(lives).toHaveLength(2);
});

it('tells of each draft, when it is over, its last state, be it broken off or not', async () => {
  const { engine, drafts } = await createRig();
  const sequence = engine.open(promptPrefix);
  await ask(sequence, orders.answer);
  expect(drafts).toMatchObject([{ tokens: [50, 51, 0], isDone: true }]);
  const request: DraftRequest = { context: orders.linger, effort: 'low', acts: ['say'], priority: 'draft' };
  for await (const _ of sequence.draft(request)) break;
  expect(drafts).toHaveLength(2);
  const controller = new AbortController();
  const hanging = ask(sequence, orders.hang, controller.signal);
  controller.abort();
  await hanging;
  expect(drafts).toHaveLength(2);
});

it('prepares again what was prepared, and nothing else', async () => {
  const { clock, engine, ended } = await createRig();
  await engine.prepare(promptPrefix);
  await engine.prepare(promptPrefix);
  const sequence = engine.open({ prefix: [60], tools: [] });
  const dead = ended();
  await expect(ask(sequence, orders.exit)).rejects.toThrow('ended with code 7');
  await dead;
  const answer = ask(sequence, orders.answer);
  await clock.advance(500);
  expect(await answer).toEqual([[60, 1]]);
});

it('waits longer and gives up though settings are prepared again, if no draft comes to its end', async () => {
  const { clock, warnings, engine, ended } = await createRig();
  await engine.prepare(promptPrefix);
  const sequence = engine.open(promptPrefix);
  const delaysMs = [500, 1000, 2000, 4000];
  for (const delayMs of [...delaysMs, 0]) {
    const dead = ended();
    await expect(ask(sequence, orders.refuse)).rejects.toMatchObject({ code: 'scores-broken' });
    const dying = ask(sequence, orders.exit);
    await expect(dying).rejects.toThrow('ended with code 7');
    await dead;
    if (delayMs === 0) break;
    const next = engine.prepare(promptPrefix);
    await clock.advance(delayMs);
    await next;
  }
  expect(warnings.slice(0, -1).map((line) => line.replace(/.* in (\d+) ms$/, '$1'))).toEqual(delaysMs.map(String));
  expect(warnings.at(-1)).toContain('5 times in vain');
  await expect(ask(sequence, orders.answer)).rejects.toThrow('5 times in vain');
});

it('waits twice as long before each start that was in vain, and gives up after five', async () => {
  const { clock, warnings, lives, engine, ended } = await createRig((life) => life > 0);
  const sequence = engine.open(promptPrefix);
  await ask(sequence, orders.answer);
  const dead = ended();
  await expect(ask(sequence, orders.fail)).rejects.toThrow('out of luck');
  await dead;
  const waiting = ask(sequence, orders.answer).catch((error: unknown) => error);
  const delaysMs = [250, 500, 1000, 2000, 4000];
  for (const [index, delayMs] of delaysMs.entries()) {
    await clock.advance(delayMs - 1);
    expect(lives).toHaveLength(index + 1);
    await clock.advance(1);
    const failed = ended();
    await failed;
  }
  expect(await waiting).toMatchObject({ code: 'worker-dead', message: 'no model; it was started 5 times in vain' });
  expect(warnings.slice(0, 5).map((line) => line.replace(/.* in (\d+) ms$/, '$1'))).toEqual(delaysMs.map(String));
  await expect(ask(sequence, orders.answer)).rejects.toThrow('5 times in vain');
  expect(() => engine.open(promptPrefix)).toThrow('5 times in vain');
});

it('lets a draft that waits for the next thread be aborted, and a sequence be closed', async () => {
  const { engine, ended } = await createRig();
  const [one, other] = [engine.open(promptPrefix), engine.open(promptPrefix)];
  const dead = ended();
  await expect(ask(one, orders.fail)).rejects.toThrow();
  await dead;
  const abort = new AbortController();
  const aborted = ask(one, orders.answer, abort.signal);
  const closed = ask(other, orders.answer).catch((error: unknown) => error);
  other.close();
  abort.abort();
  expect(await aborted).toEqual([]);
  await engine.close();
  expect(await closed).toMatchObject({ code: 'engine-closed' });
  expect(engine.stats().countSequences).toBe(1);
});

it('refuses to begin with a thread that can not load', async () => {
  await expect(createRig(() => true)).rejects.toThrow(ModelError);
});

it('closes while the thread is down, and starts none', async () => {
  const { clock, lives, engine, ended } = await createRig();
  const dead = ended();
  await expect(ask(engine.open(promptPrefix), orders.fail)).rejects.toThrow();
  await dead;
  await engine.close();
  await clock.advance(60_000);
  expect(lives).toHaveLength(1);
  expect(clock.countTimers).toBe(0);
});

it('ends quietly when a draft is aborted before it began, while it runs, and after it ended', async () => {
  const { engine } = await createRig();
  const sequence = engine.open(promptPrefix);
  expect(await ask(sequence, orders.answer, AbortSignal.abort())).toEqual([]);
  const during = new AbortController();
  const running = ask(sequence, orders.hang, during.signal);
  during.abort();
  expect(await running).toEqual([]);
  const after = new AbortController();
  expect(await ask(sequence, orders.answer, after.signal)).toHaveLength(1);
  after.abort();
  expect(await ask(sequence, orders.answer)).toHaveLength(1);
});

it('gives no state after an abort, not even one that has come and was not read', async () => {
  const { engine } = await createRig();
  const [one, other] = [engine.open(promptPrefix), engine.open(promptPrefix)];
  const abort = new AbortController();
  const request: DraftRequest = { context: orders.linger, effort: 'low', acts: ['say'], priority: 'draft' };
  const states = one.draft({ ...request, signal: abort.signal })[Symbol.asyncIterator]();
  expect((await states.next()).done).toBe(false);
  // Twice, so that the state which nobody reads comes before.
  for (let count = 0; count < 2; count++) await ask(other, orders.answer);
  abort.abort();
  expect(await states.next()).toEqual({ done: true, value: undefined });
});

it('refuses another sequence while turns wait too long, and serves those that it has', async () => {
  const { engine } = await createRig();
  const sequence = engine.open(promptPrefix);
  await ask(sequence, orders.burden);
  expect(() => engine.open(promptPrefix)).toThrow('a turn would wait 9000 ms for those of 1 calls, the limit is 1200');
  expect(engine.stats().countSequences).toBe(1);
  expect(await ask(sequence, orders.answer)).toHaveLength(1);
  engine.open(promptPrefix).close();
});

it('notices within ten seconds that the thread hangs, fails what runs by a typed error, and starts another', async () => {
  const { clock, warnings, lives, engine, ended } = await createRig();
  const [one, other] = [engine.open(promptPrefix), engine.open(promptPrefix)];
  await ask(one, orders.answer);
  const running = ask(other, orders.hang).catch((error: unknown) => error);
  const hanging = ask(one, orders.loop).catch((error: unknown) => error);
  const dead = ended();
  await clock.advance(10_000);
  expect(await hanging).toMatchObject({ code: 'worker-hung' });
  expect(await running).toBeInstanceOf(EngineError);
  expect(warnings[0]).toBe("the engine's thread gave no sign of life for 8000 ms; it starts again in 250 ms");
  await dead;
  expect(await ask(one, orders.answer)).toEqual([[50, 51, 0]]);
  expect(engine.stats().isDown).toBeUndefined();
  expect(lives).toHaveLength(2);
});

it('says that it has no thread until the next one has loaded', async () => {
  const { clock, engine, ended } = await createRig();
  const sequence = engine.open(promptPrefix);
  expect(engine.stats().isDown).toBeUndefined();
  const dead = ended();
  await expect(ask(sequence, orders.fail)).rejects.toThrow('out of luck');
  await dead;
  expect(engine.stats().isDown).toBe(true);
  const answer = ask(sequence, orders.answer);
  await clock.advance(500);
  await answer;
  expect(engine.stats().isDown).toBeUndefined();
});

it('takes no thread for hung that answers, nor while nobody listened', async () => {
  const { clock, warnings, lives, engine } = await createRig();
  const sequence = engine.open(promptPrefix);
  for (let second = 0; second < 20; second++) {
    await clock.advance(1000);
    await ask(sequence, orders.answer);
  }
  expect(warnings).toEqual([]);
  expect(lives).toHaveLength(1);
});

it('closes in time though the thread hangs', async () => {
  const { clock, engine, ended } = await createRig();
  const hanging = ask(engine.open(promptPrefix), orders.loop).catch((error: unknown) => error);
  await clock.advance(0);
  const dead = ended();
  const closed = engine.close();
  await clock.advance(10_000);
  await closed;
  expect(await hanging).toMatchObject({ code: 'engine-closed' });
  await dead;
  expect(clock.countTimers).toBe(0);
});
