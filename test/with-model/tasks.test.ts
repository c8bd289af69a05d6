import { afterAll, beforeAll, expect, it } from 'vitest';
import { judge } from '../../bench/tasks/judge.ts';
import { MAX_TURNS, playTask } from '../../bench/tasks/played-task.ts';
import { createSteadyEngine } from '../../bench/tasks/steady-engine.ts';
import { renderCall } from '../../bench/tasks/table.ts';
import { taskedAgents } from '../../bench/tasks/tasked-agents.ts';
import { createRandom } from '../../src/base/random.ts';
import { type LoadedModel, loadModel } from '../../src/runtime/loaded-model.ts';
import { createPromptPrefixes } from '../../src/session/prompt-prefixes.ts';

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel(undefined, {});
});
afterAll(() => model.engine.close());

it('plays a caller against the model: every turn answered, and the same call again', { timeout: 600_000 }, async () => {
  const tasked = taskedAgents.find(({ name }) => name === 'marina');
  const agent = await tasked?.load();
  const callers = tasked?.callers(createRandom(1)) ?? [];
  const index = callers.findIndex(({ task }) => task.leavesAtTurn !== undefined);
  const scripted = callers[index];
  if (agent === undefined || scripted === undefined) throw new Error('no such caller');
  const steady = { ...model, engine: createSteadyEngine(model.engine) };
  const promptPrefixOf = createPromptPrefixes(model.prompt);
  const play = () => playTask({ agent, index, ...scripted, model: steady, promptPrefixOf, random: createRandom(7) });
  const played = await play();
  expect(played.greeting).toBe(agent.greeting);
  expect(played.turns.length).toBeGreaterThan(1);
  expect(played.turns.length).toBeLessThanOrEqual(MAX_TURNS);
  for (const { reply, errors, interrupted } of played.turns)
    expect([reply === '', errors, interrupted]).toEqual([false, [], false]);
  const verdict = judge(played);
  expect(verdict).toMatchObject({ countTurns: played.turns.length, wanted: undefined });
  expect(renderCall(played, verdict)).toContain(played.turns[1]?.reply);
  const again = await play();
  const said = ({ turns }: typeof played) => turns.map(({ caller, reply, tools }) => ({ caller, reply, tools }));
  expect(said(again)).toEqual(said(played));
});
