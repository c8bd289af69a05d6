import { expect, it } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';
import { createScriptedVoice } from '../support/scripted-voice.ts';

const WORD_MS = 300;

/** A spoken call with a search, and a payment that is read back; the model searches for whatever it can't place. */
function startLeaving(changes: Partial<Agent> = {}) {
  const clock = new SimulatedClock();
  const search = makeTool(clock, { name: 'search', takesMs: 50 });
  const pay = makeTool(clock, { name: 'pay', effect: 'write', confirm: true, describe: () => 'pay ten' });
  const flow = startFlow({
    clock,
    agent: makeAgent({ tools: [search, pay], ...changes }),
    output: () =>
      createSpokenOutput({ voice: createScriptedVoice({ clock, synthesisMs: 20, wordMs: WORD_MS }), clock }),
    script: (heard) => {
      if (heard.includes('"ok"')) return say('Here you are.');
      return heard.endsWith('pay') ? decideCall('pay', { city: '' }) : decideCall('search', { city: 'Bye' });
    },
  });
  return { ...flow, search, pay };
}

it('says goodbye to who says so, and hangs up, without a search or a forward', async () => {
  const { clock, search, ...flow } = startLeaving();
  flow.final(1, 'is there thai food');
  await clock.advance(5000);
  const countRequests = flow.engine.requests.length;
  flow.final(2, "no that's all thanks bye");
  await clock.advance(5000);
  expect(flow.replies().at(-1)).toMatchObject({ turn: 2, heard: 'Goodbye.', interrupted: false });
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-hung-up' }]);
  expect([search.runs.length, flow.engine.requests.length]).toEqual([1, countRequests]);
  expect(flow.of('turn.measured').at(-1)).toMatchObject({ turn: 2, draft: 'missed', forwards: 0 });
  expect([clock.countTimers, flow.engine.countOpen]).toEqual([0, 0]);
});

it('drops what was drafted for it', async () => {
  const { clock, ...flow } = startLeaving();
  flow.partial(1, 'bye');
  await clock.advance(500);
  flow.final(1, 'bye');
  await clock.advance(5000);
  expect(flow.replies()).toMatchObject([{ text: 'Goodbye.' }]);
  expect(flow.of('tool.ended').filter(({ speculative }) => !speculative)).toEqual([]);
  expect(flow.of('turn.measured')).toMatchObject([{ draft: 'missed' }]);
});

it('leaves a goodbye to the model that may answer what was read back', async () => {
  const { clock, pay, ...flow } = startLeaving();
  flow.final(1, 'pay');
  await clock.advance(5000);
  flow.final(2, 'bye');
  await clock.advance(5000);
  expect([pay.runs.length, flow.of('call.closed')]).toEqual([0, []]);
});

it('stays with a caller who goes on over its goodbye', async () => {
  const { clock, ...flow } = startLeaving();
  flow.final(1, 'bye');
  await clock.advance(100);
  flow.final(2, 'oh is there thai food');
  await clock.advance(5000);
  expect([flow.of('call.closed'), flow.replies().at(-1)?.text]).toEqual([[], 'Here you are.']);
});

it('leaves goodbyes to the model of an agent that says so', async () => {
  const { clock, search, ...flow } = startLeaving({ hangUpOnGoodbye: false });
  flow.final(1, 'bye');
  await clock.advance(5000);
  expect([search.runs.length, flow.of('call.closed')]).toEqual([1, []]);
});
