// `repartee bench trace`: what it costs to know where the time went: ledger, recording and spans of a turn, in
// processor time.

import { parseOptions } from '../src/arguments.ts';
import type { Clock } from '../src/base/clock.ts';
import { percentile } from '../src/base/percentile.ts';
import type { DraftState } from '../src/engine/sequence.ts';
import { UsageError } from '../src/errors.ts';
import { packagePath } from '../src/package-path.ts';
import { listCallFiles, type NamedCall, readCall } from '../src/playback/call-files.ts';
import { createPeaks } from '../src/recording/peaks.ts';
import { createTurnMeter, type TurnMeter } from '../src/recording/turn-meter.ts';
import { createSpanExport } from '../src/trace/export/otlp.ts';
import { createCallWriter, type RecordedEvent, type UnstampedEvent } from '../src/trace/format/call-file.ts';
import { redact } from '../src/trace/format/redact.ts';
import { describeMachine, type Machine } from './machine.ts';

const HELP = `usage: repartee bench trace [--json] [--rounds N]

Measures the turns of fixtures/traces again and again: processor time of their ledgers, of writing them down, of their spans,
and of one audio frame.

  --json      one JSON object instead of lines
  --rounds N  medians are of so many (default 15)
`;

interface TraceBench {
  readonly settings: {
    readonly machine: Machine;
    readonly turns: number;
    readonly lines: number;
    readonly rounds: number;
  };
  /** Medians over the rounds, microseconds of processor time for one turn. */
  readonly perTurnUs: {
    readonly ledger: number;
    readonly recording: number;
    readonly redactedRecording: number;
    readonly spans: number;
  };
  /** 20 ms of audio past the meter and the waveform's peaks. */
  readonly perFrameUs: number;
}

const FRAME_SAMPLES = 320;
const COUNT_FRAMES = 2000;
/** Until the compiler of the engine has finished with what is measured. */
const COUNT_WARM_ROUNDS = 30;

/** Throws UsageError. */
export async function benchTrace(argv: readonly string[]): Promise<void> {
  const options = parse(argv);
  if (options.help) return void process.stdout.write(HELP);
  const rounds = Number(options.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000)
    throw new UsageError(`--rounds is "${options.rounds}", expected a number in 1..1000`);
  const bench = await measure(rounds);
  process.stdout.write(options.json ? `${JSON.stringify(bench)}\n` : render(bench));
}

async function measure(rounds: number): Promise<TraceBench> {
  const machine = describeMachine();
  const files = await listCallFiles(packagePath('fixtures/traces'));
  const calls = await Promise.all(files.map((file) => readCall(file, () => undefined)));
  const turns = calls.flatMap(({ events }) => events.filter(({ type }) => type === 'turn.measured')).length;
  const spans = createSpanExport({
    url: new URL('http://127.0.0.1'),
    version: '0',
    maxSpans: 0,
    warn: () => undefined,
  });
  const told = calls.map(toTold);
  const perTurn = (work: () => void) => medianUs(rounds, turns, work);
  const bench: TraceBench = {
    settings: { machine, turns, lines: calls.reduce((sum, { events }) => sum + events.length, 0), rounds },
    perTurnUs: {
      ledger: perTurn(() => {
        for (const one of told) keepLedger(one);
      }),
      recording: perTurn(() => {
        for (const call of calls) record(call, (event) => event);
      }),
      redactedRecording: perTurn(() => {
        for (const call of calls) record(call, (event) => redact(event, 'text'));
      }),
      spans: perTurn(() => {
        for (const { header, events, name } of calls) {
          const { type, version, callId = name, ...rest } = header;
          const trace = spans.open(callId, rest);
          for (const event of events) trace?.append(event, event.atMs);
          void trace?.close();
        }
      }),
    },
    perFrameUs: medianUs(rounds, COUNT_FRAMES, passFrames),
  };
  await spans.close();
  return bench;
}

/** Processor time, because other work of the machine must not count. */
function medianUs(rounds: number, countUnits: number, work: () => void): number {
  const repeats = 20;
  const times = Array.from({ length: COUNT_WARM_ROUNDS + rounds }, () => {
    const before = process.cpuUsage();
    for (let repeat = 0; repeat < repeats; repeat++) work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / repeats / countUnits;
  });
  return Math.round(100 * (percentile(times.slice(COUNT_WARM_ROUNDS), 0.5) ?? 0)) / 100;
}

/** What the meter was told in the call: the same marks, states and reports, at the same times. */
function toTold({ events }: NamedCall): readonly Told[] {
  const states = new Map<number, DraftState>();
  return events.flatMap((event): Told[] => {
    const { atMs } = event;
    switch (event.type) {
      case 'draft.stepped': {
        const before = states.get(event.draft);
        const state = toState(event, before);
        states.set(event.draft, state);
        return [{ atMs, tell: (meter) => meter.modelWorked(event.draft, state, before) }];
      }
      case 'turn.committed':
        return [{ atMs, tell: (meter) => meter.observe({ ...event, isContinued: event.isContinued ?? false }) }];
      case 'turn.taken-back':
      case 'reply.updated':
      case 'reply.completed':
      case 'reply.ended':
      case 'tool.started':
      case 'tool.ended':
        return [{ atMs, tell: (meter) => meter.observe(event) }];
      case 'clause.cut':
      case 'clause.spoken':
        return [{ atMs, tell: (meter) => meter.outputReported(event) }];
      case 'audio.started':
        return [{ atMs, tell: (meter) => meter.outputReported({ type: 'audio.delta', samples: silence }) }];
      default:
        return [];
    }
  });
}

interface Told {
  readonly atMs: number;
  readonly tell: (meter: TurnMeter) => void;
}

function keepLedger(told: readonly Told[]): void {
  let nowMs = 0;
  const clock: Clock = { nowMs: () => nowMs, setTimeout: () => undefined, clearTimeout: () => undefined };
  const meter = createTurnMeter(clock, true, () => undefined);
  for (const { atMs, tell } of told) {
    nowMs = atMs;
    tell(meter);
  }
}

const silence = new Int16Array(FRAME_SAMPLES);

function toState(event: Extract<RecordedEvent, { type: 'draft.stepped' }>, before: DraftState | undefined): DraftState {
  const sum = (part: 'queue' | 'prefill' | 'denoise' | 'constrain') =>
    (before?.spentUs[part] ?? 0) + (event.tookUs[part] ?? 0);
  return {
    act: event.act,
    tokens: [],
    countStable: 0,
    isDone: event.isDone,
    isTruncated: false,
    pEndOfTurn: event.pEndOfTurn,
    pCall: 0,
    pWait: event.pWait,
    pCallNext: 0,
    previousLossNats: 0,
    confidence: 1,
    countForwards: event.step,
    countSteps: event.countSteps,
    countReused: event.countReused,
    countProposed: 0,
    countAccepted: 0,
    spentUs: { queue: sum('queue'), prefill: sum('prefill'), denoise: sum('denoise'), constrain: sum('constrain') },
    handoverUs: 100,
  };
}

function record({ header, events }: NamedCall, cover: (event: UnstampedEvent) => UnstampedEvent): void {
  const writer = createCallWriter(header, () => undefined);
  for (const event of events) writer.append(cover(event), event.atMs);
}

function passFrames(): void {
  let nowMs = 0;
  const clock: Clock = { nowMs: () => nowMs, setTimeout: () => undefined, clearTimeout: () => undefined };
  const meter = createTurnMeter(clock, true, () => undefined);
  const peaks = createPeaks(() => undefined);
  for (let frame = 0; frame < COUNT_FRAMES; frame++, nowMs += 20) {
    meter.outputReported({ type: 'audio.delta', samples: silence });
    peaks.add(silence, nowMs);
  }
}

function render({ settings, perTurnUs, perFrameUs }: TraceBench): string {
  const { machine, turns, lines, rounds } = settings;
  return [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load average ${machine.loadAverage}, ${machine.date}`,
    `${turns} turns of ${lines} lines, medians of ${rounds} rounds, processor time`,
    `a turn: ledger ${perTurnUs.ledger} µs, recording ${perTurnUs.recording} µs (redacted ${perTurnUs.redactedRecording} µs), spans ${perTurnUs.spans} µs`,
    `20 ms of audio: ${perFrameUs} µs`,
    '',
  ].join('\n');
}

function parse(argv: readonly string[]) {
  return parseOptions(argv, {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '15' },
    help: { type: 'boolean', short: 'h', default: false },
  });
}
