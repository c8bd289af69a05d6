import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { toSlope } from '../../bench/calls-figures.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { Engine } from '../../src/engine/sequence.ts';
import { createTextOutput } from '../../src/output/text-output.ts';
import { startServer } from '../../src/server/server.ts';
import { startCall } from '../../src/session/call.ts';
import { createPromptPrefixes } from '../../src/session/prompt-prefixes.ts';
import { createScriptedEngine } from '../../src/testing/scripted-engine.ts';
import { decideCall, makeAgent, makeTool, prompt, say, tokenizer } from '../support/flow.ts';
import { transport } from '../support/transport.ts';
import { connectWire } from '../support/wire-client.ts';

const COUNT_CALLS = 10_000;
const COUNT_PARTS = 20;
/** Parts in which caches fill. */
const COUNT_WARM_PARTS = 4;
/** What a call holds is tens of thousands; code that is compiled late, and maps that grow once, are tens. */
const MAX_LEFT_BYTES = 300;
/** By which the memory of the process comes and goes, a call, over all of them. */
const RSS_NOISE_BYTES = 4000;

/** Of the collector, until finalizers of all calls have run. */
const MAX_ROUNDS = 100;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

it('leaves nothing of ten thousand calls one after another: no memory, handle, timer, actor or sequence', {
  timeout: 900_000,
}, async () => {
  const clock = countTimers();
  let countSequences = 0;
  /** One for each call: it remembers what it was asked. */
  const createEngine = (): Engine => {
    const engine = createScriptedEngine(tokenizer, clock, (heard, { acts }) =>
      !heard.endsWith('}') && acts.includes('call') ? decideCall('find', { city: 'Denver' }) : say('It is open.'),
    );
    return {
      ...engine,
      open(promptPrefix) {
        const sequence = engine.open(promptPrefix);
        countSequences++;
        return {
          ...sequence,
          close() {
            countSequences--;
            sequence.close();
          },
        };
      },
    };
  };
  const find = { ...makeTool(new SimulatedClock(), { name: 'find' }), run: async () => ({ count: 1 }) };
  const agent = makeAgent({ greeting: 'Hello.', tools: [find] });
  const promptPrefixOf = createPromptPrefixes(prompt);
  // An actor that is left holds what it reports to.
  let countCollected = 0;
  const reports = new FinalizationRegistry(() => countCollected++);
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    maxCalls: 4,
    pageDir: '/nonexistent',
    transport,
    clock,
    log: () => undefined,
  });
  server.serve({
    agents: [agent.name],
    openCall({ callId, report }) {
      const said: typeof report = (event) => report(event);
      reports.register(said, callId);
      const model = { engine: createEngine(), tokenizer, prompt };
      return startCall({
        model,
        clock,
        agent,
        promptPrefixOf,
        callId,
        output: createTextOutput(),
        hasAudio: false,
        report: said,
      });
    },
  });
  const measure = async (countCalls: number) => {
    for (let round = 0; round < MAX_ROUNDS && countCollected < countCalls; round++) {
      collectGarbage();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { heapUsed, rss } = process.memoryUsage();
    return { heapUsed, rss, handles: process.getActiveResourcesInfo().length, timers: clock.countTimers() };
  };
  const parts: Awaited<ReturnType<typeof measure>>[] = [];
  for (let count = 1; count <= COUNT_CALLS; count++) {
    await talk(server.url);
    if (count % (COUNT_CALLS / COUNT_PARTS) === 0) parts.push(await measure(count));
  }
  const settled = parts.slice(COUNT_WARM_PARTS);
  const slope = (values: readonly number[]) => toSlope(values, COUNT_CALLS / COUNT_PARTS);
  expect(slope(settled.map(({ heapUsed }) => heapUsed))).toBeLessThan(MAX_LEFT_BYTES);
  expect(slope(settled.map(({ rss }) => rss))).toBeLessThan(RSS_NOISE_BYTES);
  expect(parts.at(-1)).toMatchObject({ handles: parts[0]?.handles, timers: parts[0]?.timers });
  expect([countSequences, countCollected]).toEqual([0, COUNT_CALLS]);
  await server.drain(0);
  expect(clock.countTimers()).toBe(0);
});

/** A greeting, a turn with a tool call, and the end; once the other side has closed, too. */
async function talk(url: string): Promise<void> {
  const client = await connectWire(url);
  client.send({ type: 'call.started', version: 1 });
  client.send({ type: 'transcript.updated', turn: 1, text: 'is anything', state: 'interim' });
  client.send({ type: 'transcript.updated', turn: 1, text: 'is anything open', state: 'final' });
  for (;;) if ((await client.nextOf('reply.ended')).turn === 1) break;
  client.send({ type: 'call.ended' });
  await client.closed;
}

/** Real time that knows its timers. */
function countTimers(): Clock & { countTimers(): number } {
  const timers = new Set<unknown>();
  return {
    nowMs: systemClock.nowMs,
    setTimeout(run, delayMs) {
      const timer = systemClock.setTimeout(() => {
        timers.delete(timer);
        run();
      }, delayMs);
      timers.add(timer);
      return timer;
    },
    clearTimeout(timer) {
      timers.delete(timer);
      systemClock.clearTimeout(timer);
    },
    countTimers: () => timers.size,
  };
}
