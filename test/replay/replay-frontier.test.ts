import { expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { packagePath } from '../../src/package-path.ts';
import { readCall } from '../../src/playback/call-files.ts';
import { playFrontier } from '../../src/replay/replay-frontier.ts';
import { createScriptedEngine } from '../../src/testing/scripted-engine.ts';
import { makeAgent, prompt, say, tokenizer } from '../support/flow.ts';

it('plays every caller once in each way, and compares them with the agent as it is', async () => {
  const engine = createScriptedEngine(tokenizer, systemClock, (_, { effort }) => ({
    ...say(effort === 'instant' ? 'Yes.' : 'Yes, of course.'),
    pEndOfTurn: 0.9,
  }));
  const files = ['clinic', 'restaurant-5'].map((name) => packagePath(`fixtures/calls/${name}.jsonl`));
  const calls = await Promise.all(files.map((file) => readCall(file, (line) => expect.unreachable(line))));
  const agent = makeAgent({ hangUpOnGoodbye: false });
  const told: string[] = [];
  const points = await playFrontier({
    calls,
    agentOf: () => agent,
    model: { engine, tokenizer, prompt },
    sets: ['endpointing.delayMs=50,60000', 'effort=instant,low'],
    tell: (line) => told.push(line),
  });
  expect(told).toHaveLength(5);
  const [asItIs, quick, eager, short, patient] = points;
  expect(asItIs).toMatchObject({ settings: {}, turns: 10, falseStarts: 0, changedReplies: 0 });
  expect(patient).toEqual({ ...asItIs, settings: { 'endpointing.delayMs': '60000', effort: 'low' } });
  expect(short).toMatchObject({ waitMs: asItIs?.waitMs, falseStarts: 0, changedReplies: 1 });
  expect(eager?.waitMs.p50).toBeLessThan(asItIs?.waitMs.p50 ?? 0);
  expect(eager?.falseStarts).toBeGreaterThan(0);
  expect(quick).toMatchObject({ waitMs: eager?.waitMs, falseStarts: eager?.falseStarts, changedReplies: 1 });
});
