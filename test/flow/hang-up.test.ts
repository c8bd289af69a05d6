import { expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';
import { createScriptedVoice } from '../support/scripted-voice.ts';

type Flow = ReturnType<typeof startFlow>;

/** How a call gets into each state of the chart, from its start. */
const WAYS: Readonly<Record<string, (flow: Flow) => Promise<void>>> = {
  greeting: (flow) => flow.clock.advance(50),
  listening: (flow) => flow.clock.advance(10_000),
  hearing: async (flow) => {
    await flow.clock.advance(10_000);
    flow.partial(1, 'find me');
    await flow.clock.advance(10);
  },
  'hearing with a read ahead': async (flow) => {
    await flow.clock.advance(10_000);
    flow.partial(1, 'find it');
    await flow.clock.advance(100);
    flow.partial(1, 'find it now');
    await flow.clock.advance(100);
  },
  writing: async (flow) => {
    await flow.clock.advance(10_000);
    flow.final(1, 'hello');
    await flow.clock.advance(10);
  },
  'calling a read': async (flow) => {
    await flow.clock.advance(10_000);
    flow.final(1, 'find it');
    await flow.clock.advance(100);
  },
  'calling a write': async (flow) => {
    await flow.clock.advance(10_000);
    flow.final(1, 'book it');
    await flow.clock.advance(100);
  },
  'waiting for the write of an interrupted turn': async (flow) => {
    await flow.clock.advance(10_000);
    flow.final(1, 'book it');
    await flow.clock.advance(100);
    flow.final(2, 'hello');
    await flow.clock.advance(100);
  },
  finishing: async (flow) => {
    await flow.clock.advance(10_000);
    flow.final(1, 'hello');
    await flow.clock.advance(500);
  },
};

for (const [state, reach] of Object.entries(WAYS)) {
  it(`leaves nothing behind when the caller hangs up: ${state}`, async () => {
    const clock = new SimulatedClock();
    const find = makeTool(clock, { name: 'find', takesMs: 5000 });
    const book = makeTool(clock, { name: 'book', effect: 'write', takesMs: 4000 });
    const flow = startFlow({
      clock,
      agent: makeAgent({ greeting: 'Hello, this is a test.', tools: [find, book] }),
      output: () => createSpokenOutput({ voice: createScriptedVoice({ clock, synthesisMs: 20 }), clock }),
      script: (heard) => {
        const verb = /\b(find|book) it/.exec(heard)?.[1];
        const decision = verb ? decideCall(verb, { city: 'Denver' }) : say('One two three four five six.');
        return { ...decision, prefillMs: 30, denoiseMs: 20, countSteps: 1 };
      },
    });
    await reach(flow);
    flow.send({ type: 'call.ended' });
    await flow.call.ended;
    const countEvents = flow.events.length;
    await clock.advance(60_000);
    expect([clock.countTimers, flow.engine.countOpen, flow.events.length - countEvents]).toEqual([0, 0, 0]);
    for (const run of [...find.runs, ...book.runs]) expect(run.isAborted || run.isDone).toBe(true);
    const ids = (type: 'tool.started' | 'tool.ended') => flow.of(type).map((event) => event.name);
    expect(ids('tool.ended')).toEqual(ids('tool.started'));
    // What had begun to be said has ended, with no more heard than was said.
    for (const reply of flow.replies()) expect(reply.text.startsWith(reply.heard)).toBe(true);
    const endedTurns = flow.replies().map((reply) => reply.turn);
    for (const { turn } of flow.of('reply.updated')) expect(endedTurns).toContain(turn);
    expect(flow.of('audio.started').length).toBe(
      flow.of('playback.clear').length + flow.replies().filter((reply) => !reply.interrupted).length,
    );
  });
}
