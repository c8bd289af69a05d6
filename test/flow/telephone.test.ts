import { expect, it } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createPacedOutput, FIRST_SOUND_MS, SPOKEN_CHARACTER_MS } from '../../src/output/paced-output.ts';
import { createRelayWire } from '../../src/protocol/relay.ts';
import type { Script } from '../../src/testing/scripted-engine.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';

const toSpeechMs = (text: string) => FIRST_SOUND_MS + text.length * SPOKEN_CHARACTER_MS;
const LONG = 'We have a table for two at eight on the terrace, and another one at nine by the window upstairs.';

/** A call over ConversationRelay: the network's messages in, the frames that it gets and when out. */
function startTelephone(agent: Agent, script: Script, clock = new SimulatedClock()) {
  const wire = createRelayWire();
  const frames: { readonly atMs: number; readonly frame: unknown }[] = [];
  wire.read('{"type":"setup"}');
  wire.startCall();
  const flow = startFlow({
    clock,
    agent,
    script,
    output: createPacedOutput,
    hasAudio: false,
    report(event) {
      for (const frame of wire.write(event)) frames.push({ atMs: clock.nowMs(), frame: JSON.parse(frame.toString()) });
    },
  });
  const send = (message: object) => {
    const reading = wire.read(JSON.stringify(message));
    if (reading.kind === 'events') for (const event of reading.events) flow.send(event);
  };
  return {
    flow,
    frames,
    send,
    prompt: (voicePrompt: string, last = true) => send({ type: 'prompt', voicePrompt, last }),
    timeOf: (wanted: object) =>
      frames.find(({ frame }) => expect.objectContaining(wanted).asymmetricMatch(frame))?.atMs,
  };
}

it('sends a reply at once, last token included, and asks a silent caller only after it was spoken', async () => {
  const agent = makeAgent({ idle: { afterMs: 8000, maxPrompts: 1 } });
  const { frames, prompt, timeOf, flow } = startTelephone(agent, () => say(LONG));
  prompt('what is free');
  await flow.clock.advance(100);
  expect(frames.map(({ frame }) => frame)).toEqual([
    { type: 'text', token: LONG, last: false },
    { type: 'text', token: '', last: true },
  ]);
  const repliedMs = timeOf({ token: LONG }) ?? Number.NaN;
  await flow.clock.advance(60_000);
  const idleMs = timeOf({ token: agent.say.idle });
  expect(idleMs).toBeCloseTo(repliedMs + toSpeechMs(LONG) + 8000, 0);
});

it('ends the call when the goodbye may have been spoken, not when it was sent', async () => {
  const clock = new SimulatedClock();
  const tool = makeTool(clock, { name: 'stop', effect: 'write' });
  const leave: typeof tool = {
    ...tool,
    run: async (_, { call }) => {
      call.hangUp();
      return null;
    },
  };
  const agent = makeAgent({ tools: [leave] });
  const { prompt, timeOf, flow } = startTelephone(agent, () => decideCall('stop', { city: 'x' }), clock);
  prompt('that was all');
  await clock.advance(60_000);
  const saidMs = timeOf({ token: agent.say.goodbye }) ?? Number.NaN;
  expect(timeOf({ type: 'end' })).toBeCloseTo(saidMs + toSpeechMs(agent.say.goodbye), 0);
  expect(flow.clock.countTimers).toBe(0);
});

it('keeps of an interrupted reply what the network spoke', async () => {
  const { send, prompt, flow } = startTelephone(makeAgent(), (heard) => say(heard.endsWith('nine') ? 'Done.' : LONG));
  prompt('what is free');
  await flow.clock.advance(3000);
  send({ type: 'interrupt', utteranceUntilInterrupt: 'We have a table for two' });
  prompt('better at nine');
  await flow.clock.advance(10_000);
  expect(flow.replies()).toEqual([
    { turn: 1, text: LONG, heard: 'We have a table for two', interrupted: true },
    { turn: 2, text: 'Done.', heard: 'Done.', interrupted: false },
  ]);
  expect(flow.readContext(-1)).toBe(' what is free We have a table for two better at nine');
});

it('takes an answer that comes before the estimated end of the speech, short as it is', async () => {
  const plain = makeAgent();
  const agent = { ...plain, interruption: { ...plain.interruption, minWords: 3 } };
  const { prompt, flow } = startTelephone(agent, (heard) => say(heard.endsWith('yes') ? 'Done.' : LONG));
  prompt('what is free');
  await flow.clock.advance(4000);
  prompt('yes');
  await flow.clock.advance(10_000);
  expect(flow.replies()).toEqual([
    { turn: 1, text: LONG, heard: LONG, interrupted: false },
    { turn: 2, text: 'Done.', heard: 'Done.', interrupted: false },
  ]);
});

it('tells the network not to stop a protected line, and answers after it what was said over it', async () => {
  const plain = makeAgent();
  const agent = {
    ...plain,
    greeting: 'This call is recorded.',
    interruption: { ...plain.interruption, uninterruptible: ['greeting'] as const },
  };
  const { frames, prompt, timeOf, flow } = startTelephone(agent, () => say('Sure.'));
  await flow.clock.advance(300);
  prompt('a table');
  await flow.clock.advance(10_000);
  expect(frames.map(({ frame }) => frame)).toEqual([
    { type: 'text', token: agent.greeting, last: false, interruptible: false },
    { type: 'text', token: '', last: true, interruptible: false },
    { type: 'text', token: 'Sure.', last: false },
    { type: 'text', token: '', last: true },
  ]);
  expect(timeOf({ token: 'Sure.' })).toBeGreaterThanOrEqual(toSpeechMs(agent.greeting));
});

it('keeps what was said before a turn that was taken back, whatever the network says of that turn', async () => {
  const flow = startFlow({ agent: makeAgent({ greeting: 'Hello and welcome.' }), script: () => say('Thank you.') });
  await flow.clock.advance(20_000);
  flow.send({ type: 'transcript.updated', turn: 1, text: 'book', state: 'final' });
  flow.send({ type: 'transcript.updated', turn: 1, text: 'book a table', state: 'interim' });
  flow.send({ type: 'playback.interrupted', turn: 0, heard: '' });
  flow.send({ type: 'transcript.updated', turn: 1, text: 'book a table now', state: 'final' });
  await flow.clock.advance(20_000);
  expect(flow.readContext(-1)).toContain('Hello and welcome.');
});

it('takes a yes that comes before the voice can have begun for no answer, and for nothing that was heard', async () => {
  const clock = new SimulatedClock();
  const pay = makeTool(clock, { name: 'pay', effect: 'write', confirm: true });
  const agent = makeAgent({ tools: [pay] });
  const { prompt, flow } = startTelephone(
    agent,
    (heard) => (heard.endsWith('}') ? say('Done.') : decideCall('pay', { city: 'x' })),
    clock,
  );
  prompt('pay ten');
  await clock.advance(50);
  prompt('yes please');
  await clock.advance(50);
  expect(pay.runs).toEqual([]);
  expect(flow.replies()).toMatchObject([{ turn: 1, heard: '', interrupted: true }]);
  expect(flow.readContext(-1)).toBe(' pay ten yes please');
  await clock.advance(3000);
  prompt('yes please');
  await clock.advance(50);
  expect(pay.runs).toHaveLength(1);
});
