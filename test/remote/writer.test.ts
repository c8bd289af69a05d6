import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { replayCall } from '../../src/replay/replay-call.ts';
import { makeAgent, makeTool, say } from '../support/flow.ts';
import { words } from '../support/mercury-stand-in.ts';
import { gate, startRemoteFlow } from '../support/remote-rig.ts';

const header = { type: 'header', version: 1, agent: 'test', callId: 'call-1', model: 'mercury-2.5' } as const;
const hours = 'We open at nine tomorrow morning.';

describe('a model over the network', () => {
  it('answers a turn, and what that cost is told', async () => {
    await using flow = await startRemoteFlow(() => words(hours));
    flow.final(1, 'when do you open');
    expect((await flow.comes('reply.ended')).text).toBe(hours);
    const bill = await flow.comes('draft.billed');
    const { prompt, completion } = flow.server.counted;
    const tokens = { inputTokens: prompt, cachedTokens: Math.floor(prompt / 2), outputTokens: completion };
    expect(bill).toMatchObject({ turn: 1, draft: 1, model: 'mercury-2.5', use: 'kept', ...tokens });
    expect(bill.usd).toBeCloseTo((prompt * 0.2 + completion * 0.75) / 1e6, 12);
    expect(bill).not.toHaveProperty('isEstimated');
  });

  it('is asked in the words of its API: no developer, no revised words, no thinking where no tool is offered', async () => {
    await using flow = await startRemoteFlow(() => words(hours));
    flow.final(1, 'when do you open');
    await flow.comes('reply.ended');
    const [request] = flow.server.requests;
    expect(request?.body).toMatchObject({ model: 'mercury-2.5', reasoning_effort: 'instant', realtime: true });
    for (const field of ['diffusing', 'tools', 'temperature']) expect(request?.body).not.toHaveProperty(field);
    expect(request?.body.messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(request?.body.messages[0]?.content).toContain('You answer calls.');
    expect(request?.headers).not.toHaveProperty('openai-organization');
  });

  it('has its whole words spoken while the rest is still being written', async () => {
    const { opens, open } = gate();
    await using flow = await startRemoteFlow(() => [{ say: 'We open at ni' }, { until: opens }, { say: 'ne.' }]);
    flow.final(1, 'when do you open');
    expect((await flow.comes('reply.updated')).text).toBe('We open at');
    open();
    expect((await flow.comes('reply.ended')).text).toBe('We open at nine.');
  });

  it('has drafted the reply when the same words become final', async () => {
    await using flow = await startRemoteFlow(() => words(hours));
    flow.partial(1, 'when do you open');
    await flow.drafted(hours);
    flow.final(1, 'when do you open');
    expect((await flow.comes('turn.measured')).draft).toBe('hit');
    expect(await flow.comes('draft.billed')).toMatchObject({ use: 'kept' });
    expect(flow.server.requests).toHaveLength(1);
  });

  it('goes on with the draft that runs when its words become final', async () => {
    const { opens, open } = gate();
    await using flow = await startRemoteFlow(() => [{ say: 'We open ' }, { until: opens }, { say: 'at nine.' }]);
    flow.partial(1, 'when do you open');
    await flow.comes('draft.changed');
    flow.final(1, 'when do you open');
    open();
    expect((await flow.comes('reply.ended')).text).toBe('We open at nine.');
    expect(flow.server.requests).toHaveLength(1);
  });

  it('hears within one piece of its answer that the caller went on', async () => {
    const { opens } = gate();
    await using flow = await startRemoteFlow((_, index) =>
      index === 0 ? [{ say: 'Hello ' }, { until: opens }, { say: 'there ' }] : words(hours),
    );
    flow.partial(1, 'when');
    await flow.comes('draft.changed');
    flow.partial(1, 'when do you open');
    const [first] = flow.server.requests;
    await first?.closed;
    expect(first?.countSent()).toBe(1);
    const bill = await flow.comes('draft.billed');
    expect(bill).toMatchObject({ draft: 1, use: 'thrown-away', isEstimated: true, cachedTokens: 0 });
    expect(bill.inputTokens).toBeGreaterThan(10);
  });

  it('has its time in the ledger: the way to it, and what it took to write', async () => {
    const taken = gate();
    const written = gate();
    await using flow = await startRemoteFlow(async () => {
      await taken.opens;
      return [{ say: 'W' }, { until: written.opens }, { say: 'e open at nine.' }];
    });
    flow.final(1, 'when do you open');
    await flow.server.asked(0);
    await flow.clock.advance(80);
    taken.open();
    await flow.comes('draft.changed');
    await flow.clock.advance(300);
    written.open();
    const { partsUs, totalMs } = await flow.comes('turn.measured');
    expect(partsUs).toMatchObject({ network: 80_000, 'model.remote': 300_000, unexplained: 0 });
    expect(totalMs).toBe(380);
    const steps = flow.lines('draft.stepped');
    expect(steps.map(({ stage }) => stage)).toContain('remote');
    expect(flow.lines('draft.ended')).toMatchObject([{ outcome: 'committed', modelUs: 300_000, neededUs: 300_000 }]);
  });

  it('lets the local model say how likely the turn is over, for a pause to end it', async () => {
    const clock = new SimulatedClock();
    await using flow = await startRemoteFlow(() => words(hours), {
      clock,
      agent: makeAgent({ endpointing: { eager: { minProbability: 0.8, maxDelayMs: 300 } } }),
      script: () => ({ ...say('unheard'), pEndOfTurn: 0.9 }),
    });
    flow.partial(1, 'when do you open');
    await flow.server.asked(0);
    await clock.advance(1);
    await flow.drafted(hours);
    await clock.advance(301);
    expect((await flow.comes('reply.ended')).text).toBe(hours);
  });

  it('is told what follows a cut reply, and no more than was heard of it', async () => {
    const { opens } = gate();
    await using flow = await startRemoteFlow((_, index) =>
      index === 0 ? [{ say: 'We open at nine ' }, { until: opens }] : words('Yes.'),
    );
    flow.final(1, 'when do you open');
    await flow.comes('reply.updated');
    flow.final(2, 'on sundays too');
    await flow.comes('reply.ended', ({ turn }) => turn === 2);
    const messages = flow.server.requests.at(-1)?.body.messages.slice(1);
    expect(messages).toEqual([
      { role: 'user', content: 'when do you open' },
      { role: 'assistant', content: 'We open at nine' },
      { role: 'user', content: 'on sundays too' },
    ]);
  });

  it('leaves a trace that replays, without the network', async () => {
    await using flow = await startRemoteFlow((_, index) => (index < 2 ? words(hours) : { status: 500 }));
    flow.partial(1, 'when do you');
    await flow.drafted(hours);
    flow.final(1, 'when do you open');
    await flow.comes('reply.ended');
    flow.final(2, 'and on sundays');
    await flow.comes('model.failed', ({ reaction }) => reaction === 'local');
    await flow.clock.advance(1);
    await flow.comes('reply.ended', ({ turn }) => turn === 2);
    await flow.call.end();
    const replay = replayCall(makeAgent({ drafts: 'every-partial' }), header, flow.read());
    expect(replay).not.toHaveProperty('difference');
    expect(replay.countSaid).toBeGreaterThan(8);
    const lines = new Set(flow.read().map(({ type }) => type));
    for (const type of ['draft.billed', 'model.failed'] as const) expect(lines).toContain(type);
  });

  it('is billed for what still runs when the caller hangs up', async () => {
    const { opens } = gate();
    const flow = await startRemoteFlow(() => [{ say: 'We ' }, { until: opens }]);
    flow.partial(1, 'when do you open');
    await flow.comes('draft.changed');
    await flow.call.end();
    expect(flow.lines('draft.billed')).toMatchObject([{ use: 'thrown-away', isEstimated: true }]);
    await flow.server.requests[0]?.closed;
    expect(flow.clock.countTimers).toBe(0);
    await flow[Symbol.asyncDispose]();
  });
});

describe('a tool of a model over the network', () => {
  const clock = () => new SimulatedClock();
  const call = { call: 'look_up', json: '{"city":"Oakland"}' };

  it('runs by what it decided, and its result is sent back with the id of its call', async () => {
    const time = clock();
    const tool = makeTool(time, { effect: 'read', result: { open: true } });
    await using flow = await startRemoteFlow(
      ({ messages }) => (messages.at(-1)?.role === 'tool' ? words('It is open.') : [call]),
      {
        clock: time,
        agent: makeAgent({ tools: [tool] }),
      },
    );
    flow.final(1, 'is oakland open');
    await flow.comes('tool.started');
    await time.advance(1);
    expect((await flow.comes('reply.ended')).text).toBe('It is open.');
    expect(tool.runs).toMatchObject([{ args: { city: 'Oakland' } }]);
    const [first, second] = flow.server.requests;
    expect(first?.body).toMatchObject({ reasoning_effort: 'low', tool_choice: 'auto' });
    expect(first?.body.tools?.[0]?.function).toMatchObject({ name: 'look_up' });
    expect(second?.body.messages.slice(2)).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '{"city":"Oakland"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '{"open":true}' },
    ]);
    expect((await flow.comes('draft.billed', ({ draft }) => draft === 2)).use).toBe('kept');
    expect((await flow.comes('draft.billed', ({ draft }) => draft === 1)).use).toBe('kept');
  });

  it('is called after words that came with the call, which is not asked for again', async () => {
    const time = clock();
    await using flow = await startRemoteFlow(
      ({ messages }) => (messages.at(-1)?.role === 'tool' ? words('It is open.') : [{ say: 'Let me check.' }, call]),
      { clock: time, agent: makeAgent({ tools: [makeTool(time, {})] }) },
    );
    flow.final(1, 'is oakland open');
    await flow.comes('tool.started');
    await time.advance(1);
    expect((await flow.comes('reply.ended')).text).toBe('Let me check. It is open.');
    expect(flow.server.requests).toHaveLength(2);
    expect(flow.server.requests[1]?.body.messages[2]).toMatchObject({ content: 'Let me check.', tool_calls: [{}] });
  });

  it.each([
    ['a tool that nobody has', { call: 'delete_all', json: '{}' }, 'there is no tool delete_all'],
    ['arguments that its tool does not take', { call: 'look_up', json: '{"city":7}' }, 'city must be words'],
  ])('is refused, and the model told why: %s', async (_, wrong, error) => {
    const time = clock();
    const tool = makeTool(time, { check: ({ city }) => (typeof city === 'string' ? undefined : 'city must be words') });
    await using flow = await startRemoteFlow((_, index) => (index === 0 ? [wrong] : words('Sorry, I can not.')), {
      clock: time,
      agent: makeAgent({ tools: [tool] }),
    });
    flow.final(1, 'is oakland open');
    expect(await flow.comes('tool.ended')).toMatchObject({ name: wrong.call, error });
    expect((await flow.comes('reply.ended')).text).toBe('Sorry, I can not.');
    expect(tool.runs).toEqual([]);
    expect(flow.server.requests[1]?.body.messages.at(-1)).toMatchObject({
      role: 'tool',
      content: JSON.stringify({ error }),
    });
  });

  it('runs ahead of the final where two drafts decide alike, as with the local model', async () => {
    const time = clock();
    const tool = makeTool(time, { result: { open: true } });
    await using flow = await startRemoteFlow(
      ({ messages }) => (messages.at(-1)?.role === 'tool' ? words('It is open.') : [call]),
      {
        clock: time,
        agent: makeAgent({ tools: [tool] }),
      },
    );
    flow.partial(1, 'is oakland');
    await flow.drafted('look_up');
    flow.partial(1, 'is oakland open');
    await flow.comes('tool.started', ({ speculative }) => speculative);
    await time.advance(1);
    await flow.drafted('It is open.');
    flow.final(1, 'is oakland open');
    expect((await flow.comes('reply.ended')).text).toBe('It is open.');
    expect(flow.server.requests).toHaveLength(3);
  });
});

describe('drafts that are paid for', () => {
  /** A caller whose turn the local model thinks over once they say `open`. */
  const listen = (drafts: 'likely-end' | 'final' | undefined) => {
    const clock = new SimulatedClock();
    const agent = makeAgent(drafts === undefined ? { model: 'mercury-2.5' } : { drafts });
    return startRemoteFlow(() => words(hours), {
      clock,
      agent,
      isPolicyOwn: true,
      script: (heard) => ({ ...say('unheard'), prefillMs: 5, pEndOfTurn: heard.endsWith('open') ? 0.6 : 0.1 }),
    });
  };

  it.each([undefined, 'likely-end'] as const)('are asked for once the turn is likely over: %s', async (drafts) => {
    await using flow = await listen(drafts);
    flow.partial(1, 'when do you');
    await flow.clock.advance(100);
    expect((await flow.comes('draft.changed')).pEndOfTurn).toBe(0.1);
    expect(flow.server.requests).toEqual([]);
    flow.partial(1, 'when do you open');
    await flow.clock.advance(5);
    await flow.drafted(hours);
    flow.final(1, 'when do you open');
    expect((await flow.comes('turn.measured')).draft).toBe('hit');
    expect(flow.server.requests).toHaveLength(1);
  });

  it('are asked for when the caller falls silent, whatever the local model thinks', async () => {
    await using flow = await listen('likely-end');
    flow.partial(1, 'when do you');
    await flow.clock.advance(499);
    expect(flow.server.requests).toEqual([]);
    await flow.clock.advance(2);
    await flow.drafted(hours);
    expect(flow.server.requests).toHaveLength(1);
  });

  it('are asked for when the turn is over, where that is the policy', async () => {
    await using flow = await listen('final');
    flow.partial(1, 'when do you open');
    await flow.clock.advance(600);
    expect(flow.server.requests).toEqual([]);
    flow.final(1, 'when do you open');
    expect((await flow.comes('reply.ended')).text).toBe(hours);
    expect((await flow.comes('draft.billed')).use).toBe('kept');
    expect(flow.server.requests).toHaveLength(1);
  });

  it('replay with the model that the recording names, which the agent does not', async () => {
    await using flow = await listen(undefined);
    flow.partial(1, 'when do you');
    await flow.clock.advance(100);
    flow.final(1, 'when do you open');
    await flow.comes('reply.ended');
    await flow.call.end();
    expect(replayCall(makeAgent(), header, flow.read())).not.toHaveProperty('difference');
  });
});
