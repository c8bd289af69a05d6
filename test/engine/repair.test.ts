import { expect, it } from 'vitest';
import { createRig, encode, finding, heard, last, promptPrefix, replying } from '../support/engine-rig.ts';
import { type FakeModel, peaked, reciting } from '../support/fake-device.ts';
import { manifest, tokenizer } from '../support/small-vocabulary.ts';

const { end, say, call, user } = manifest.specials;

it('tells what the causal head makes of an earlier draft, in the one forward that decides to wait', async () => {
  const known = replying(' hi', ' hello');
  const { sequence } = createRig(reciting([known], 0.5));
  const said = known.slice(heard(' hi').length);
  const score = (previous: readonly number[]) =>
    last(sequence, { effort: 'autoregressive', acts: ['say', 'wait'], forceAct: 'wait', previous });
  expect(await score(said)).toMatchObject({
    countForwards: 1,
    previousLossNats: expect.closeTo((said.length - 1) * Math.log(2), 3),
  });
  const changed = [...said.slice(0, -1), encode('o')[0] ?? 0];
  expect((await score(changed)).previousLossNats).toBeGreaterThan((said.length - 1) * Math.log(2) + 1);
  expect((await score([])).previousLossNats).toBe(0);
});

it('keeps an earlier draft with one forward where it still stands', async () => {
  const [short, long] = [replying(' hi', ' which city then'), replying(' hi there', ' which city then')];
  const { device, sequence } = createRig(reciting([short, long]));
  const before = await last(sequence, {});
  const countBefore = device.countsNew.length;
  const after = await last(sequence, { context: heard(' hi there'), previous: [say, ...before.tokens] });
  expect(after).toMatchObject({ tokens: before.tokens, isDone: true, countForwards: 1, countSteps: 0 });
  expect(after.countReused).toBe(before.tokens.length + 1);
  expect(device.countsNew.length - countBefore).toBe(1);
});

it('learns in the same forward whether a call follows the words that still stand', async () => {
  const calling: FakeModel = (text) => {
    const place = replying(' hi', ' let me look')[text.length] ?? end;
    return peaked(
      text.at(-1) === end && text.includes(say)
        ? new Map([
            [call, 0.6],
            [user, 0.2],
          ])
        : new Map([[place, 0.9]]),
    );
  };
  const { device, engine } = createRig(calling);
  const sequence = engine.open({ ...promptPrefix, tools: [finding] });
  const asked = { acts: ['say', 'call'] } as const;
  const before = await last(sequence, asked);
  const countBefore = device.countsNew.length;
  const after = await last(sequence, { ...asked, previous: [say, ...before.tokens] });
  expect(after).toMatchObject({ tokens: before.tokens, isDone: true, countForwards: 1 });
  expect([before.pCallNext, after.pCallNext]).toEqual([expect.closeTo(0.75, 3), before.pCallNext]);
  expect(device.countsNew.length - countBefore).toBe(1);
});

it('keeps the agreeing beginning of an earlier draft and writes the rest anew', async () => {
  const { sequence } = createRig(reciting([replying(' hi there', ' which town then')]));
  const after = await last(sequence, { context: heard(' hi there'), previous: [say, ...encode(' which city, then')] });
  expect(tokenizer.decode(after.tokens)).toBe(' which town then');
  expect(after.countReused).toBe(1 + encode(' which ').length);
  expect(after.countForwards).toBeLessThan(2 + encode('own then').length);
});

it('takes over what follows a changed word, without writing it token by token', async () => {
  const rest = ' street is open until ten and has room for two';
  const [old, now] = [replying(' hi', ` at x${rest}`), replying(' hi you', ` at y${rest}`)];
  const { sequence } = createRig(reciting([old, now]));
  const before = await last(sequence, {});
  const after = await last(sequence, { context: heard(' hi you'), previous: [say, ...before.tokens] });
  expect(tokenizer.decode(after.tokens)).toBe(` at y${rest}`);
  expect(after.countForwards).toBeLessThanOrEqual(2 + Math.ceil(encode(rest).length / 17));
});

it('takes an end that was its only candidate, and reads no further', async () => {
  const [old, now] = [replying(' hi', ' at nine or x'), replying(' hi you', ' at nine or y')];
  const { engine } = createRig(reciting([old, now]));
  const sequence = engine.open({ ...promptPrefix, tools: [finding] });
  const asked = { acts: ['say', 'call'], effort: 'exact' } as const;
  const before = await last(sequence, asked);
  const after = await last(sequence, { ...asked, context: heard(' hi you'), previous: [say, ...before.tokens] });
  expect(tokenizer.decode(after.tokens)).toBe(' at nine or y');
  // One for the words that stand and the changed one, one for the end.
  expect(after.countForwards).toBe(2);
});

it('finds its way back to what it drafted before the last draft', async () => {
  const texts = [replying(' a', ' which city then'), replying(' b', ' what can i do for you')];
  const { sequence } = createRig(reciting(texts));
  const first = await last(sequence, { context: heard(' a'), effort: 'autoregressive' });
  const second = await last(sequence, { context: heard(' b'), effort: 'autoregressive' });
  const again = await last(sequence, { context: heard(' a'), previous: [say, ...second.tokens] });
  expect(again.tokens).toEqual(first.tokens);
  expect(again.countForwards).toBeLessThan(first.countForwards / 3);
});

it('keeps a token of an earlier draft that is no longer the likeliest but still plausible, unless it must be exact', async () => {
  const [a = 0, b = 0] = [...encode('x'), ...encode('y')];
  const model: FakeModel = (text) =>
    peaked(
      text.at(-1) === say
        ? new Map([
            [a, 0.5],
            [b, 0.4],
          ])
        : new Map([
            [end, 0.9],
            [say, 0.05],
          ]),
    );
  const phrases = { next: (tokens: readonly number[]) => (tokens.at(-1) === say ? { id: b, share: 0.9 } : undefined) };
  const { sequence } = createRig(model, undefined, { phrases });
  expect((await last(sequence, { previous: [say, b] })).tokens).toEqual([b]);
  expect((await last(sequence, { previous: [say, b], effort: 'exact' })).tokens).toEqual([a]);
  // A phrase is no earlier draft.
  expect((await last(sequence, {})).tokens).toEqual([a]);
});

it('drops an earlier draft of another act', async () => {
  const { sequence } = createRig(reciting([replying(' hi', ' ok')]));
  expect(await last(sequence, { previous: [call, ...encode(' find {}')] })).toMatchObject({
    act: 'say',
    tokens: encode(' ok'),
    countReused: 0,
  });
});
