import { expect, it } from 'vitest';
import type { AgentTool } from '../../src/agent/agent.ts';
import type { CallContext } from '../../src/agent/call-context.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';
import { createScriptedVoice } from '../support/scripted-voice.ts';

const WORD_MS = 300;

/** A spoken call whose agent calls `wish` when the caller says so, and chats otherwise. */
function startWishing(ask: (call: CallContext) => void, onCallStart: (call: CallContext) => void = () => undefined) {
  const clock = new SimulatedClock();
  const wish: AgentTool = {
    ...makeTool(clock, { name: 'wish', effect: 'write' }),
    run: async (_, { call }) => {
      ask(call);
      return { ok: true };
    },
  };
  const flow = startFlow({
    clock,
    agent: makeAgent({
      tools: [wish],
      onCallStart,
      say: { ...makeAgent().say, goodbye: 'Bye for now.', transfer: 'Hold the line.' },
    }),
    output: () =>
      createSpokenOutput({ voice: createScriptedVoice({ clock, synthesisMs: 20, wordMs: WORD_MS }), clock }),
    script: (heard) => (heard.endsWith('do it') ? decideCall('wish', { city: 'Denver' }) : say('Yes of course it is.')),
  });
  return flow;
}

const heardWords = (flow: ReturnType<typeof startFlow>) => flow.replies().map((reply) => reply.heard);

it('says goodbye when a tool hangs up, and ends the call once that was heard', async () => {
  const flow = startWishing((call) => call.hangUp());
  flow.final(1, 'please do it');
  await flow.clock.advance(20 + 2 * WORD_MS);
  expect(flow.of('call.closed')).toEqual([]);
  await flow.clock.advance(5000);
  expect(heardWords(flow)).toEqual(['Bye for now.']);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-hung-up' }]);
  expect([flow.clock.countTimers, flow.engine.countOpen]).toEqual([0, 0]);
});

it('gives the caller away with the place and the note, after saying so', async () => {
  const flow = startWishing((call) => call.transfer('+15550100', 'wants a refund'));
  flow.final(1, 'please do it');
  await flow.clock.advance(10_000);
  expect(heardWords(flow)).toEqual(['Hold the line.']);
  expect(flow.of('call.closed')).toMatchObject([
    { reason: 'transferred', transfer: { to: '+15550100', note: 'wants a refund' } },
  ]);
});

it('says goodbye once, however often the agent hangs up', async () => {
  let call: CallContext | undefined;
  const flow = startWishing(
    (given) => given.hangUp(),
    (given) => {
      call = given;
    },
  );
  flow.final(1, 'please do it');
  await flow.clock.advance(20 + WORD_MS + 50);
  call?.hangUp();
  await flow.clock.advance(10_000);
  expect(heardWords(flow)).toEqual(['Bye for now.']);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-hung-up' }]);
});

it('ends a call that has lasted too long, though the agent hangs up too and the caller speaks up', async () => {
  let call: CallContext | undefined;
  const flow = startWishing(
    () => undefined,
    (given) => {
      call = given;
    },
  );
  await flow.clock.advance(makeAgent().maxCallMs + 20 + WORD_MS);
  call?.hangUp();
  flow.final(1, 'wait is it open');
  await flow.clock.advance(10_000);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'too-long' }]);
});

it('stays in the call when the caller speaks up during the goodbye', async () => {
  const flow = startWishing((call) => call.hangUp());
  flow.final(1, 'please do it');
  await flow.clock.advance(20 + WORD_MS + 50);
  flow.final(2, 'wait is it open');
  await flow.clock.advance(10_000);
  expect(heardWords(flow)).toEqual(['Bye', 'Yes of course it is.']);
  expect(flow.of('call.closed')).toEqual([]);
});

it('closes as the caller’s when the caller hangs up during the goodbye', async () => {
  const flow = startWishing((call) => call.hangUp());
  flow.final(1, 'please do it');
  await flow.clock.advance(20 + WORD_MS + 50);
  flow.send({ type: 'call.ended' });
  await flow.clock.advance(10_000);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'caller-hung-up' }]);
  expect(heardWords(flow)).toEqual(['Bye']);
});

it('asks the wire for sounds, keys and languages, and goes on talking', async () => {
  const flow = startWishing((call) => {
    call.play('https://example.com/hold.mp3');
    call.sendDigits('1w2');
    call.setLanguage('es-MX');
  });
  flow.final(1, 'please do it');
  await flow.clock.advance(10_000);
  expect(flow.of('sound.requested')).toMatchObject([{ source: 'https://example.com/hold.mp3' }]);
  expect(flow.of('digits.requested')).toMatchObject([{ digits: '1w2' }]);
  expect(flow.of('language.requested')).toMatchObject([{ language: 'es-MX' }]);
  expect(flow.replies().at(-1)?.interrupted).toBe(false);
  expect(flow.of('call.closed')).toEqual([]);
});

for (const message of ['Please call us back.', undefined]) {
  it(`ends the call on a machine: ${message ? 'after its message' : 'at once'}`, async () => {
    const clock = new SimulatedClock();
    const flow = startFlow({
      clock,
      agent: makeAgent({
        greeting: 'Hello, how can I help you today?',
        say: { ...makeAgent().say, ...(message ? { voicemail: message } : {}) },
      }),
      output: () =>
        createSpokenOutput({ voice: createScriptedVoice({ clock, synthesisMs: 20, wordMs: WORD_MS }), clock }),
      script: () => say('Yes.'),
    });
    await clock.advance(20 + WORD_MS + 50);
    flow.send({ type: 'voicemail.detected' });
    await clock.advance(10_000);
    expect(heardWords(flow)).toEqual(message ? ['Hello,', message] : ['Hello,']);
    expect(flow.of('call.closed')).toMatchObject([{ reason: 'voicemail' }]);
  });
}

it('keeps of an interrupted reply what the wire says was spoken', async () => {
  const flow = startWishing(() => undefined);
  flow.final(1, 'is it open');
  await flow.clock.advance(20 + 4 * WORD_MS);
  flow.send({ type: 'playback.interrupted', turn: 1, heard: 'Yes of' });
  await flow.clock.advance(10);
  expect(flow.replies()).toMatchObject([{ turn: 1, heard: 'Yes of', interrupted: true }]);
  flow.final(2, 'thank you');
  await flow.clock.advance(10_000);
  expect(flow.readContext(-1)).toBe(' is it open Yes of thank you');
});

it('takes more of a reply for heard than it did, when the wire says so after the caller spoke', async () => {
  const flow = startWishing(() => undefined);
  flow.final(1, 'is it open');
  await flow.clock.advance(20 + 2 * WORD_MS);
  flow.partial(2, 'thank');
  expect(flow.replies()).toMatchObject([{ turn: 1, interrupted: true }]);
  expect(flow.replies()[0]?.heard.length).toBeLessThan('Yes of course'.length);
  flow.send({ type: 'playback.interrupted', turn: 1, heard: 'Yes of course' });
  flow.final(2, 'thank you');
  await flow.clock.advance(10_000);
  expect(flow.readContext(-1)).toBe(' is it open Yes of course thank you');
});

it('passes over what the wire says of a reply that is long gone', async () => {
  const flow = startWishing(() => undefined);
  flow.final(1, 'is it open');
  await flow.clock.advance(10_000);
  flow.final(2, 'thank you');
  await flow.clock.advance(20 + 2 * WORD_MS);
  flow.send({ type: 'playback.interrupted', turn: 1, heard: 'Yes' });
  await flow.clock.advance(10_000);
  expect(heardWords(flow)).toEqual(['Yes of course it is.', 'Yes of course it is.']);
});

it('says only the goodbye when the agent hangs up between two turns', async () => {
  let wished: CallContext | undefined;
  const flow = startWishing(
    () => undefined,
    (call) => {
      wished = call;
    },
  );
  flow.final(1, 'is it open');
  await flow.clock.advance(10_000);
  wished?.hangUp();
  await flow.clock.advance(20 + 2 * WORD_MS);
  expect(flow.of('call.closed')).toEqual([]);
  await flow.clock.advance(2 * WORD_MS);
  expect(heardWords(flow)).toEqual(['Yes of course it is.', 'Bye for now.']);
  expect(flow.of('call.closed')).toMatchObject([{ reason: 'agent-hung-up' }]);
});

it('keeps the reply in the history when more words come before the goodbye was heard', async () => {
  let wished: CallContext | undefined;
  const flow = startWishing(
    () => undefined,
    (call) => {
      wished = call;
    },
  );
  flow.final(1, 'is it open');
  await flow.clock.advance(10_000);
  wished?.hangUp();
  await flow.clock.advance(10);
  flow.final(1, 'is it open on sunday');
  await flow.clock.advance(10_000);
  expect(flow.readContext(-1)).toBe(' is it open Yes of course it is. is it open on sunday');
  expect(flow.of('call.closed')).toEqual([]);
});
