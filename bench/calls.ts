// `repartee bench calls`: the fixtures' callers as load over real sockets, from another process.

import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { Agent, DraftPolicy } from '../src/agent/agent.ts';
import { changeAgents } from '../src/agent/handoffs.ts';
import { parseOptions, toWhole } from '../src/arguments.ts';
import { systemClock } from '../src/base/clock.ts';
import { toDeviceOption } from '../src/cli/device-argument.ts';
import { RuntimeError, UsageError } from '../src/errors.ts';
import { packagePath } from '../src/package-path.ts';
import { listCallFiles, readCall } from '../src/playback/call-files.ts';
import { playInThePast } from '../src/playback/played-world.ts';
import { exampleAgents } from '../src/runtime/example-agents.ts';
import { createParts } from '../src/runtime/parts.ts';
import { readAgents } from '../src/runtime/read-agents.ts';
import { serveAgents } from '../src/runtime/served-agents.ts';
import { startServer } from '../src/server/server.ts';
import { createTraceFolder } from '../src/trace/store/trace-folder.ts';
import { chooseTransport } from '../src/transport/choose.ts';
import { type CallsBench, renderCalls, type Soak, summariseCalls, toSlope } from './calls-figures.ts';
import type { CallsDone, CallsOrder } from './calls-messages.ts';
import { describeMachine } from './machine.ts';

const HELP = `usage: repartee bench calls [--json] [--concurrency N] [--calls M] [--pace N] [--idle N] [--soak N] [--drafts POLICY]
       [--model DIR]

Plays fixtures/calls, in text, over real sockets; the callers are another process.

  --json           one JSON object instead of a table
  --concurrency N  calls at once (default 1)
  --calls M        calls in all, of the fixtures by turns (default: 6 of each caller at once)
  --pace N         callers speak N times as fast (default 1: as they did)
  --idle N         then N calls open that say nothing, and what memory they take (default 1000)
  --soak N         then N short calls one after another, and what is left of them (default 0)
  --drafts POLICY  every-partial, likely-end or final, for all agents (default: as each says)
  --model DIR      a model folder (default: the one that comes with repartee)
  --device NAME    what runs the model: cpu, webgpu, cuda or auto (default auto)
`;

/** A run of some three minutes. */
const CALLS_OF_A_CALLER = 6;
const LAG_RESOLUTION_MS = 1;
/** Parts of a soak, between which memory is read. */
const SOAK_PARTS = 20;
const SETTLING_MS = 1000;

interface Settings {
  readonly concurrency: number;
  readonly calls: number;
  readonly pace: number;
  readonly idle: number;
  readonly soak: number;
  readonly drafts: DraftPolicy | 'as each says';
}

const policies: readonly DraftPolicy[] = ['every-partial', 'likely-end', 'final'];

/** Throws UsageError, RuntimeError. */
export async function benchCalls(argv: readonly string[]): Promise<void> {
  const options = parse(argv);
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const files = await listCallFiles(packagePath('fixtures/calls'));
  const concurrency = toWhole('--concurrency', options.concurrency, 1, 1000);
  const settings = {
    concurrency,
    calls:
      options.calls === undefined ? CALLS_OF_A_CALLER * concurrency : toWhole('--calls', options.calls, 1, 1_000_000),
    pace: toWhole('--pace', options.pace, 1, 100),
    idle: toWhole('--idle', options.idle, 0, 10_000),
    soak: toWhole('--soak', options.soak, 0, 1_000_000),
    drafts: options.drafts === undefined ? ('as each says' as const) : toPolicy(options.drafts),
  };
  playInThePast(await Promise.all(files.map((file) => readCall(file, () => undefined))));
  const bench = await measure(settings, options.model, toDeviceOption(options.device));
  process.stdout.write(options.json ? `${JSON.stringify(bench)}\n` : renderCalls(bench));
}

function toPolicy(name: string): DraftPolicy {
  const policy = policies.find((one) => one === name);
  if (policy === undefined) throw new UsageError(`--drafts is "${name}", expected ${policies.join(', ')}`);
  return policy;
}

async function measure(
  settings: Settings,
  modelDir: string | undefined,
  device: ReturnType<typeof toDeviceOption>,
): Promise<CallsBench> {
  const warn = (line: string) => void process.stderr.write(`${line}\n`);
  // Written down like all calls.
  const folder = await mkdtemp(join(tmpdir(), 'repartee-bench-'));
  const sinks = [createTraceFolder({ folder, redaction: 'none', warn })];
  const parts = await createParts({
    voice: null,
    warn,
    sinks,
    ...device,
    ...(modelDir === undefined ? {} : { modelDir }),
  });
  const { drafts } = settings;
  const set = (agent: Agent) =>
    drafts === 'as each says' ? agent : changeAgents(agent, (one) => ({ ...one, drafts }));
  const read = await readAgents(exampleAgents(), modelDir);
  const served = { agents: new Map([...read].map(([name, agent]) => [name, set(agent)])), files: exampleAgents() };
  const agents = await serveAgents({ parts, ...served, isWatching: false, tell: warn });
  const { transport } = await chooseTransport();
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    maxCalls: Math.max(settings.concurrency, settings.idle) + 8,
    pageDir: packagePath('dist/page'),
    transport,
    clock: systemClock,
    log: () => undefined,
  });
  const callers = fork(packagePath('dist/bench/calls-client.js'));
  const { url } = server;
  try {
    server.serve(agents.calls);
    await order(callers, { type: 'load', url, concurrency: 1, calls: 1, pace: 20 });
    const idleMb = readRssMb();
    const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
    lag.enable();
    const { concurrency, calls, pace } = settings;
    const loaded = await order(callers, { type: 'load', url, concurrency, calls, pace });
    lag.disable();
    const callsMb = readRssMb();
    const { errorCodes, ...idled } = await hold(callers, url, settings.idle);
    const soak =
      settings.soak > 0 ? await soakCalls(callers, url, settings.soak, () => parts.stats().countSequences) : undefined;
    return {
      machine: describeMachine(),
      settings: { ...settings, audio: false, transport: transport.name },
      ...summariseCalls(loaded.turns),
      eventLoopLagP99: Math.max(0, Math.round((lag.percentile(99) / 1e6 - LAG_RESOLUTION_MS) * 100) / 100),
      rssMb: { idle: idleMb, calls: callsMb },
      errors: loaded.errors.length,
      errorCodes: [...new Set([...loaded.errors, ...errorCodes])],
      idle: idled,
      ...(soak ? { soak } : {}),
    };
  } finally {
    callers.disconnect();
    await server.drain(0);
    await agents.close();
    await parts.close();
    await rm(folder, { recursive: true });
  }
}

async function hold(callers: ChildProcess, url: string, calls: number) {
  const beforeMb = readRssMb();
  const { errors } = await order(callers, { type: 'hold', url, calls });
  const rssMb = Math.max(0, Math.round((readRssMb() - beforeMb) * 10) / 10);
  await order(callers, { type: 'hold', url, calls: 0 });
  return { calls, rssMb, errors: errors.length, errorCodes: errors };
}

async function soakCalls(
  callers: ChildProcess,
  url: string,
  calls: number,
  countSequences: () => number,
): Promise<Soak> {
  const rssMb: number[] = [];
  let countErrors = 0;
  // What the first calls allocate for good is no leak.
  await order(callers, { type: 'soak', url, calls: Math.ceil(calls / SOAK_PARTS) });
  const before = await countResources();
  for (let part = 0; part < SOAK_PARTS; part++) {
    const done = await order(callers, { type: 'soak', url, calls: Math.ceil(calls / SOAK_PARTS) });
    countErrors += done.errors.length;
    rssMb.push(readRssMb());
  }
  const countCalls = SOAK_PARTS * Math.ceil(calls / SOAK_PARTS);
  const [first, last] = [rssMb[0] ?? 0, rssMb.at(-1) ?? 0];
  return {
    calls: countCalls,
    rssMb: { first, last, slopePer1000Calls: toSlope(rssMb, countCalls / SOAK_PARTS / 1000) },
    left: { ...countLeft(before, await countResources()), sequences: countSequences() },
    errors: countErrors,
  };
}

/**
 * Sockets and timers that keep a process alive, once those of the last call had time to close; an actor that waits
 * holds a timer.
 */
async function countResources() {
  await setTimeout(SETTLING_MS);
  const names = process.getActiveResourcesInfo();
  const timers = names.filter((name) => name === 'Timeout').length;
  return { timers, handles: names.length - timers };
}

type Resources = Awaited<ReturnType<typeof countResources>>;

function countLeft(before: Resources, after: Resources) {
  return { timers: after.timers - before.timers, handles: after.handles - before.handles };
}

function order(callers: ChildProcess, wanted: CallsOrder): Promise<CallsDone> {
  return new Promise((resolve, reject) => {
    const answered = (done: CallsDone) => {
      callers.off('exit', lost);
      resolve(done);
    };
    const lost = (code: number | null) => {
      callers.off('message', answered);
      reject(new RuntimeError('callers-lost', `the callers' process ended with ${code} before its answer`));
    };
    callers.once('message', answered);
    callers.once('exit', lost);
    callers.send(wanted);
  });
}

function readRssMb(): number {
  return Math.round(process.memoryUsage.rss() / 1e5) / 10;
}

function parse(argv: readonly string[]) {
  return parseOptions(argv, {
    json: { type: 'boolean', default: false },
    concurrency: { type: 'string', default: '1' },
    calls: { type: 'string' },
    pace: { type: 'string', default: '1' },
    idle: { type: 'string', default: '1000' },
    soak: { type: 'string', default: '0' },
    drafts: { type: 'string' },
    model: { type: 'string' },
    device: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
}
