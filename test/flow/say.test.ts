import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../src/agent/call-context.ts';
import type { EndedTool, EndedTurn, HeardTranscript } from '../../src/agent/turn-hooks.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createPacedOutput } from '../../src/output/paced-output.ts';
import { replayCall } from '../../src/replay/replay-call.ts';
import type { AuthorFailure } from '../../src/session/author-code.ts';
import { decideCall, type FlowOptions, makeAgent, makeTool, readParts, say } from '../support/flow.ts';
import { startRecordedFlow } from '../support/recorded-flow.ts';

/** A call whose first turn books, which takes 500 ms; `call` is what its hooks were given. */
function open(options: Partial<FlowOptions> & { readonly isHangingUp?: boolean } = {}) {
  const clock = options.clock ?? new SimulatedClock();
  let call: CallContext | undefined;
  const book = makeTool(clock, { name: 'book', effect: 'write', takesMs: 500 });
  const agent = makeAgent({
    tools: [
      {
        ...book,
        run: (args, context) => {
          context.call.say('Let me see.');
          if (options.isHangingUp) context.call.hangUp();
          return book.run(args, context);
        },
      },
    ],
    onCallStart: (one) => {
      call = one;
    },
    ...options.agent,
  });
  const flow = startRecordedFlow({
    output: createPacedOutput,
    hasAudio: false,
    script: (_, { context }) => {
      const last = readParts(context).at(-1);
      const isAsked = last?.role === 'user' && last.text.includes('book');
      return isAsked ? decideCall('book', { city: 'Oslo' }) : say('All done.');
    },
    ...options,
    agent,
    clock,
  });
  const ask = (): CallContext => {
    if (call === undefined) throw new Error('no hook has run');
    return call;
  };
  return { ...flow, agent, ask };
}

const heardOf = (flow: ReturnType<typeof open>) => flow.replies().map(({ turn, heard }) => [turn, heard]);

describe('call.say', () => {
  it('is heard at once from a tool, before what its result is told with, and read by the model', async () => {
    const flow = open();
    flow.final(1, 'book oslo');
    await flow.clock.advance(100);
    expect(flow.of('reply.updated').at(-1)).toMatchObject({ turn: 1, text: 'Let me see.' });
    expect(flow.of('tool.ended')).toEqual([]);
    await flow.clock.advance(5000);
    expect(heardOf(flow)).toEqual([[1, 'Let me see. All done.']]);
    const parts = readParts(flow.engine.requests.at(-1)?.context ?? []).filter(({ role }) => role !== 'result');
    expect(parts.map(({ role }) => role)).toEqual(['user', 'say', 'call']);
    expect(parts[1]?.text).toBe('Let me see.');
  });

  it('is a reply of its own while nobody speaks, and comes after what is being said', async () => {
    const flow = open({ agent: makeAgent({ greeting: 'Hello and welcome.' }) });
    await flow.clock.advance(0);
    flow.ask().say('This call is recorded.');
    flow.ask().say('We close at six.');
    await flow.clock.advance(10_000);
    flow.ask().say('Still there.');
    await flow.clock.advance(5000);
    expect(heardOf(flow)).toEqual([
      [0, 'Hello and welcome.'],
      [0, 'This call is recorded.'],
      [0, 'We close at six.'],
      [0, 'Still there.'],
    ]);
  });

  it('waits for the caller, and for the answer to them', async () => {
    const flow = open();
    flow.partial(1, 'hello');
    await flow.clock.advance(50);
    flow.ask().say('Your table is free.');
    await flow.clock.advance(1000);
    expect(flow.of('reply.updated')).toEqual([]);
    flow.final(1, 'hello there');
    await flow.clock.advance(6000);
    expect(heardOf(flow)).toEqual([
      [1, 'All done.'],
      [1, 'Your table is free.'],
    ]);
  });

  it('may be interrupted: the transcript keeps what was heard of it', async () => {
    const flow = open();
    await flow.clock.advance(0);
    flow.ask().say('We are open from nine until six on every day of the week.');
    await flow.clock.advance(1500);
    flow.final(1, 'thanks');
    await flow.clock.advance(5000);
    const [cut] = flow.replies();
    expect(cut).toMatchObject({ interrupted: true });
    expect(cut?.heard).toMatch(/^We are open/);
    expect(flow.ask().transcript).toEqual([
      { role: 'agent', text: cut?.heard },
      { role: 'user', text: 'thanks' },
      { role: 'agent', text: 'All done.' },
    ]);
  });

  it('is the last word of a call that is to end: no goodbye follows what a tool said', async () => {
    const flow = open({ isHangingUp: true });
    flow.final(1, 'book oslo');
    await flow.clock.advance(5000);
    expect(heardOf(flow)).toEqual([[1, 'Let me see.']]);
    expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-hung-up' }]);
  });

  it('comes before the goodbye where it waits for its turn', async () => {
    const flow = open();
    flow.final(1, 'hello');
    await flow.clock.advance(50);
    flow.ask().say('Your table is booked.');
    flow.ask().hangUp();
    await flow.clock.advance(20_000);
    expect(heardOf(flow).map(([, heard]) => heard)).toEqual(['All done.', 'Your table is booked.', 'Goodbye.']);
    expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-hung-up' }]);
  });

  it('is refused from a read, without words, beyond 1000 characters, and when twenty lines wait', async () => {
    const clock = new SimulatedClock();
    const look = makeTool(clock, {});
    const agent = makeAgent({
      tools: [{ ...look, run: async (_, { call }) => call.say('Looking.') }],
      greeting: 'Hello and welcome.',
    });
    const flow = open({
      clock,
      agent,
      script: (heard) => (heard.includes('error') ? say('Sorry.') : decideCall('look_up', { city: 'x' })),
    });
    await clock.advance(0);
    const { say: announce } = flow.ask();
    expect(() => announce(' ')).toThrow('say got " ", expected words');
    expect(() => announce('x'.repeat(1001))).toThrow('say got 1001 characters, expected 1000 at most');
    for (let count = 0; count < 20; count++) announce('Yes.');
    expect(() => announce('No.')).toThrow('say: 20 lines wait to be said, and 20 may');
    flow.final(1, 'look');
    await clock.advance(30_000);
    expect(flow.of('tool.ended')).toMatchObject([{ code: 'tool-effect' }]);
  });

  it('is replayed bit for bit', async () => {
    const flow = open();
    await flow.clock.advance(0);
    flow.ask().say('This call is recorded.');
    flow.final(1, 'book oslo');
    await flow.clock.advance(9000);
    await flow.call.end();
    const header = { type: 'header', version: 1, agent: 'test', callId: 'call-1' } as const;
    expect(replayCall(flow.agent, header, flow.read())).not.toHaveProperty('difference');
  });
});

describe('hooks of a turn', () => {
  function openHooked(changes: Parameters<typeof makeAgent>[0] = {}) {
    const heard: HeardTranscript[] = [];
    const tools: EndedTool[] = [];
    const turns: EndedTurn[] = [];
    const failures: AuthorFailure[] = [];
    const agent = makeAgent({
      onTranscript: (one) => void heard.push(one),
      onToolEnd: (one) => void tools.push(one),
      onTurn: (one) => void turns.push(one),
      ...changes,
    });
    const clock = new SimulatedClock();
    const book = makeTool(clock, { name: 'book', effect: 'write', takesMs: 50, result: { table: 7 } });
    const flow = open({ clock, agent: { ...agent, tools: [book] }, authorFailed: (failure) => failures.push(failure) });
    return { flow, heard, tools, turns, failures };
  }

  it('tell of the words, the tool and the turn with its transcript and its ledger', async () => {
    const { flow, heard, tools, turns } = openHooked();
    flow.partial(1, 'book');
    await flow.clock.advance(100);
    flow.final(1, 'book oslo');
    await flow.clock.advance(3000);
    expect(heard.map(({ turn, text, state }) => [turn, text, state])).toEqual([
      [1, 'book', 'interim'],
      [1, 'book oslo', 'final'],
    ]);
    expect(tools).toMatchObject([
      { turn: 1, name: 'book', arguments: { city: 'Oslo' }, result: { table: 7 }, speculative: false },
    ]);
    expect(turns.map(({ turn, transcript }) => ({ turn, transcript }))).toEqual([
      {
        turn: 1,
        transcript: [
          { role: 'user', text: 'book oslo' },
          { role: 'tool', name: 'book', arguments: { city: 'Oslo' }, result: { table: 7 } },
          { role: 'agent', text: 'All done.' },
        ],
      },
    ]);
    const { ledger } = turns[0] ?? {};
    expect(Object.values(ledger?.partsUs ?? {}).reduce((sum, us) => sum + us, 0)).toBe((ledger?.totalMs ?? 0) * 1000);
    expect(ledger).not.toHaveProperty('type');
  });

  it('come once a turn, not for what nobody asked for', async () => {
    const { flow, turns } = openHooked({ greeting: 'Hello.', idle: { afterMs: 4000, maxPrompts: 1 } });
    await flow.clock.advance(1500);
    flow.final(1, 'hello');
    await flow.clock.advance(3000);
    flow.final(2, 'and again');
    await flow.clock.advance(9000);
    expect(flow.replies().map(({ text }) => text)).toContain('Are you still there?');
    expect(turns.map(({ turn }) => turn)).toEqual([1, 2]);
  });

  it('may say something, which comes after the reply', async () => {
    const { flow } = openHooked({
      onTurn: ({ call }) => call.say('By the way, we close at six.'),
    });
    flow.final(1, 'hello');
    await flow.clock.advance(8000);
    expect(flow.replies().map(({ text }) => text)).toEqual(['All done.', 'By the way, we close at six.']);
  });

  it.each(['onTranscript', 'onToolEnd', 'onTurn'] as const)('leave the call as it is where %s throws', async (part) => {
    const thrown = new Error('no such table');
    const { flow, failures } = openHooked({ [part]: () => Promise.reject(thrown) });
    flow.final(1, 'book oslo');
    await flow.clock.advance(3000);
    expect(flow.replies()).toMatchObject([{ turn: 1, text: 'All done.', interrupted: false }]);
    expect(failures).toEqual([{ callId: 'call-1', agent: 'test', part, code: 'hook-failed', cause: thrown }]);
    expect(flow.of('error')).toMatchObject([{ code: 'hook-failed', message: `${part} of test failed` }]);
  });
});
