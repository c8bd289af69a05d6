// `repartee bench talk`: every fixture call, spoken, in one process; what callers waited for and what it cost.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseOptions } from '../src/arguments.ts';
import { systemClock } from '../src/base/clock.ts';
import { toDeviceOption } from '../src/cli/device-argument.ts';
import { chooseAgent } from '../src/cli/talk.ts';
import { UsageError } from '../src/errors.ts';
import { packagePath } from '../src/package-path.ts';
import { listCallFiles, readCall } from '../src/playback/call-files.ts';
import { playCall } from '../src/playback/play-call.ts';
import { playInThePast } from '../src/playback/played-world.ts';
import type { TalkedCall } from '../src/playback/talk-summary.ts';
import type { TurnRecord } from '../src/playback/turn-log.ts';
import { exampleAgents } from '../src/runtime/example-agents.ts';
import { createParts } from '../src/runtime/parts.ts';
import { describeMachine } from './machine.ts';
import { renderTable, summarise, type TalkBench } from './talk-figures.ts';
import { measureTreeBytes } from './tree-size.ts';

const HELP = `usage: repartee bench talk [--json] [--pace N] [--model DIR]

Plays all of fixtures/calls with speech in one process.

  --json      one JSON object instead of a table
  --pace N    callers speak N times as fast (default 1: as they did)
  --model DIR a model folder (default: the one that comes with repartee)
  --device NAME what runs the model: cpu, webgpu, cuda or auto (default auto)
`;

/** Replies are listened to this much faster than they are spoken. */
const PLAYBACK_PACE = 20;
const LAG_RESOLUTION_MS = 1;

/** Resolves to the exit code. Throws UsageError, RuntimeError. */
export async function benchTalk(argv: readonly string[]): Promise<number> {
  const options = parse(argv);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const pace = Number(options.pace);
  if (!(pace > 0 && pace <= 100))
    throw new UsageError(`--pace is "${options.pace}", expected a number above 0, 100 at most`);
  const bench = await measure(pace, options.model, toDeviceOption(options.device));
  process.stdout.write(options.json ? `${JSON.stringify(bench)}\n` : renderTable(bench));
  return 0;
}

function parse(argv: readonly string[]) {
  return parseOptions(argv, {
    json: { type: 'boolean', default: false },
    pace: { type: 'string', default: '1' },
    model: { type: 'string' },
    device: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
}

async function measure(
  pace: number,
  modelDir: string | undefined,
  device: ReturnType<typeof toDeviceOption>,
): Promise<TalkBench> {
  const warn = (line: string) => void process.stderr.write(`${line}\n`);
  const files = await listCallFiles(packagePath('fixtures/calls'));
  const calls = await Promise.all(files.map((file) => readCall(file, warn)));
  playInThePast(calls);
  const parts = await createParts({ warn, ...device, ...(modelDir === undefined ? {} : { modelDir }) });
  const agents = await parts.loadAgents(exampleAgents());
  const startToReadyMs = Math.round(performance.now());
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  const talked: TalkedCall[] = [];
  lag.enable();
  try {
    for (const call of calls) {
      const agent = chooseAgent(agents, call, false);
      const turns: TurnRecord[] = [];
      await playCall({
        events: call.events,
        clock: systemClock,
        pace,
        playbackPace: PLAYBACK_PACE,
        open: (report) => parts.openCall(agent, { callId: call.name, audio: { rateHz: 16_000 }, report }),
        turnEnded: (turn) => {
          if (turn.turn > 0) turns.push(turn);
        },
      });
      talked.push({ agent, turns });
    }
  } finally {
    lag.disable();
    await parts.close();
  }
  const treeBytes = await measureTreeBytes(packagePath('.'));
  return {
    machine: describeMachine(),
    pace,
    ...summarise(talked),
    startToReadyMs,
    rssPeakMb: Math.round(process.resourceUsage().maxRSS / 1024),
    eventLoopLagMs: { p50: toLagMs(lag.percentile(50)), p99: toLagMs(lag.percentile(99)) },
    treeMb: treeBytes === null ? null : Math.round(treeBytes / 1e6),
  };
}

/** The monitor's values hold the interval that it waits for. */
function toLagMs(delayNs: number): number {
  return Math.max(0, Math.round((delayNs / 1e6 - LAG_RESOLUTION_MS) * 100) / 100);
}
