import { expect, it } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { systemClock } from '../../src/base/clock.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { type ReplayMemory, replayWords } from '../../src/replay/replayed-words.ts';
import { createPromptPrefixes } from '../../src/session/prompt-prefixes.ts';
import { createScriptedEngine } from '../../src/testing/scripted-engine.ts';
import type { RecordedEvent } from '../../src/trace/format/call-file.ts';
import { decideCall, makeAgent, makeTool, prompt, say, tokenizer } from '../support/flow.ts';

const heard = (atMs: number, text: string, state: 'interim' | 'final'): RecordedEvent => ({
  type: 'transcript.updated',
  turn: 1,
  atMs,
  text,
  state,
});
/** The caller stops for 600 ms within a turn, and its recogniser takes 400 ms to be sure of its end. */
const caller = [
  heard(0, 'a table', 'interim'),
  heard(600, 'a table for two', 'interim'),
  heard(1000, 'A table for two.', 'final'),
];

const eager = (maxDelayMs: number): Partial<Agent> => ({
  endpointing: { maxDelayMs: 6000, eager: { minProbability: 0.5, maxDelayMs } },
});

function createPlayer() {
  const engine = createScriptedEngine(tokenizer, systemClock, (words, { acts }) =>
    acts.includes('call') && words.endsWith('two')
      ? decideCall('find', {})
      : { ...say('Sure.'), pEndOfTurn: 0.9, prefillMs: 3 },
  );
  const tool = makeTool(new SimulatedClock(), { name: 'find' });
  let countRuns = 0;
  const find = { ...tool, run: async () => ({ count: ++countRuns }) };
  const memory: ReplayMemory = { drafts: new Map(), tools: new Map() };
  const play = (changes: Partial<Agent>) => {
    const agent = makeAgent(changes);
    const model = { engine, tokenizer, prompt };
    return replayWords({ events: caller, agent, model, promptPrefixOf: createPromptPrefixes(prompt), memory });
  };
  return { play, engine, find, countRuns: () => countRuns };
}

it('counts what the caller waits from the last new words on: the recogniser first of all', async () => {
  expect(await createPlayer().play({})).toEqual([
    {
      turn: 1,
      waitMs: 400,
      isFalseStart: false,
      reply: 'Sure.',
      isHit: true,
      drafts: { begun: 2, held: 0, forwards: 2, forwardsKept: 1 },
    },
  ]);
});

it('ends the turn by the pause that the agent is given, and sees where the caller had not finished', async () => {
  const { play } = createPlayer();
  const [patient] = await play(eager(650));
  expect(patient).toMatchObject({ isFalseStart: false, waitMs: 400 });
  const [hasty] = await play(eager(100));
  expect(hasty?.isFalseStart).toBe(true);
  expect(hasty?.waitMs).toBeGreaterThanOrEqual(100);
  expect(hasty?.waitMs).toBeLessThan(110);
});

it('asks the model once for the same, and runs a tool once for the same arguments', async () => {
  const { play, engine, find, countRuns } = createPlayer();
  const first = await play({ tools: [find] });
  const countRequests = engine.requests.length;
  expect(countRequests).toBeGreaterThan(0);
  expect(await play({ tools: [find] })).toEqual(first);
  expect([engine.requests.length, countRuns()]).toEqual([countRequests, 1]);
  expect(engine.countOpen).toBe(0);
});
