import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createChat } from '../../src/remote/chat.ts';
import { createChatClient } from '../../src/remote/openai-client.ts';
import { toRemoteModel } from '../../src/remote/remote-model.ts';
import { makeAgent, makeTool } from '../support/flow.ts';
import { type Piece, type StandInAnswer, words } from '../support/mercury-stand-in.ts';
import { gate, startRemoteFlow } from '../support/remote-rig.ts';

const { opens: never } = gate();
const fine = words('We open at nine.');
const stuck: Piece = { until: never };
const apologising = makeAgent({ whenModelFails: 'apology' });
const { apology } = apologising.say;

/** How an answer fails, and after how much time. */
const faults: readonly (readonly [fault: string, answer: StandInAnswer, afterMs: number])[] = [
  ['server-failed', { status: 500 }, 0],
  ['server-failed', { status: 503, headers: { 'retry-after': '0' } }, 0],
  ['server-failed', [{ raw: 'data: {"error":{"message":"overloaded"}}\n\n' }], 0],
  ['rate-limited', { status: 429, headers: { 'retry-after': '1' } }, 1000],
  ['first-late', [stuck], 3000],
  ['dropped', ['drop'], 0],
  ['dropped', ['stop'], 0],
  ['garbled', [{ raw: 'data: {"choices":[{"delta":\n\n' }], 0],
  ['garbled', [{ raw: 'data: {"choices":"none"}\n\n' }], 0],
  ['empty', [{ end: 'length' }], 0],
  ['endless', [{ say: 'and so on '.repeat(500) }], 0],
  ['call-garbled', [{ call: 'look_up', json: '{"city":' }], 0],
];

describe('an answer that can not be used', () => {
  it.each(faults)('is asked for once more: %s (%#)', async (fault, answer, afterMs) => {
    const clock = new SimulatedClock();
    await using flow = await startRemoteFlow((_, index) => (index === 0 ? answer : fine), {
      clock,
      agent: makeAgent({ tools: [makeTool(clock, {})], whenModelFails: 'apology' }),
    });
    flow.final(1, 'when do you open');
    await flow.server.asked(0);
    const waiting = flow.comes('model.failed');
    if (fault === 'first-late') await clock.advance(afterMs);
    expect(await waiting).toMatchObject({ turn: 1, draft: 1, fault, reaction: 'asked-again' });
    if (fault === 'rate-limited') await clock.advance(afterMs);
    expect((await flow.comes('reply.ended')).text).toBe('We open at nine.');
    expect(flow.of('error')).toEqual([]);
  });

  it.each(['local', 'apology'] as const)(
    'for the second time is answered as the agent says: %s',
    async (whenModelFails) => {
      await using flow = await startRemoteFlow(() => ({ status: 500 }), { agent: makeAgent({ whenModelFails }) });
      flow.final(1, 'when do you open');
      const isLocal = whenModelFails === 'local';
      const last = await flow.comes('model.failed', ({ reaction }) => reaction !== 'asked-again');
      expect(last).toMatchObject({ fault: 'server-failed', status: 500, reaction: isLocal ? 'local' : 'given-up' });
      await flow.clock.advance(1);
      expect((await flow.comes('reply.ended')).text).toBe(isLocal ? 'local words' : apology);
      expect(flow.of('error').map(({ code }) => code)).toEqual(isLocal ? [] : ['reply-failed']);
      expect(flow.of('draft.billed')).toEqual([]);
    },
  );

  it('is not asked for again where the key is refused, and the key is told nowhere', async () => {
    const lines: string[] = [];
    await using flow = await startRemoteFlow(
      () => ({ status: 401, body: { error: { message: 'bad key mercury-key' } } }),
      {
        agent: apologising,
      },
    );
    flow.final(1, 'when do you open');
    const failed = await flow.comes('model.failed');
    expect(failed).toMatchObject({
      fault: 'key-refused',
      status: 401,
      reaction: 'given-up',
      detail: '401 bad key ***',
    });
    await flow.comes('reply.ended');
    expect(flow.server.requests).toHaveLength(1);
    lines.push(JSON.stringify(flow.events), JSON.stringify(flow.read()));
    expect(lines.join()).not.toContain('mercury-key');
  });

  it('is not asked for again where the server refuses the request', async () => {
    await using flow = await startRemoteFlow(() => ({ status: 400 }));
    flow.final(1, 'when do you open');
    expect(await flow.comes('model.failed')).toMatchObject({ fault: 'request-refused', reaction: 'local' });
  });

  it('comes after what was said: the rest is an apology, and nothing is said twice', async () => {
    await using flow = await startRemoteFlow(() => [{ say: 'We open at ' }, stuck]);
    flow.final(1, 'when do you open');
    await flow.comes('reply.updated');
    const failing = flow.comes('model.failed');
    await flow.clock.advance(2000);
    expect(await failing).toMatchObject({ fault: 'stalled', reaction: 'given-up' });
    expect((await flow.comes('reply.ended')).text).toBe(`We open at ${apology}`);
    expect(flow.server.requests).toHaveLength(1);
  });

  it('goes on for ever, word by word: it is cut off after its time', async () => {
    const pieces = Array.from({ length: 40 }, (): [Piece, ReturnType<typeof gate>] => {
      const next = gate();
      return [{ until: next.opens }, next];
    });
    await using flow = await startRemoteFlow(() => pieces.flatMap(([until], at) => [{ say: `word${at} ` }, until]));
    flow.final(1, 'tell me all');
    for (const [index, [, { open }]] of pieces.entries()) {
      await flow.comes('draft.changed', ({ text }) => text.includes(`word${index}`));
      await flow.clock.advance(1000);
      if (flow.of('model.failed').length > 0) break;
      open();
    }
    expect(await flow.comes('model.failed')).toMatchObject({ fault: 'endless', reaction: 'given-up' });
    expect(flow.clock.nowMs()).toBeLessThanOrEqual(15_000);
  });

  it('of a draft costs nobody anything: the final asks anew', async () => {
    await using flow = await startRemoteFlow((_, index) => (index === 0 ? { status: 429 } : fine));
    flow.partial(1, 'when do you open');
    expect(await flow.comes('model.failed')).toMatchObject({ fault: 'rate-limited', reaction: 'given-up' });
    flow.final(1, 'when do you open');
    expect((await flow.comes('reply.ended')).text).toBe('We open at nine.');
    expect(flow.server.requests).toHaveLength(2);
  });

  it('is not waited for longer than the local model would take', async () => {
    await using flow = await startRemoteFlow(() => ({ status: 429, headers: { 'retry-after': '5' } }));
    flow.final(1, 'when do you open');
    expect(await flow.comes('model.failed')).toMatchObject({ fault: 'rate-limited', reaction: 'local' });
  });

  it('is a call where none was offered: nothing of it is done', async () => {
    await using flow = await startRemoteFlow((_, index) => (index === 0 ? [{ call: 'look_up', json: '{}' }] : fine));
    flow.final(1, 'when do you open');
    expect(await flow.comes('model.failed')).toMatchObject({ fault: 'act-not-allowed', reaction: 'asked-again' });
    expect((await flow.comes('reply.ended')).text).toBe('We open at nine.');
  });

  it('leaves other calls alone', async () => {
    await using broken = await startRemoteFlow(() => ['drop'], { agent: apologising });
    await using whole = await startRemoteFlow(() => fine);
    broken.final(1, 'when do you open');
    whole.final(1, 'when do you open');
    expect((await broken.comes('reply.ended')).text).toBe(apology);
    expect((await whole.comes('reply.ended')).text).toBe('We open at nine.');
  });

  it('never comes where nobody listens', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const address = closed.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => closed.close(resolve));
    const model = toRemoteModel('openai:any', { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` });
    const asking = createChat(model, createChatClient(model)).ask(
      { agent: makeAgent(), instructions: 'x', lines: [], acts: ['say'] },
      {
        times: makeAgent().modelTimeouts,
        clock: new SimulatedClock(),
        signal: new AbortController().signal,
        ended: new AbortController().signal,
        billed: () => expect.unreachable('nothing was charged'),
      },
    );
    await expect(asking[Symbol.asyncIterator]().next()).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('of more bytes than anybody would speak is cut off, without an end of its line', async () => {
    const line = 'x'.repeat(64 * 1024);
    await using flow = await startRemoteFlow(() => Array.from({ length: 100 }, (): Piece => ({ raw: line })), {
      agent: apologising,
    });
    flow.final(1, 'when do you open');
    expect(await flow.comes('model.failed')).toMatchObject({ fault: 'endless' });
  });
});
