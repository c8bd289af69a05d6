// A program with calls whose agents throw where nobody can catch it, and one that doesn't: what became of each, as JSON, then the exit code.

import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../src/base/clock.ts';
import { watchStopSignal } from '../../src/cli/stop-signal.ts';
import { type AuthorFailure, findAuthorScope } from '../../src/session/author-code.ts';
import { decideCall, makeAgent, makeTool, say, startFlow } from './flow.ts';

const raise = (text: string) => () => {
  throw new Error(text);
};

/** What an agent's code does before it goes on as if nothing were. */
const ways: Readonly<Record<string, (signal: AbortSignal) => void>> = {
  timer: () => void setTimeout(raise('timer'), 1),
  interval: () => void setInterval(raise('interval'), 1),
  immediate: () => void setImmediate(raise('immediate')),
  tick: () => process.nextTick(raise('tick')),
  emitter: () => {
    const client = new EventEmitter();
    setTimeout(() => client.emit('error', new Error('emitter')), 1);
  },
  socket: () => void connect(1, '127.0.0.1'),
  program: () => void spawn('/no/such/program'),
  thread: () => void new Worker('throw new Error("thread")', { eval: true }),
  later: () => void Promise.resolve().then(() => setTimeout(raise('later'), 1)),
  listener: (signal) => signal.addEventListener('abort', raise('listener')),
  rejection: () => void Promise.reject(new Error('rejection')),
  forgotten: () => void (async () => raise('forgotten')())(),
};

function startCall(way: string, part: 'tool' | 'onCallStart' | 'greeting') {
  const work = ways[way] ?? (() => undefined);
  const failures: AuthorFailure[] = [];
  const flow = startFlow({
    script: (heard) => (heard.endsWith('do it') ? decideCall('pay', { city: 'Oakland' }) : say('Yes.')),
    authorFailed: (failure) => failures.push(failure),
    agent: makeAgent({
      say: { ...makeAgent().say, apology: 'Sorry.' },
      ...(part === 'onCallStart' ? { onCallStart: () => work(new AbortController().signal) } : {}),
      ...(part === 'greeting'
        ? {
            greeting: () => {
              work(new AbortController().signal);
              return 'Hello.';
            },
          }
        : {}),
    }),
  });
  return { flow, failures };
}

function startTool(way: string) {
  const failures: AuthorFailure[] = [];
  const base = startFlow({ script: () => say('') });
  const pay = {
    ...makeTool(base.clock, { name: 'pay', effect: 'write' }),
    run: (_: unknown, { signal }: { readonly signal: AbortSignal }) => {
      ways[way]?.(signal);
      return new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  };
  const flow = startFlow({
    clock: base.clock,
    script: (heard) => (heard.endsWith('do it') ? decideCall('pay', { city: 'Oakland' }) : say('Yes.')),
    authorFailed: (failure) => failures.push(failure),
    agent: makeAgent({ tools: [pay], say: { ...makeAgent().say, apology: 'Sorry.' } }),
  });
  return { flow, failures };
}

const faults: string[] = [];
const stop = watchStopSignal({
  source: process,
  clock: systemClock,
  faulted: (error) => void faults.push(String(error)),
  findOrigin: findAuthorScope,
  exit: process.exit,
});

let isStopping = false;
void stop.stopped.then(() => {
  isStopping = true;
});
const bystander = startCall('none', 'tool');
const calls = [
  ...Object.keys(ways).map((way) => ({ name: way, ...startTool(way) })),
  { name: 'onCallStart', ...startCall('timer', 'onCallStart') },
  { name: 'greeting', ...startCall('timer', 'greeting') },
];
for (const { flow } of calls) flow.final(1, 'do it');
for (const { name, flow, failures } of calls) {
  // The signal is aborted when the tool's time is over.
  await flow.clock.advance(name === 'listener' ? 5000 : 100);
  while (!isStopping && !failures.some(({ code }) => code.startsWith('un')))
    await new Promise((resolve) => setTimeout(resolve, 1));
  await flow.clock.advance(1000);
}
bystander.flow.final(1, 'are you there');
await bystander.flow.clock.advance(1000);
process.stdout.write(
  JSON.stringify({
    calls: calls.map(({ name, flow, failures }) => ({
      name,
      failure: failures.find(({ code }) => code.startsWith('un')),
      message: failures.map(({ cause }) => (cause instanceof Error ? cause.message : '')).join(),
      countStarted: flow.of('tool.started').length,
      said: flow.replies().at(-1)?.text,
      closed: flow.of('call.closed').map(({ reason }) => reason),
    })),
    bystander: { replies: bystander.flow.replies(), failures: bystander.failures },
    faults,
  }),
);
setTimeout(raise('nobody knows'), 1);
const code = await stop.stopped;
process.stderr.write(faults.join());
process.exit(code);
