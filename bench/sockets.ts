// `repartee bench sockets`: what a socket and a frame cost over each transport, the servers in processes of their own.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { parseOptions, toWhole } from '../src/arguments.ts';
import { percentile } from '../src/base/percentile.ts';
import { packagePath } from '../src/package-path.ts';
import { describeMachine } from './machine.ts';
import type { ServerReport } from './sockets-server.ts';

const HELP = `usage: repartee bench sockets [--json] [--idle N] [--frames N] [--rounds N]

Opens sockets to a server that echoes, over ws and, where it is installed, over uWebSockets.js, by turns.

  --json      one JSON object instead of a table
  --idle N    sockets that are open and say nothing, for their memory (default 1000)
  --frames N  frames of 200 characters that go forth and back, over 32 sockets at once (default 20000)
  --rounds N  turns of each transport (default 3)
`;

const transports = ['ws', 'uWebSockets.js'] as const;
const COUNT_TALKING = 32;
/** Keeps each socket well within the frames a second that a server takes. */
const FRAME_GAP_MS = 8;
const frame = 'x'.repeat(200);

interface Round {
  readonly bytesPerSocket: number;
  readonly cpuUsPerFrame: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface SocketFigures extends Round {
  readonly transport: string;
}

/** Throws UsageError. */
export async function benchSockets(argv: readonly string[]): Promise<void> {
  const { values, isHelp } = readArguments(argv);
  if (isHelp) {
    process.stdout.write(HELP);
    return;
  }
  const machine = describeMachine();
  const taken = new Map<string, Round[]>();
  const absent: string[] = [];
  for (let round = 0; round < values.rounds; round++)
    for (const transport of transports) {
      const seen = await measure(transport, values);
      if (typeof seen === 'string') absent[0] = `${transport}: ${seen.split('\n', 1)[0]}`;
      else taken.set(transport, [...(taken.get(transport) ?? []), seen]);
    }
  const figures = [...taken].map(([transport, rounds]) => ({ transport, ...medians(rounds) }));
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, settings: values, figures, absent }, null, 2)}\n`);
  else process.stdout.write(render(figures, absent, machine.loadAverage));
}

/** What a round came to, or why there is none. */
async function measure(
  transport: string,
  { idle, frames }: { readonly idle: number; readonly frames: number },
): Promise<Round | string> {
  const server = fork(packagePath('dist/bench/sockets-server.js'), [transport], { execArgv: ['--expose-gc'] });
  try {
    const report = await next(server);
    if (report.type === 'unavailable') return report.reason;
    if (report.type !== 'listening') throw new Error(`the server told ${report.type} first`);
    const url = `ws://127.0.0.1:${report.port}/`;
    const talking = await open(url, COUNT_TALKING);
    const before = await use(server);
    const times = (await Promise.all(talking.map((socket) => echo(socket, frames / COUNT_TALKING)))).flat();
    const talked = await use(server);
    const silent = await open(url, idle);
    const held = await use(server);
    for (const socket of [...talking, ...silent]) socket.terminate();
    return {
      bytesPerSocket: Math.round((held.rssBytes - talked.rssBytes) / idle),
      cpuUsPerFrame: (talked.cpuUs - before.cpuUs) / times.length,
      p50Ms: percentile(times, 0.5),
      p99Ms: percentile(times, 0.99),
    };
  } finally {
    server.kill('SIGKILL');
  }
}

async function next(server: ChildProcess): Promise<ServerReport> {
  const [report] = (await once(server, 'message')) as [ServerReport];
  return report;
}

async function use(server: ChildProcess): Promise<Extract<ServerReport, { type: 'used' }>> {
  server.send('use');
  const report = await next(server);
  if (report.type !== 'used') throw new Error(`the server told ${report.type}, not what it used`);
  return report;
}

function open(url: string, count: number): Promise<WebSocket[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = new WebSocket(url, 'echo', { perMessageDeflate: false });
      await once(socket, 'open');
      return socket;
    }),
  );
}

/** Milliseconds of each frame there and back, one after the other. */
async function echo(socket: WebSocket, count: number): Promise<number[]> {
  const times: number[] = [];
  while (times.length < count) {
    const startedMs = performance.now();
    socket.send(frame);
    await once(socket, 'message');
    times.push(performance.now() - startedMs);
    await setTimeout(FRAME_GAP_MS);
  }
  return times;
}

function medians(rounds: readonly Round[]): Round {
  const of = (take: (round: Round) => number | null) =>
    percentile(
      rounds.flatMap((round) => take(round) ?? []),
      0.5,
    );
  return {
    bytesPerSocket: of((round) => round.bytesPerSocket) ?? 0,
    cpuUsPerFrame: of((round) => round.cpuUsPerFrame) ?? 0,
    p50Ms: of((round) => round.p50Ms),
    p99Ms: of((round) => round.p99Ms),
  };
}

function render(figures: readonly SocketFigures[], absent: readonly string[], load: number): string {
  const rows = figures.map(
    ({ transport, bytesPerSocket, cpuUsPerFrame, p50Ms, p99Ms }) =>
      `| ${[transport, (bytesPerSocket / 1024).toFixed(1), cpuUsPerFrame.toFixed(1), p50Ms?.toFixed(2), p99Ms?.toFixed(2)].join(' | ')} |`,
  );
  const head = '| transport | KiB a socket | server µs a frame | echo p50 ms | p99 |\n|---|---|---|---|---|';
  const missing = absent.map((line) => `\nnot measured: ${line}`).join('');
  return `medians of the rounds, load ${load}\n\n${[head, ...rows].join('\n')}\n${missing}`;
}

function readArguments(argv: readonly string[]) {
  const {
    json,
    help: isHelp,
    ...given
  } = parseOptions(argv, {
    json: { type: 'boolean', default: false },
    idle: { type: 'string', default: '1000' },
    frames: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  const values = {
    json,
    idle: toWhole('--idle', given.idle, 1, 50_000),
    frames: toWhole('--frames', given.frames, COUNT_TALKING, 10_000_000),
    rounds: toWhole('--rounds', given.rounds, 1, 100),
  };
  return { values, isHelp };
}
