import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Device } from '../../../src/engine/forward/device.ts';
import { createReparteeDialect } from '../../../src/engine/prompt/dialects.ts';
import type { DraftRequest, DraftState, EffortName, Sequence } from '../../../src/engine/sequence.ts';
import { createLocalEngine } from '../../../src/engine/serving/local-engine.ts';
import { EngineError } from '../../../src/errors.ts';
import {
  base,
  collect,
  createRig,
  encode,
  finding,
  heard,
  last,
  promptPrefix,
  replying,
} from '../../support/engine-rig.ts';
import { createFakeDevice, type FakeModel, peaked, randomModel, reciting } from '../../support/fake-device.ts';
import { manifest, tokenizer } from '../../support/small-vocabulary.ts';

const { bos, user, end, say, call, wait, mask } = manifest.specials;

it('drafts what the model would say, token by token or by draft and check, and never forwards more for the second', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.constantFrom(2, 6, 20),
      fc.integer({ min: 1, max: 40 }),
      async (seed, sharpness, maxTokens) => {
        const { sequence } = createRig(randomModel(seed, sharpness));
        const ar = await last(sequence, { effort: 'autoregressive', maxTokens });
        const exact = await last(sequence, { effort: 'exact', maxTokens });
        expect(exact.tokens).toEqual(ar.tokens);
        expect(exact.isTruncated).toBe(ar.isTruncated);
        expect(exact.countForwards).toBeLessThanOrEqual(ar.countForwards);
      },
    ),
    { numRuns: 60 },
  );
});

it('needs little more than half the forwards where the drafts are right', async () => {
  const words = ' what city would you like to eat in';
  const { sequence } = createRig(reciting([replying(' hi', words)]));
  const [ar, exact] = [await last(sequence, { effort: 'autoregressive' }), await last(sequence, { effort: 'exact' })];
  expect(tokenizer.decode(exact.tokens)).toBe(words);
  expect(exact.countForwards).toBeLessThanOrEqual(0.6 * ar.countForwards);
});

it('gives the same after any other drafts as on a fresh sequence', async () => {
  const efforts: EffortName[] = ['autoregressive', 'exact', 'low', 'instant', 'medium', 'high'];
  const asked = fc.record({
    words: fc.constantFrom(' hi', ' hi there', ' he', ' the other', ''),
    effort: fc.constantFrom(...efforts),
    maxTokens: fc.integer({ min: 1, max: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(asked, { minLength: 2, maxLength: 5 }), async (seed, drafts) => {
      const { engine, sequence } = createRig(randomModel(seed, 8));
      for (const { words, effort, maxTokens } of drafts) {
        const request = { context: heard(words), effort, maxTokens };
        const [warm, cold] = [await last(sequence, request), await last(engine.open(promptPrefix), request)];
        expect([warm.tokens, warm.pEndOfTurn, warm.confidence]).toEqual([
          cold.tokens,
          cold.pEndOfTurn,
          cold.confidence,
        ]);
      }
    }),
    { numRuns: 25 },
  );
});

it('never gives an empty reply, a special token or, stable, a token that changes', async () => {
  const efforts = fc.constantFrom<EffortName>('autoregressive', 'exact', 'low', 'instant', 'medium', 'high');
  const eager = (seed: number): FakeModel => {
    const random = randomModel(seed, 6);
    return (text) => random(text).map((logP, id) => (id === end ? logP + 6 : id === say ? logP + 9 : logP));
  };
  await fc.assert(
    fc.asyncProperty(fc.nat(), efforts, fc.boolean(), async (seed, effort, isEager) => {
      const { sequence } = createRig(isEager ? eager(seed) : randomModel(seed, 6));
      const states = await collect(sequence, { effort, maxTokens: 24 });
      const final = states.at(-1);
      expect(final?.isDone).toBe(true);
      expect(tokenizer.decode(final?.tokens ?? []).trim() === '' && (final?.tokens.length ?? 0) === 0).toBe(false);
      for (const id of final?.tokens ?? []) expect(id).toBeGreaterThanOrEqual(manifest.countSpecials);
      for (const { tokens, countStable } of states)
        expect(final?.tokens.slice(0, countStable)).toEqual(tokens.slice(0, countStable));
    }),
    { numRuns: 150 },
  );
});

it('chooses the likeliest act among those allowed, and tells how likely it is to wait', async () => {
  const model: FakeModel = (text) =>
    text.at(-1) === end
      ? peaked(
          new Map([
            [wait, 0.5],
            [say, 0.2],
            [call, 0.1],
          ]),
        )
      : peaked(
          new Map([
            [encode('o')[0] ?? 0, 0.2],
            [end, 0.6],
          ]),
        );
  const { engine, sequence } = createRig(model);
  expect(await last(sequence, {})).toMatchObject({
    act: 'say',
    pWait: expect.closeTo(0.625, 3),
    pCall: expect.closeTo(0.125, 3),
  });
  expect(await last(sequence, { acts: ['say', 'wait'] })).toMatchObject({
    act: 'wait',
    tokens: [],
    isDone: true,
    countForwards: 1,
  });
  expect(await last(sequence, { acts: ['say', 'call', 'wait'], forceAct: 'say' })).toMatchObject({ act: 'say' });
  // Without tools there is nothing to call.
  expect(await last(sequence, { acts: ['call', 'say'] })).toMatchObject({ act: 'say' });
  const withTools = engine.open({ prefix: [bos], tools: [finding] });
  expect(await last(withTools, { acts: ['call'] })).toMatchObject({ act: 'call' });
});

it('tells how likely the caller has ended, from the last word of the turn', async () => {
  const lastWord = encode(' hi').at(-1);
  const model: FakeModel = (text) =>
    peaked(
      text.at(-1) === lastWord && text.includes(user) && !text.includes(end)
        ? new Map([[end, 0.75]])
        : new Map([
            [say, 0.4],
            [end, 0.5],
          ]),
    );
  const { sequence } = createRig(model);
  expect((await last(sequence, {})).pEndOfTurn).toBeCloseTo(0.75);
  expect((await last(sequence, { context: heard(' hi').slice(0, -1) })).pEndOfTurn).toBeCloseTo(0.75);
  const afterReply = [...heard(' hi'), say, ...encode(' ok'), end];
  expect((await last(sequence, { context: afterReply })).pEndOfTurn).toBe(0);
});

it('goes on with what is being said when no act may be chosen', async () => {
  const { sequence } = createRig(reciting([replying(' hi', ' which city then')]));
  const context = [...heard(' hi'), say, ...encode(' which')];
  for (const effort of ['autoregressive', 'low', 'medium'] as const)
    expect(tokenizer.decode((await last(sequence, { context, acts: [], effort })).tokens)).toBe(' city then');
});

it('tells, after a finished reply, whether a call follows it', async () => {
  const spoken = replying(' hi', ' let me see');
  const model: FakeModel = (text) =>
    text.length === spoken.length
      ? peaked(
          new Map([
            [call, 0.6],
            [user, 0.2],
          ]),
        )
      : reciting([spoken])(text);
  const { engine } = createRig(model);
  const withTools = engine.open({ prefix: [bos], tools: [finding] });
  const states = await collect(withTools, { acts: ['say', 'call'], effort: 'autoregressive' });
  expect(states.at(-1)).toMatchObject({ isDone: true, pCallNext: expect.closeTo(0.75, 3) });
  // The words can be spoken before that is known.
  expect(states.at(-2)).toMatchObject({
    isDone: false,
    countStable: spoken.length - heard(' hi').length - 2,
    pCallNext: 0,
  });
  expect((await last(withTools, { acts: ['say'] })).pCallNext).toBe(0);
});

it('prefills a shared prefix once, in pieces', async () => {
  const { device, engine } = createRig(reciting([]));
  const long = { prefix: [bos, ...Array<number>(299).fill(encode('x')[0] ?? 0)], tools: [] };
  await engine.prepare(long);
  expect(device.countsNew).toEqual([128, 128, 44]);
  for (let count = 0; count < 3; count++) {
    const context = [...long.prefix, user, ...encode(' hi'), end];
    await last(engine.open(long), { context, effort: 'autoregressive', maxTokens: 1 });
  }
  const seen = device.idsNew.slice(3).filter((ids) => ids.length > 40);
  expect(seen).toEqual([]);
});

it('stops between two forwards when it is aborted, quietly, and stays usable', async () => {
  const abort = new AbortController();
  const { device, sequence } = createRig(reciting([replying(' hi', ' which city then')]), (index) => {
    if (index === 2) abort.abort();
  });
  const states = await collect(sequence, { effort: 'autoregressive', signal: abort.signal });
  expect(states).toHaveLength(2);
  expect(device.countsNew).toHaveLength(3);
  expect((await collect(sequence, { signal: abort.signal })).length).toBe(0);
  expect(tokenizer.decode((await last(sequence, {})).tokens)).toBe(' which city then');
});

it('cancels the running draft when another starts, even if nobody reads the first any more', async () => {
  const { sequence } = createRig(reciting([replying(' hi', ' which city then'), replying(' ho', ' ok')]));
  const first = sequence.draft({ ...base, effort: 'autoregressive' })[Symbol.asyncIterator]();
  await first.next();
  expect(tokenizer.decode((await last(sequence, { context: heard(' ho') })).tokens)).toBe(' ok');
  expect(await first.next()).toEqual({ done: true, value: undefined });
});

it('writes the same where a draft is cancelled before the one before it has left off', async () => {
  const replies = [replying(' hi', ' which city'), replying(' ho', ' what time'), replying(' ha', ' good night')];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { sequence } = createRig(reciting(replies), (index) => (index === 0 ? held : undefined));
  const drafts: Promise<DraftState[]>[] = [];
  for (const words of [' hi', ' ho', ' ha']) {
    drafts.push(collect(sequence, { context: heard(words), effort: 'autoregressive' }));
    await new Promise((resolve) => setImmediate(resolve));
  }
  release();
  const [first, second, third] = await Promise.all(drafts);
  expect([first, second]).toEqual([[], []]);
  expect(tokenizer.decode(third?.at(-1)?.tokens ?? [])).toBe(' good night');
});

it('lets a committed draft pass one that is not, and promotes on demand', async () => {
  const order: string[] = [];
  const open = Promise.resolve();
  const { engine, sequence: slow } = createRig(reciting([replying(' hi', ' which city then')]), () => open);
  const run = async (name: string, sequence: Sequence, request: Partial<DraftRequest>) => {
    await collect(sequence, { effort: 'autoregressive', ...request });
    order.push(name);
  };
  const other = engine.open(promptPrefix);
  const drafts = [run('draft', slow, { priority: 'draft' }), run('promoted', other, { priority: 'draft' })];
  other.promote();
  drafts.push(run('committed', engine.open(promptPrefix), { priority: 'committed' }));
  await Promise.all(drafts);
  expect(order).toEqual(['promoted', 'committed', 'draft']);
});

it('refuses what it can not do with a code, and says the limit', async () => {
  const { engine, sequence } = createRig(reciting([]));
  const codeOf = (request: Partial<DraftRequest>) =>
    last(sequence, request).then(
      () => 'none',
      (error: unknown) => (error instanceof EngineError ? error.code : String(error)),
    );
  expect(await codeOf({ context: [] })).toBe('context-empty');
  expect(await codeOf({ context: [bos, 99_999] })).toBe('token-unknown');
  expect(await codeOf({ context: [bos, 1.5] })).toBe('token-unknown');
  expect(await codeOf({ forceAct: 'call' })).toBe('act-unavailable');
  expect(await codeOf({ acts: ['call'] })).toBe('act-unavailable');
  await expect(last(sequence, { context: Array<number>(600).fill(bos) })).rejects.toThrow(
    /600 tokens, the limit is 5\d\d/,
  );
  expect(await codeOf({})).toBe('none');
  sequence.close();
  expect(await codeOf({})).toBe('sequence-closed');
  await expect(
    engine.prepare({ prefix: [bos], tools: [{ name: 'x', parameters: { type: 'string' } }] }),
  ).rejects.toThrow('#/type');
});

it('accounts for its time and its forwards', async () => {
  const { engine, sequence } = createRig(reciting([replying(' hi', ' which city then')]));
  const states = await collect(sequence, { effort: 'autoregressive' });
  for (const [index, state] of states.slice(0, -1).entries()) {
    expect(state.countForwards).toBe(index + 1);
    expect(state.countSteps).toBe(index);
    for (const value of Object.values(state.spentUs)) expect(Number.isInteger(value) && value >= 0).toBe(true);
  }
  expect(engine.stats()).toMatchObject({
    device: 'fake',
    countSequences: 1,
    countWaiting: 0,
    countForwards: states.at(-1)?.countForwards,
  });
  sequence.close();
  expect(engine.stats().countSequences).toBe(0);
});

it('never shows a mask to a position that is kept, and keeps none', async () => {
  const device = createFakeDevice(randomModel(5, 8));
  const forwards: { readonly countPast: number; readonly hasMasks: boolean; readonly seesMask: readonly boolean[] }[] =
    [];
  const watched: Device = {
    ...device,
    forward(forward) {
      const [ids, countPast] = [[...forward.ids], forward.past.length];
      const sees = (row: number, column: number) =>
        (forward.bias[row * (countPast + ids.length) + countPast + column] ?? 0) > -1;
      const seesMask = ids.map((_, row) => ids.some((id, column) => id === mask && sees(row, column)));
      forwards.push({ countPast, hasMasks: ids.includes(mask), seesMask });
      return device.forward(forward);
    },
  };
  const sequence = createLocalEngine({ device: watched, manifest, dialect: createReparteeDialect(tokenizer) }).open(
    promptPrefix,
  );
  await last(sequence, { effort: 'medium', maxTokens: 30 });
  let countKeptBesideMasks = 0;
  for (const [index, { countPast, hasMasks, seesMask }] of forwards.entries()) {
    const countKept = (forwards[index + 1]?.countPast ?? countPast) - countPast;
    expect(seesMask.slice(0, countKept)).not.toContain(true);
    if (hasMasks) countKeptBesideMasks += countKept;
  }
  expect(countKeptBesideMasks).toBeGreaterThan(manifest.blockSize);
});

it('closes when the running forward is over', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { engine, sequence } = createRig(reciting([]), () => held);
  const draft = collect(sequence, {});
  await new Promise((resolve) => setImmediate(resolve));
  let isClosed = false;
  const closing = engine.close().then(() => {
    isClosed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(false);
  release();
  await closing;
  expect(await draft).toEqual([]);
  expect(() => engine.open(promptPrefix)).toThrow('the engine is closed');
});
