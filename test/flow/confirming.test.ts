import { expect, it } from 'vitest';
import type { AgentTool } from '../../src/agent/agent.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';

interface Decided {
  readonly args: Readonly<Record<string, unknown>>;
  readonly sure: Readonly<Record<string, number>>;
}

/** A model that decides one call after the other, turn by turn, and says "Done." to a result. */
function start(decided: readonly Decided[], changes: Partial<AgentTool> = {}) {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { effect: 'write', confirmBelow: 0.6, ...changes });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script(heard) {
      if (heard.endsWith('}')) return say('Done.');
      const next = decided[turn - 1];
      return next
        ? { ...decideCall('look_up', next.args), argumentConfidences: next.sure, prefillMs: 5 }
        : say('As you like.');
    },
  });
  let turn = 0;
  const hear = async (text: string) => {
    flow.final(++turn, text);
    await clock.advance(50);
    return flow.replies().at(-1)?.text;
  };
  return { tool, flow, hear };
}

it('reads back only what the model is unsure of, and runs the tool when the same value is decided again', async () => {
  const mayer = { args: { name: 'Mayer', city: 'denver' }, sure: { name: 0.4, city: 0.9 } };
  const { tool, hear } = start([mayer, mayer]);
  expect(await hear('it is for mayer in denver')).toBe('Did you say Mayer?');
  expect(tool.runs).toEqual([]);
  expect(await hear('yes')).toBe('Done.');
  expect(tool.runs).toMatchObject([{ args: mayer.args, isDone: true }]);
});

it('lets the caller correct the value at once, where the model is sure of the new one', async () => {
  const { tool, hear } = start([
    { args: { name: 'Mayer' }, sure: { name: 0.4 } },
    { args: { name: 'Meier' }, sure: { name: 0.8 } },
  ]);
  expect(await hear('for mayer')).toBe('Did you say Mayer?');
  expect(await hear('no meier with e i')).toBe('Done.');
  expect(tool.runs).toMatchObject([{ args: { name: 'Meier' } }]);
});

it('reads another unsure value back, too, and asks for none twice', async () => {
  const unsure = { name: 0.4, party_size: 0.5 };
  const { tool, hear } = start([
    { args: { name: 'Mayer', party_size: 4 }, sure: { name: 0.4, party_size: 0.9 } },
    { args: { name: 'Mayer', party_size: 5 }, sure: unsure },
    { args: { name: 'Mayer', party_size: 5 }, sure: unsure },
  ]);
  expect(await hear('four people for mayer')).toBe('Did you say Mayer?');
  expect(await hear('yes but make it five')).toBe('Did you say party size 5?');
  expect(await hear('right')).toBe('Done.');
  expect(tool.runs).toHaveLength(1);
});

it('asks again when the caller has talked of something else in between', async () => {
  const mayer = { args: { name: 'Mayer' }, sure: { name: 0.4 } };
  const { tool, hear } = start([mayer]);
  expect(await hear('for mayer')).toBe('Did you say Mayer?');
  expect(await hear('do you have parking')).toBe('As you like.');
  expect(tool.runs).toEqual([]);
});

it('runs no read ahead with a value that it must read back', async () => {
  const mayer = { ...decideCall('look_up', { name: 'Mayer' }), argumentConfidences: { name: 0.4 } };
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { confirmBelow: 0.6 });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script: (heard) => (heard.endsWith('}') ? say('Done.') : mayer),
  });
  for (const [turn, text] of [[1, 'for mayer'] as const, [2, 'yes'] as const]) {
    flow.partial(turn, text);
    await clock.advance(10);
    flow.partial(turn, `${text} please`);
    await clock.advance(10);
    // Once it was confirmed it may.
    expect(tool.runs).toHaveLength(turn - 1);
    flow.final(turn, `${text} please`);
    await clock.advance(10);
  }
  expect(flow.replies().map(({ text }) => text)).toEqual(['Did you say Mayer?', 'Done.']);
  expect(tool.runs).toHaveLength(1);
});

it('asks nothing where the tool sets no bound, or the model names no confidence', async () => {
  const unsure = { args: { name: 'Mayer' }, sure: { name: 0.01 } };
  expect(await start([unsure], { confirmBelow: 0 }).hear('for mayer')).toBe('Done.');
  expect(await start([{ ...unsure, sure: {} }]).hear('for mayer')).toBe('Done.');
});

it.each([
  ['while the words after the read are still being written', 100, 0],
  ['in two finals, the first of which was none', 0, 100],
])('answers a yes that comes %s', async (_, prefillMs, takesMs) => {
  const mayer = { ...decideCall('look_up', { name: 'Mayer' }), argumentConfidences: { name: 0.4 } };
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { confirmBelow: 0.6, takesMs });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [tool] }),
    script: (heard) => (heard.endsWith('}') ? { ...say('Done.'), prefillMs } : mayer),
  });
  flow.final(1, 'for mayer');
  await clock.advance(50);
  if (takesMs === 0) flow.partial(2, 'yes');
  else flow.final(2, 'yes');
  await clock.advance(10);
  flow.partial(2, 'yes please');
  await clock.advance(10);
  flow.final(2, 'yes please');
  await clock.advance(20_000);
  expect(flow.replies().at(-1)?.text).toBe('Done.');
});
