import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { Script } from '../../src/testing/scripted-engine.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';

/** Calls the tool when the caller's last words ask for it, and tells its result. */
const lookUp = (heard: string) =>
  heard.includes('{')
    ? say('It is open.')
    : heard.includes('denver')
      ? decideCall('look_up', { city: 'Denver' })
      : say('Where?');

describe('a reply drafted upon a read that ran ahead', () => {
  const slow = { prefillMs: 30, denoiseMs: 20, countSteps: 2 };
  const slowLookUp: Script = (heard) => ({ ...lookUp(heard), ...slow });
  const open = (script: Script = slowLookUp, takesMs = 40) => {
    const clock = new SimulatedClock();
    const tool = makeTool(clock, { takesMs });
    return { clock, tool, flow: startFlow({ clock, agent: makeAgent({ tools: [tool] }), script }) };
  };
  /** Two drafts that decide alike, so that the read runs. */
  const lead = async ({ clock, flow }: ReturnType<typeof open>) => {
    flow.partial(1, 'is denver');
    await clock.advance(100);
    flow.partial(1, 'is denver open');
    await clock.advance(100);
  };

  it('costs no model time after the final', async () => {
    const opened = open();
    await lead(opened);
    await opened.clock.advance(200);
    const countAsked = opened.flow.engine.requests.length;
    opened.flow.final(1, 'is denver open');
    await opened.clock.advance(0);
    expect(opened.flow.replies().map((reply) => reply.text)).toEqual(['It is open.']);
    expect(opened.flow.engine.requests.length).toBe(countAsked);
    expect(opened.flow.of('turn.measured')[0]).toMatchObject({ totalMs: 0, forwards: 0 });
    expect(opened.tool.runs).toHaveLength(1);
  });

  it('goes on as the turn’s own where the final comes before it is complete', async () => {
    const opened = open();
    await lead(opened);
    await opened.clock.advance(60);
    const countAsked = opened.flow.engine.requests.length;
    opened.flow.final(1, 'is denver open');
    await opened.clock.advance(1000);
    expect(opened.flow.replies().map((reply) => reply.text)).toEqual(['It is open.']);
    expect(opened.flow.engine.requests.length).toBe(countAsked);
    expect(opened.flow.of('turn.measured')[0]?.totalMs).toBeLessThan(70);
  });

  it('is dropped when the caller goes on to something else', async () => {
    const opened = open((heard, ...asked) =>
      heard.includes('thanks') ? { ...say('You are welcome.'), ...slow } : slowLookUp(heard, ...asked),
    );
    await lead(opened);
    await opened.clock.advance(200);
    opened.flow.partial(1, 'is denver open no thanks');
    await opened.clock.advance(200);
    opened.flow.final(1, 'is denver open no thanks');
    await opened.clock.advance(1000);
    expect(opened.flow.replies().map((reply) => reply.text)).toEqual(['You are welcome.']);
  });

  it('is written anew where the caller takes words back while it was drafted', async () => {
    const opened = open();
    await lead(opened);
    await opened.clock.advance(50);
    opened.flow.partial(1, 'is denver open now');
    await opened.clock.advance(10);
    opened.flow.final(1, 'is denver open');
    await opened.clock.advance(2000);
    expect(opened.flow.replies().map((reply) => reply.text)).toEqual(['It is open.']);
    expect(opened.tool.runs.length).toBeLessThanOrEqual(2);
  });

  it('that fails is written anew after the final', async () => {
    let countFailed = 0;
    const opened = open((heard, request, promptPrefix) => {
      const answer = slowLookUp(heard, request, promptPrefix);
      return heard.endsWith('}') && request.priority === 'draft' && countFailed++ === 0
        ? { ...answer, fails: 'no' }
        : answer;
    });
    await lead(opened);
    await opened.clock.advance(200);
    opened.flow.final(1, 'is denver open');
    await opened.clock.advance(1000);
    expect([countFailed > 0, opened.flow.replies().map((reply) => reply.text)]).toEqual([true, ['It is open.']]);
  });
});
