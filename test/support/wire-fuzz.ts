// A server's gate, real calls behind it and a scripted model; one peer that behaves, and a wild one beside it.

import fc from 'fast-check';
import { expect } from 'vitest';
import { z } from 'zod';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { AgentError } from '../../src/errors.ts';
import { createPacedOutput } from '../../src/output/paced-output.ts';
import { createTextOutput } from '../../src/output/text-output.ts';
import { createNativeWire } from '../../src/protocol/native.ts';
import { nativeCloseCodes, nativeLimits } from '../../src/protocol/native-messages.ts';
import { createRelayWire } from '../../src/protocol/relay.ts';
import type { Wire } from '../../src/protocol/wire.ts';
import { Admission } from '../../src/server/calls/admission.ts';
import { createLog } from '../../src/server/log.ts';
import { startCall } from '../../src/session/call.ts';
import { createPromptPrefixes } from '../../src/session/prompt-prefixes.ts';
import { createScriptedEngine, type Script } from '../../src/testing/scripted-engine.ts';
import { decideCall, makeAgent, makeTool, prompt, say, tokenizer } from './flow.ts';
import { createMemorySocket, type MemorySocket } from './memory-socket.ts';
import { parseServerMessage } from './server-message-schema.ts';
import {
  nativeMessage,
  nativeOpening,
  relayMessage,
  relayOpening,
  spokenMark,
  type WildFrame,
  wildFrames,
} from './wild-frames.ts';

interface WildWire {
  readonly name: string;
  readonly create: () => Wire;
  readonly frames: fc.Arbitrary<WildFrame[]>;
  /** Throws where a frame of the server breaks the wire as documented. */
  readonly check: (frame: string) => unknown;
}

const FRAMES_OF_A_CALL = 60;
/** A peer that went comes again, so often. */
const MAX_SOCKETS = 4;

const relayReply = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), token: z.string(), last: z.boolean() }),
  z.strictObject({ type: z.literal('end'), handoffData: z.string() }),
]);

const wires: readonly WildWire[] = [
  {
    name: 'the native wire',
    create: createNativeWire,
    frames: wildFrames(nativeOpening, nativeMessage, FRAMES_OF_A_CALL),
    check: parseServerMessage,
  },
  {
    name: 'the relay',
    create: createRelayWire,
    frames: wildFrames(relayOpening, relayMessage, FRAMES_OF_A_CALL),
    check: (frame) => relayReply.parse(JSON.parse(frame)),
  },
];

/** `fuzz` plays one call after another until a peer has sent so many messages, and gives how many were read. */
export const fuzzWires = wires.map((wire) => ({ name: wire.name, fuzz: (count: number) => fuzzCalls(wire, count) }));

async function fuzzCalls(wire: WildWire, countMessages: number): Promise<number> {
  let countRead = 0;
  const property = fc.asyncProperty(wire.frames, async (frames) => {
    countRead += await fuzzCall(wire, frames);
  });
  while (countRead < countMessages) await fc.assert(property, { numRuns: 10 });
  return countRead;
}

/** Longer than any call waits for anything but its caller. */
const LONG_MS = 60_000;
const CLOSE_CODES: readonly number[] = [
  nativeCloseCodes.callEnded,
  nativeCloseCodes.binaryRefused,
  nativeCloseCodes.policyBroken,
];

const script: Script = (heard, { acts }) => {
  if (heard.endsWith('no')) return { ...say('x'), fails: 'model failed' };
  if (heard.endsWith('wait') && acts.includes('wait')) return { act: 'wait', text: '' };
  const tool = ['book', 'find'].find((name) => heard.includes(name));
  if (tool !== undefined && !heard.endsWith('}') && acts.includes('call')) return decideCall(tool, { city: 'Denver' });
  return { ...say('An answer.'), prefillMs: 20, denoiseMs: 10, countSteps: 2 };
};

/** Plays the frames on a socket of their own, and checks all that is promised of it; gives how many messages were read. */
async function fuzzCall(wire: WildWire, frames: readonly WildFrame[]): Promise<number> {
  const clock = new SimulatedClock();
  const engine = createScriptedEngine(tokenizer, clock, script);
  const agent = makeAgent({
    greeting: 'Hello.',
    tools: [makeTool(clock, { name: 'find', takesMs: 50 }), makeTool(clock, { name: 'book', effect: 'write' })],
    readVariables(given) {
      if ('unwanted' in given) throw new AgentError('variables-invalid', 'the agent takes no unwanted');
      return given;
    },
  });
  const promptPrefixOf = createPromptPrefixes(prompt);
  const logLines: string[] = [];
  const admission = new Admission({ maxCalls: 8, clock, log: createLog((line) => logLines.push(line)) });
  admission.open({
    agents: ['test'],
    openCall: ({ callId, clientSynthesizes, variables, report }) =>
      startCall({
        model: { engine, tokenizer, prompt },
        clock,
        agent,
        promptPrefixOf,
        callId,
        variables,
        output: clientSynthesizes ? createPacedOutput(clock) : createTextOutput(),
        hasAudio: false,
        report,
      }),
  });
  const good = createMemorySocket(clock, 5);
  admission.admit(good, createNativeWire());
  const sayWell = (message: object) => good.tell((listener) => listener.text(JSON.stringify(message)));
  sayWell({ type: 'call.started', version: 1, callId: 'good' });
  const sockets: MemorySocket[] = [];
  const connect = () => {
    const socket = createMemorySocket(clock, sockets.length % 2 === 0 ? 5 : 2000);
    sockets.push(socket);
    admission.admit(socket, wire.create());
    return socket;
  };
  let wild = connect();
  let countRead = 0;
  for (const [index, frame] of frames.entries()) {
    if (wild.isOpen && frame.kind === 'text') countRead++;
    await play(frame, wild, clock);
    if (frame.kind === 'vanish' && sockets.length < MAX_SOCKETS) wild = connect();
    if (index === frames.length >> 1) sayWell({ type: 'transcript.updated', turn: 1, text: 'hello', state: 'final' });
  }
  await clock.advance(1000);
  sayWell({ type: 'transcript.updated', turn: 2, text: 'hello again', state: 'final' });
  await clock.advance(1000);
  wild.vanish();
  await clock.advance(LONG_MS);

  expect(readReplies(good)).toEqual(['Hello.', 'An answer.', 'An answer.']);
  for (const { frames: sent, closeCode } of sockets) {
    for (const frame of sent) wire.check(String(frame));
    if (closeCode !== undefined) expect(CLOSE_CODES).toContain(closeCode);
  }
  const log = logLines.join('');
  expect(log).not.toContain(spokenMark);
  const { counters, countCalls, countSockets } = admission.state;
  expect([counters.countCallsFailed, countCalls, countSockets]).toEqual([0, 1, 1]);
  expect(log.split('"message.refused"').length - 1).toBe(counters.countMessagesRefused);
  expect(counters.countMessagesRefused).toBeLessThanOrEqual(sockets.length * (nativeLimits.countProblems + 1));
  sayWell({ type: 'call.ended' });
  await clock.advance(LONG_MS);
  expect([engine.countOpen, clock.countTimers, admission.state.countSockets]).toEqual([0, 0, 0]);
  return countRead;
}

async function play(frame: WildFrame, socket: MemorySocket, clock: SimulatedClock): Promise<void> {
  switch (frame.kind) {
    case 'text':
      return socket.tell((listener) => listener.text(frame.text));
    case 'binary':
      return socket.tell((listener) => listener.binary(Buffer.of(1, 2)));
    case 'flood':
      return socket.tell((listener) => listener.flooded());
    case 'vanish':
      return socket.vanish();
    case 'wait':
      return clock.advance(frame.delayMs);
  }
}

function readReplies(socket: MemorySocket): string[] {
  return socket.frames
    .map((frame) => parseServerMessage(String(frame)))
    .flatMap((message) => (message.type === 'reply.ended' ? [message.text] : []));
}
