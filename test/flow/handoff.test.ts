import { describe, expect, it } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { offeredTools } from '../../src/agent/handoffs.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { replayCall } from '../../src/replay/replay-call.ts';
import type { Script } from '../../src/testing/scripted-engine.ts';
import { decideCall, makeAgent, makeTool, pairAgents, prompt, readParts, say } from '../support/flow.ts';
import { startRecordedFlow } from '../support/recorded-flow.ts';
import { createScriptedVoice } from '../support/scripted-voice.ts';

const costs = { prefillMs: 20, denoiseMs: 10, countSteps: 1 };

/** Words with "bill" belong to billing, whoever is asked; the agents have no other way to know each other. */
const script: Script = (_, { context }, { tools }) => {
  const last = readParts(context).findLast(({ role }) => role === 'user')?.text ?? '';
  const isBilling = tools.some(({ name }) => name === 'transfer_to_test');
  if (last.includes('bill') !== isBilling && tools.length > 0)
    return { ...decideCall(isBilling ? 'transfer_to_test' : 'transfer_to_billing', {}), ...costs };
  return { ...say(isBilling ? 'Which bill is it?' : 'How can I help?'), ...costs };
};

function open(changes: Partial<Agent> = {}, first: Partial<Agent> = {}, decide: Script = script) {
  const clock = new SimulatedClock();
  const billing = makeAgent({ name: 'billing', instructions: 'You answer questions about bills.', ...changes });
  const agent = pairAgents(makeAgent(first), billing);
  return { clock, agent, flow: startRecordedFlow({ clock, agent, script: decide }) };
}

const promptPrefixOf = (agent: Agent) =>
  prompt.renderPrefix({ instructions: String(agent.instructions), tools: offeredTools(agent) });

describe('a hand-off', () => {
  it('has another agent answer the very words, who reads all that was said before', async () => {
    const { clock, agent, flow } = open();
    flow.final(1, 'hello');
    await clock.advance(100);
    flow.final(2, 'my bill is wrong');
    await clock.advance(200);
    expect(flow.replies().map(({ text }) => text)).toEqual(['How can I help?', 'Which bill is it?']);
    expect(flow.of('agent.changed')).toMatchObject([{ turn: 2, agent: 'billing' }]);
    const { context = [] } = flow.engine.requests.at(-1) ?? {};
    const promptPrefix = promptPrefixOf(agent.handoffs[0]?.agent ?? agent);
    expect(context.slice(0, promptPrefix.length)).toEqual(promptPrefix);
    expect(readParts(context.slice(promptPrefix.length)).map(({ role, text }) => `${role}: ${text}`)).toEqual([
      'user: hello',
      'say: How can I help?',
      'user: my bill is wrong',
    ]);
    await flow.call.end();
    expect(flow.engine.countOpen).toBe(0);
  });

  it('holds one sequence of the engine at a time, and shows in the trace and in the ledger', async () => {
    const { clock, flow } = open();
    flow.final(1, 'my bill is wrong');
    await clock.advance(200);
    expect(flow.engine.countOpen).toBe(1);
    expect(flow.lines('agent.changed')).toMatchObject([{ turn: 1, agent: 'billing' }]);
    const [measured] = flow.lines('turn.measured');
    // Up to the first words: the decision, and the other agent's first forward.
    expect(measured?.partsUs).toMatchObject({ prefill: 40_000, denoise: 10_000 });
    expect(measured?.loop?.steps.map(({ kind }) => kind)).toEqual(['model', 'model']);
    await flow.call.end();
  });

  it('waits for the commit, however often a draft decides it', async () => {
    const { clock, flow } = open();
    for (const words of ['my bill', 'my bill is', 'my bill is wrong']) {
      flow.partial(1, words);
      await clock.advance(100);
    }
    expect(flow.of('draft.changed').at(-1)).toMatchObject({ act: 'call', text: expect.stringContaining('transfer') });
    expect(flow.of('agent.changed')).toEqual([]);
    flow.final(1, 'my bill is wrong');
    await clock.advance(0);
    expect(flow.of('agent.changed')).toHaveLength(1);
    await flow.call.end();
  });

  it('goes back when the words do', async () => {
    const { clock, flow } = open();
    flow.final(1, 'my bill is wrong');
    await clock.advance(200);
    flow.final(2, 'something else');
    await clock.advance(200);
    expect(flow.of('agent.changed').map(({ agent }) => agent)).toEqual(['billing', 'test']);
    expect(flow.replies().map(({ text }) => text)).toEqual(['Which bill is it?', 'How can I help?']);
    await flow.call.end();
  });

  it('happens once in a turn, even if each agent thinks that the other should answer', async () => {
    const { clock, flow } = open({}, {}, (_, { acts }, { tools }) => {
      const name = tools.find((tool) => tool.name.startsWith('transfer'))?.name ?? '';
      return { ...(acts.includes('call') ? decideCall(name, {}) : say('What is it about?')), ...costs };
    });
    flow.final(1, 'hello');
    await clock.advance(500);
    expect(flow.of('agent.changed')).toHaveLength(1);
    expect(flow.replies().map(({ text }) => text)).toEqual(['What is it about?']);
    await flow.call.end();
  });

  it('begins with the line that the agent takes over with', async () => {
    const { clock, flow } = open({ say: { ...makeAgent().say, takeover: 'Billing here.' } });
    flow.final(1, 'my bill is wrong');
    await clock.advance(40);
    expect(flow.of('reply.updated').at(-1)?.text).toBe('Billing here.');
    await clock.advance(200);
    expect(flow.replies()).toMatchObject([{ text: 'Billing here. Which bill is it?' }]);
    await flow.call.end();
  });

  it('stays when the caller speaks on before anything of the answer was heard', async () => {
    const { clock, flow } = open();
    flow.final(1, 'my bill is wrong');
    await clock.advance(40);
    flow.final(1, 'my bill is wrong again');
    await clock.advance(300);
    expect(flow.of('agent.changed')).toHaveLength(1);
    expect(flow.lines('turn.taken-back')).toEqual([]);
    expect(flow.replies().at(-1)?.text).toBe('Which bill is it?');
    await flow.call.end();
  });

  it('brings tools, lines and limits of the other agent, and no confirmation of the first', async () => {
    const clock = new SimulatedClock();
    const pay = makeTool(clock, { name: 'pay', effect: 'write', confirm: true });
    const flow = startRecordedFlow({
      clock,
      agent: pairAgents(
        makeAgent({ tools: [pay] }),
        makeAgent({ name: 'billing', tools: [pay], say: { ...makeAgent().say, confirm: 'Really {call}?' } }),
      ),
      script: (_, { context, acts }, { tools }) => {
        const parts = readParts(context);
        const isFirst = tools.some(({ name }) => name === 'transfer_to_billing');
        const words = parts.findLast(({ role }) => role === 'user')?.text;
        if (!acts.includes('call') || parts.at(-1)?.role === 'result') return { ...say('Done.'), ...costs };
        if (isFirst && words === 'to billing') return { ...decideCall('transfer_to_billing', {}), ...costs };
        return { ...decideCall('pay', { city: 'Rome' }), ...costs };
      },
    });
    flow.final(1, 'pay');
    await clock.advance(200);
    flow.final(2, 'to billing');
    await clock.advance(200);
    expect(pay.runs).toEqual([]);
    expect(flow.replies().map(({ text }) => text)).toEqual([
      'You want to look up Rome. Is that right?',
      'Really look up Rome?',
    ]);
    flow.final(3, 'yes');
    await clock.advance(200);
    expect(pay.runs).toHaveLength(1);
    await flow.call.end();
  });

  it('runs the hooks of each agent once, and keeps a state that they share', async () => {
    const heard: string[] = [];
    const createState = () => ({ count: 0 });
    const hooks = (name: string): Partial<Agent> => ({
      createState,
      onCallStart: ({ state }) => {
        state.count = Number(state.count) + 1;
        heard.push(`${name} starts, ${state.count}`);
      },
      onCallEnd: (_, reason) => void heard.push(`${name} ends, ${reason}`),
    });
    const { clock, flow } = open(hooks('billing'), hooks('test'));
    for (const [index, words] of ['my bill', 'something else', 'my bill'].entries()) {
      flow.final(index + 1, words);
      await clock.advance(200);
    }
    await flow.call.end();
    expect(heard).toEqual([
      'test starts, 1',
      'billing starts, 2',
      'test ends, caller-hung-up',
      'billing ends, caller-hung-up',
    ]);
  });

  it('speaks with the voice of the agent whose words they are', async () => {
    const clock = new SimulatedClock();
    const voices = { own: createScriptedVoice({ clock }), rms: createScriptedVoice({ clock }) };
    const billing = makeAgent({
      name: 'billing',
      voice: 'rms',
      instructions: 'You answer questions about bills.',
      say: { ...makeAgent().say, takeover: 'Billing here.' },
    });
    const flow = startRecordedFlow({
      clock,
      agent: pairAgents(makeAgent({ greeting: 'Hello, welcome.' }), billing),
      output: () => createSpokenOutput({ voice: voices.own, voiceOf: () => voices.rms, clock }),
      script,
    });
    await clock.advance(3000);
    flow.final(1, 'my bill is wrong');
    await clock.advance(5000);
    expect(voices.own.asked.join('')).toBe('Hello, welcome.');
    expect(voices.rms.asked.join('')).toBe('Billing here. Which bill is it?');
  });

  it('is no way around variables: what any of the agents would refuse is refused at the start', () => {
    const readVariables = () => {
      throw new Error('variables.account: missing');
    };
    expect(() => open({ readVariables })).toThrow('variables.account: missing');
  });

  it('is replayed bit for bit', async () => {
    const { clock, agent, flow } = open({ say: { ...makeAgent().say, takeover: 'Billing here.' } });
    flow.partial(1, 'my bill');
    await clock.advance(100);
    flow.final(1, 'my bill is wrong');
    await clock.advance(200);
    flow.final(2, 'something else');
    await clock.advance(300);
    await flow.call.end();
    const header = { type: 'header', version: 1, agent: 'test', callId: 'call-1' } as const;
    const replay = replayCall(agent, header, flow.read());
    expect(replay).not.toHaveProperty('difference');
    expect(replay.countSaid).toBeGreaterThan(10);
    const other = replayCall({ ...agent, handoffs: [], tools: [makeTool(clock, {})] }, header, flow.read());
    expect(other.difference?.recorded).toContain('agent.changed');
  });

  it('apologises where the engine has no place for the other agent, who answers the next words', async () => {
    let isFull = true;
    const { clock, flow } = open();
    const { open: openSequence } = flow.engine;
    flow.engine.open = (promptPrefix) => {
      if (isFull) throw new Error('engine busy');
      return openSequence(promptPrefix);
    };
    flow.final(1, 'my bill is wrong');
    await clock.advance(200);
    expect(flow.replies().at(-1)?.text).toBe('Sorry, something went wrong.');
    isFull = false;
    flow.final(2, 'that bill');
    await clock.advance(200);
    expect(flow.replies().at(-1)?.text).toBe('Which bill is it?');
    await flow.call.end();
    expect(flow.engine.countOpen).toBe(0);
  });
});
