import fc from 'fast-check';
import { expect, it } from 'vitest';
import { percentile } from '../../src/base/percentile.ts';
import { createRandom } from '../../src/base/random.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { DraftRequest, Sequence } from '../../src/engine/sequence.ts';
import { checkLoad, isBusy } from '../../src/engine/serving/load.ts';
import { base, createRig, finding, promptPrefix, replying } from '../support/engine-rig.ts';
import { reciting } from '../support/fake-device.ts';

const stepMs = 25;
/** For those who simulate minutes of many callers: a busy machine takes its time. */
const patience = { timeout: 120_000 };
const partialMs = 250;
const said = replying(' hi', ' to eat');

/** What a further sequence in a pass takes, beside the first (decisions/047). */
const LANE_SHARE = 0.3;

/** An engine whose every pass takes a step of simulated time, and more with several sequences in it. */
function createSimulation(maxLanes = 1) {
  const clock = new SimulatedClock();
  const nowMs = () => clock.nowMs();
  const forward = (_index: number, countLanes: number) =>
    new Promise<void>((resolve) => clock.setTimeout(resolve, stepMs * (1 + LANE_SHARE * (countLanes - 1))));
  const { engine, device } = createRig(reciting([said]), forward, { nowMs }, maxLanes);

  /** Reads a draft; times count from when it was asked for. */
  async function draft(sequence: Sequence, request: Partial<DraftRequest> = {}) {
    const askedMs = nowMs();
    const statesMs: number[] = [];
    let isDone = false;
    let queueMs = 0;
    for await (const state of sequence.draft({ ...base, effort: 'autoregressive', ...request })) {
      statesMs.push(nowMs() - askedMs);
      isDone = state.isDone;
      queueMs = state.spentUs.queue / 1000;
    }
    return { statesMs, isDone, queueMs };
  }

  /**
   * Millisecond by millisecond, so that whoever is served can ask again in between; `tickMs`: where all take multiples
   * of it.
   */
  async function pass(durationMs: number, tickMs = 1): Promise<void> {
    for (let ms = 0; ms < durationMs; ms += tickMs) await clock.advance(tickMs);
  }

  /**
   * A caller who speaks: a partial every 250 ms, from `offsetMs` on, each cancelling the draft of the last. Gives how
   * many were drafted whole.
   */
  async function speak(sequence: Sequence, offsetMs: number, untilMs: number): Promise<number> {
    let countDone = 0;
    await new Promise<void>((resolve) => clock.setTimeout(resolve, offsetMs));
    while (nowMs() < untilMs) {
      const stopping = new AbortController();
      const running = draft(sequence, { priority: 'draft', signal: stopping.signal });
      await new Promise<void>((resolve) => clock.setTimeout(resolve, partialMs));
      stopping.abort();
      if ((await running).isDone) countDone++;
    }
    return countDone;
  }

  return { clock, engine, device, draft, pass, speak };
}

it('lets a committed turn wait one step at most, whatever is drafted, and then go on without a wait', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 16 }), fc.integer({ min: 1, max: 700 }), async (countCalls, atMs) => {
      const { engine, draft, pass, speak } = createSimulation();
      const speaking = Array.from({ length: countCalls }, (_, index) =>
        speak(engine.open(promptPrefix), index * 17, 800),
      );
      const sequence = engine.open(promptPrefix);
      await pass(atMs);
      const turn = draft(sequence);
      await pass(1500);
      const { statesMs, isDone, queueMs } = await turn;
      expect(isDone).toBe(true);
      expect(queueMs).toBeLessThanOrEqual(stepMs);
      const [first = Number.POSITIVE_INFINITY, ...later] = statesMs;
      expect(first).toBeLessThanOrEqual(2 * stepMs);
      for (const [index, ms] of later.slice(0, -1).entries()) expect(ms - (statesMs[index] ?? 0)).toBe(stepMs);
      await Promise.all(speaking);
      await engine.close();
    }),
    { numRuns: 12 },
  );
});

it('lets a held draft go on within a step of its commit, whatever is drafted, and reads nothing again', async () => {
  const { engine, device, draft, pass, speak } = createSimulation();
  const speaking = Array.from({ length: 12 }, (_, index) => speak(engine.open(promptPrefix), index * 17, 1500));
  const sequence = engine.open(promptPrefix);
  const turn = draft(sequence, { priority: 'draft', holdBelow: 2 });
  await pass(1000);
  const countBefore = device.countsNew.length;
  sequence.promote();
  await pass(1500);
  const { statesMs, isDone, queueMs } = await turn;
  expect(isDone).toBe(true);
  expect(queueMs).toBeLessThanOrEqual(1000);
  const [held = 0, ...later] = statesMs;
  expect(held).toBeLessThan(1000);
  expect(later[0]).toBeLessThanOrEqual(1000 + 2 * stepMs);
  for (const [index, ms] of later.slice(1, -1).entries()) expect(ms - (later[index] ?? 0)).toBe(stepMs);
  // The forward of another call may run when the turn is committed.
  expect(Math.max(...device.countsNew.slice(countBefore + 1, countBefore + later.length))).toBe(2);
  await Promise.all(speaking);
  await engine.close();
});

it('lets the first words of every committed turn come before the second of any', async () => {
  const { engine, draft, pass } = createSimulation();
  const turns = Array.from({ length: 4 }, () => draft(engine.open(promptPrefix)));
  await pass(1500);
  const all = await Promise.all(turns);
  const firstMs = all.map(({ statesMs }) => statesMs[0] ?? 0);
  expect(firstMs.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4].map((count) => count * stepMs));
  const second = Math.min(...all.map(({ statesMs }) => statesMs[1] ?? 0));
  expect(second).toBeGreaterThan(Math.max(...firstMs));
});

/** Turns of one kind: from their commit to the first words that answer it. */
interface Turns {
  readonly plainMs: number[];
  readonly toolMs: number[];
  countRefused: number;
}

/**
 * Callers who pause, and are answered by words or, three times in ten, by words after a loop of three tool calls.
 * `admitEveryMs`: so long after each other they call, and may be refused; else none is.
 */
async function talkAll(countCallers: number, seed: number, admitEveryMs = 0, maxLanes = 1): Promise<Turns> {
  const { clock, engine, draft, pass } = createSimulation(maxLanes);
  const random = createRandom(seed);
  const turns: Turns = { plainMs: [], toolMs: [], countRefused: 0 };
  const wait = (ms: number) =>
    new Promise<void>((resolve) => clock.setTimeout(resolve, tickMs * Math.ceil(ms / tickMs)));
  const [untilMs, tickMs] = [40_000, 5];

  async function talk(index: number): Promise<void> {
    await wait(index * admitEveryMs + 1000 * random());
    if (admitEveryMs > 0 && isBusy(engine.stats())) return void turns.countRefused++;
    const sequence = engine.open({ ...promptPrefix, tools: [finding] });
    while (clock.nowMs() < untilMs) {
      const committedMs = clock.nowMs();
      const isTool = random() < 0.3;
      for (let step = 0; isTool && step < 3; step++) {
        await draft(sequence, {
          priority: step === 0 ? 'committed' : 'step',
          acts: ['call'],
          context: [...base.context],
        });
        await wait(5);
      }
      const answeredMs = clock.nowMs();
      const { statesMs } = await draft(sequence, { priority: isTool ? 'step' : 'committed' });
      (isTool ? turns.toolMs : turns.plainMs).push(answeredMs - committedMs + (statesMs[0] ?? 0));
      await wait(300 + 900 * random());
    }
  }

  const talking = Array.from({ length: countCallers }, (_, index) => talk(index));
  await pass(untilMs + 10_000, tickMs);
  await Promise.all(talking);
  await engine.close();
  return turns;
}

it('lets turns with tools wait no more than twice what others wait at worst, at any load', patience, async () => {
  const alone = await talkAll(1, 7);
  for (const countCallers of [4, 8, 12, 16]) {
    const { plainMs, toolMs } = await talkAll(countCallers, countCallers);
    expect(Math.min(plainMs.length, toolMs.length)).toBeGreaterThan(20);
    const worst = (ms: readonly number[]) => percentile(ms, 0.99) ?? Number.POSITIVE_INFINITY;
    // What its own steps take when nobody else is there is not waiting.
    const waited = worst(toolMs) - worst(alone.toolMs);
    expect(waited).toBeLessThanOrEqual(2 * worst(plainMs));
  }
});

it('answers half as many turns again where passes take four sequences, and lets those with tools wait no longer', async () => {
  const one = await talkAll(16, 5);
  const four = await talkAll(16, 5, 0, 4);
  expect(four.plainMs.length).toBeGreaterThan(1.5 * one.plainMs.length);
  const worst = (ms: readonly number[]) => percentile(ms, 0.99) ?? Number.POSITIVE_INFINITY;
  expect(worst(four.plainMs)).toBeLessThan(worst(one.plainMs));
  expect(worst(four.toolMs)).toBeLessThanOrEqual(2 * worst(four.plainMs));
}, 60_000);

it('refuses callers before anybody waits for more than two and a half seconds', patience, async () => {
  const { plainMs, toolMs, countRefused } = await talkAll(40, 11, 700);
  expect(countRefused).toBeGreaterThan(10);
  expect(percentile(plainMs, 0.99)).toBeLessThan(2500);
  expect(percentile(toolMs, 0.99)).toBeLessThan(2500);
});

it('drafts whole what it drafts when there are too many drafts, and as often for each call', async () => {
  const { engine, draft, pass, speak } = createSimulation();
  const alone = draft(engine.open(promptPrefix), { priority: 'draft' });
  await pass(1000);
  const costMs = (await alone).statesMs.at(-1) ?? 0;
  const [countCalls, forMs] = [12, 12_000];
  // What is asked for is several times what can be done.
  expect((countCalls * costMs) / partialMs).toBeGreaterThan(3);
  const speaking = Array.from({ length: countCalls }, (_, index) =>
    speak(engine.open(promptPrefix), index * 19, 1000 + forMs),
  );
  await pass(forMs + 1000);
  const counts = await Promise.all(speaking);
  const countDone = counts.reduce((sum, count) => sum + count, 0);
  expect(countDone * costMs).toBeGreaterThan(0.5 * forMs);
  expect(Math.max(...counts)).toBeLessThanOrEqual(2 * Math.min(...counts));
  await engine.close();
});

it('takes a long context in smaller pieces where others draft, so that a turn committed meanwhile waits less', async () => {
  const { engine, device, draft, pass } = createSimulation();
  const context = [...Array<number>(400).fill(30), ...base.context];
  const alone = draft(engine.open(promptPrefix), { priority: 'draft', context, maxTokens: 1 });
  await pass(20 * stepMs);
  await alone;
  expect(Math.max(...device.countsNew)).toBe(128);
  const countBefore = device.countsNew.length;
  const both = [1, 2].map(() => draft(engine.open(promptPrefix), { priority: 'draft', context, maxTokens: 1 }));
  await pass(60 * stepMs);
  await Promise.all(both);
  // The first forward was asked for before the other draft was; in the end one is alone again.
  expect(Math.max(...device.countsNew.slice(countBefore + 1, countBefore + 9))).toBe(32);
});

it('refuses another call while committed turns would make it wait too long, never because of drafts', async () => {
  const { engine, draft, pass } = createSimulation();
  const sequences = Array.from({ length: 110 }, () => engine.open(promptPrefix));
  const drafts = sequences.map((sequence) => draft(sequence, { priority: 'draft' }));
  await pass(10 * stepMs);
  expect(engine.stats()).toMatchObject({ waitMs: 0, forwardMs: stepMs });
  checkLoad(engine.stats());
  for (const sequence of sequences.slice(0, 100)) sequence.promote();
  const { waitMs } = engine.stats();
  expect(waitMs).toBeGreaterThan(2000);
  expect(() => checkLoad(engine.stats())).toThrow(
    `a turn would wait ${Math.round(waitMs)} ms for those of ${engine.stats().countSequences} calls, the limit is 1200`,
  );
  for (const sequence of sequences.slice(10)) sequence.close();
  checkLoad(engine.stats());
  await pass(200 * stepMs);
  await Promise.all(drafts);
});

it('stops within a step of being cancelled, while it waits and while it runs', async () => {
  const { engine, device, draft, pass } = createSimulation();
  const [running, waiting] = [new AbortController(), new AbortController()];
  const drafts = [running, waiting].map(({ signal }) =>
    draft(engine.open(promptPrefix), { priority: 'draft', signal }),
  );
  await pass(stepMs + 5);
  running.abort();
  waiting.abort();
  await pass(stepMs);
  await Promise.all(drafts);
  const countForwards = device.countsNew.length;
  expect(countForwards).toBeLessThanOrEqual(2);
  await pass(10 * stepMs);
  expect(device.countsNew.length).toBe(countForwards);
  expect(engine.stats()).toMatchObject({ countWaiting: 0 });
});
