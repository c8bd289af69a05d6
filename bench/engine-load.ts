// `repartee bench load`: many calls on one engine at once, the time to a committed turn's first words with and without
// drafts beside it.

import { setTimeout as pass } from 'node:timers/promises';
import { parseOptions, toWhole } from '../src/arguments.ts';
import { percentile } from '../src/base/percentile.ts';
import { toDeviceOption } from '../src/cli/device-argument.ts';
import { createEngine } from '../src/engine/engine.ts';
import { loadManifest, type Manifest } from '../src/engine/manifest.ts';
import type { Engine, PromptPrefix, Sequence } from '../src/engine/sequence.ts';
import { specials } from '../src/engine/tokenizer/tokenizer-file.ts';
import { EngineError } from '../src/errors.ts';
import { packagePath } from '../src/package-path.ts';
import { measureThroughput, type ThroughputFigures } from './engine-throughput.ts';
import { describeMachine, type Machine } from './machine.ts';
import { type ReplyPoint, readReplyPoints } from './reply-points.ts';

const HELP = `usage: repartee bench load [--json] [--calls N] [--seconds N] [--model DIR]

Callers of fixtures/goldens.jsonl speak for two seconds, are answered, listen for three, and speak again. Each way of drafting takes its turn: no
draft while they speak, one each 250 ms, five times as many. Then callers who want one reply after another, 4, 8, 16 and
32 at once: replies a second, by how passes of the model share the machine, by turns.

  --json       one JSON object instead of a table
  --calls N    calls at once (default 16)
  --seconds N  how long each way of drafting is measured (default 30)
  --model DIR  a model folder (default: the one that comes with repartee)
  --device NAME what runs the model: cpu, webgpu, cuda or auto (default auto)
`;

export const ways = [
  { name: 'no drafts', everyMs: undefined },
  { name: 'drafts', everyMs: 250 },
  { name: 'five times the drafts', everyMs: 50 },
] as const;

export type Way = (typeof ways)[number];

export interface WayFigures {
  readonly name: Way['name'];
  readonly countTurns: number;
  /** Times that a caller was refused because turns waited too long, and tried again a second later. */
  readonly countRefused: number;
  /** From the commit of a turn to the first token that won't change. */
  readonly firstWordsMs: { readonly p50: number | null; readonly p90: number | null; readonly p99: number | null };
  /** Of the drafts that were asked for, those brought to their end. */
  readonly wholeDrafts: number | null;
}

export interface LoadFigures {
  readonly ways: readonly WayFigures[];
  /** Of keys and values, per call, at the most. */
  readonly memoryPerCallMb: number;
}

interface LoadBench extends LoadFigures {
  readonly throughput: readonly ThroughputFigures[];
  readonly settings: { readonly machine: Machine; readonly device: string; readonly calls: number };
}

const throughputCallers = [4, 8, 16, 32];
/** Of what each way of drafting is measured for. */
const THROUGHPUT_SHARE = 0.3;

const SPEAK_MS = 2000;
const LISTEN_MS = 3000;
const RETRY_MS = 1000;

/** Throws UsageError, RuntimeError. */
export async function benchEngineLoad(argv: readonly string[]): Promise<void> {
  const options = parse(argv);
  if (options.help) return void process.stdout.write(HELP);
  const calls = toWhole('--calls', options.calls, 1, 1000);
  const forMs = 1000 * toWhole('--seconds', options.seconds, 1, 1000);
  const modelDir = options.model ?? packagePath('models/repartee-s');
  const manifest = await loadManifest(modelDir);
  const machine = describeMachine();
  const engine = await createEngine({ modelDir, ...toDeviceOption(options.device) });
  const { device } = engine.stats();
  const load = await measureLoad(engine, manifest, ways, calls, forMs).finally(() => engine.close());
  const points = readReplyPoints(packagePath('fixtures/goldens.jsonl')).filter(
    ({ act, context }) => act === 'say' && context.length <= manifest.contextTokens / 2,
  );
  const throughput = await measureThroughput({
    modelDir,
    callers: throughputCallers,
    points,
    forMs: THROUGHPUT_SHARE * forMs,
  });
  const bench: LoadBench = { settings: { machine, device, calls }, ...load, throughput };
  process.stdout.write(options.json ? `${JSON.stringify(bench)}\n` : render(bench));
}

/** Each way for `forMs`. */
export async function measureLoad(
  engine: Engine,
  manifest: Manifest,
  drafting: readonly Way[],
  calls: number,
  forMs: number,
): Promise<LoadFigures> {
  const dialogues = await readDialogues(engine, manifest);
  const figures: WayFigures[] = [];
  let mostBytes = 0;
  for (const { name, everyMs } of drafting) {
    const caller = createCaller(engine, everyMs);
    const untilMs = performance.now() + forMs;
    const each = Array.from({ length: calls }, (_, index) =>
      caller.talk(dialogues[index % dialogues.length] ?? [], index / calls, untilMs),
    );
    await Promise.all(each);
    figures.push({ name, ...caller.figures() });
    mostBytes = Math.max(mostBytes, caller.mostBytes());
  }
  return { ways: figures, memoryPerCallMb: round1(mostBytes / calls / 1e6) };
}

/** Of each dialogue the places where the agent answers the caller by words. */
async function readDialogues(engine: Engine, manifest: Manifest): Promise<ReplyPoint[][]> {
  const dialogues = new Map<PromptPrefix, ReplyPoint[]>();
  for (const point of readReplyPoints(packagePath('fixtures/goldens.jsonl'))) {
    const { act, context, promptPrefix } = point;
    const opening = context.lastIndexOf(specials.user);
    const endsWithCaller = opening >= 0 && context.indexOf(specials.end, opening) === context.length - 1;
    if (act !== 'say' || !endsWithCaller || context.length > manifest.contextTokens / 2) continue;
    const known = dialogues.get(promptPrefix);
    if (known) known.push(point);
    else dialogues.set(promptPrefix, [point]);
  }
  for (const promptPrefix of dialogues.keys()) await engine.prepare(promptPrefix);
  return [...dialogues.values()];
}

/** What all calls of one way have in common. `everyMs`: from draft to draft. */
function createCaller(engine: Engine, everyMs: number | undefined) {
  const { user, end } = specials;
  const firstWordsMs: number[] = [];
  let countAsked = 0;
  let countWhole = 0;
  let countRefused = 0;
  let mostBytes = 0;

  /** Nothing while the engine admits nobody. */
  function open(promptPrefix: PromptPrefix): Sequence | undefined {
    try {
      return engine.open(promptPrefix);
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'engine-busy')) throw error;
      countRefused++;
      return undefined;
    }
  }

  async function commit(sequence: Sequence, { context }: ReplyPoint): Promise<void> {
    const startMs = performance.now();
    let isWaiting = true;
    for await (const state of sequence.draft({ context, effort: 'low', acts: ['say'], priority: 'committed' })) {
      if (isWaiting && state.countStable > 0) firstWordsMs.push(performance.now() - startMs);
      if (state.countStable > 0) isWaiting = false;
    }
    mostBytes = Math.max(mostBytes, engine.stats().kvBytes);
  }

  async function draft(sequence: Sequence, context: readonly number[], signal: AbortSignal): Promise<void> {
    countAsked++;
    let isWhole = false;
    for await (const { isDone } of sequence.draft({ context, effort: 'low', acts: ['say'], priority: 'draft', signal }))
      isWhole = isDone;
    if (isWhole) countWhole++;
  }

  /** The words of the turn come evenly; each partial cancels the draft of the last. */
  async function speak(sequence: Sequence, { context }: ReplyPoint): Promise<void> {
    const opening = context.lastIndexOf(user);
    const countWords = context.length - 1 - opening;
    const countPartials = everyMs === undefined ? 0 : Math.floor(SPEAK_MS / everyMs);
    let running = new AbortController();
    const drafts: Promise<void>[] = [];
    for (let index = 1; index <= countPartials; index++) {
      await pass(SPEAK_MS / countPartials);
      running.abort();
      running = new AbortController();
      const heard = context.slice(0, opening + Math.max(1, Math.round((countWords * index) / countPartials)));
      drafts.push(draft(sequence, [...heard, end], running.signal));
    }
    if (countPartials === 0) await pass(SPEAK_MS);
    running.abort();
    await Promise.all(drafts);
  }

  return {
    /** One call after another with the turns of `dialogue`; `share`, 0..1, shifts it against the other calls. */
    async talk(dialogue: readonly ReplyPoint[], share: number, untilMs: number): Promise<void> {
      await pass(share * (SPEAK_MS + LISTEN_MS));
      while (performance.now() < untilMs) {
        const [first] = dialogue;
        if (!first) return;
        const sequence = open(first.promptPrefix);
        if (!sequence) {
          await pass(RETRY_MS);
          continue;
        }
        for (const point of dialogue) {
          if (performance.now() >= untilMs) break;
          await speak(sequence, point);
          await commit(sequence, point);
          await pass(LISTEN_MS);
        }
        sequence.close();
      }
    },
    figures: () => ({
      countTurns: firstWordsMs.length,
      countRefused,
      firstWordsMs: { p50: at(firstWordsMs, 0.5), p90: at(firstWordsMs, 0.9), p99: at(firstWordsMs, 0.99) },
      wholeDrafts: countAsked === 0 ? null : Math.round((100 * countWhole) / countAsked) / 100,
    }),
    mostBytes: () => mostBytes,
  };
}

function render({ settings, ways: figures, memoryPerCallMb, throughput }: LoadBench): string {
  const { machine, device, calls } = settings;
  const row = (cells: readonly (string | number | null)[]) => `| ${cells.join(' | ')} |\n`;
  const head = [
    'while callers speak',
    'turns',
    'refused',
    'first words ms p50',
    'p90',
    'p99',
    'drafts brought to their end',
  ];
  return [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${device}, load average ${machine.loadAverage}, ${machine.date}\n`,
    `${calls} calls at once\n\n`,
    row(head),
    row(head.map(() => '---')),
    ...figures.map(({ name, countTurns, countRefused, firstWordsMs: { p50, p90, p99 }, wholeDrafts }) =>
      row([name, countTurns, countRefused, p50, p90, p99, wholeDrafts ?? '']),
    ),
    `\nkeys and values: ${memoryPerCallMb} MB a call at the most\n\n`,
    row(throughputHead),
    row(throughputHead.map(() => '---')),
    ...throughput.map(({ callers, sharing, repliesPerSecond, firstWordsMs: { p50, p99 } }) =>
      row([callers, sharing, repliesPerSecond, p50, p99]),
    ),
  ].join('');
}

const throughputHead = ['callers at once', 'passes of the model', 'replies/s', 'first words ms p50', 'p99'];

function parse(argv: readonly string[]) {
  return parseOptions(argv, {
    json: { type: 'boolean', default: false },
    calls: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '30' },
    model: { type: 'string' },
    device: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
}

function at(values: readonly number[], share: number): number | null {
  const value = percentile(values, share);
  return value === null ? null : round1(value);
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
