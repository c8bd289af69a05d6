// `repartee bench gpu`: what one model does on one device, whatever that is: replies alone and many at once, tokens a
// second, what a million of them cost, beside the same model writing token by token.

import { parseOptions, toWhole } from '../src/arguments.ts';
import { percentile } from '../src/base/percentile.ts';
import { createEngine } from '../src/engine/engine.ts';
import { loadManifest } from '../src/engine/manifest.ts';
import type { EffortName, Engine, PromptPrefix, Sequence } from '../src/engine/sequence.ts';
import { UsageError } from '../src/errors.ts';
import { packagePath } from '../src/package-path.ts';
import { prefill, round2, sum, timeDraft } from './engine-draft.ts';
import { type EnginePoint, readEnginePoints } from './engine-points.ts';
import { describeMachine, type Machine } from './machine.ts';
import { maxContextTokensOf } from './model-parts.ts';

const HELP = `usage: repartee bench gpu [--json] [--sequences LIST] [--tokens N] [--seconds N] [--price N] [--model DIR]

Sequences that want one reply after another, on dialogues of fixtures/eval whose contexts are prefilled: alone and many at
once, at effort low and token by token, by turns. Runs on any device, and says which.

  --json            one JSON object instead of a table
  --sequences LIST  how many at once, each in turn (default 1,4,16,64,256)
  --tokens N        most tokens of a reply (default 32)
  --seconds N       how long each is measured (default 10)
  --price N         dollars an hour of this machine: adds dollars a million tokens
  --model DIR       a model folder (default: the one that comes with repartee)
`;

const measuredEfforts = ['low', 'autoregressive'] as const satisfies readonly EffortName[];
const MAX_SEQUENCES = 1024;
const SECONDS_PER_HOUR = 3600;

/** One effort with so many sequences at once. */
export interface GpuFigures {
  readonly sequences: number;
  readonly effort: (typeof measuredEfforts)[number];
  readonly replies: number;
  readonly tokens: number;
  readonly tokensPerSecond: number;
  /** Of the model, by each reply: forward passes that many sequences share count for each of them. */
  readonly tokensPerForward: number;
  /** From the request to the last word. */
  readonly replyMs: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };
  /** Only where a price was given. */
  readonly dollarsPerMillionTokens?: number;
}

export interface GpuBench {
  readonly settings: {
    readonly machine: Machine;
    readonly model: string;
    readonly device: string;
    readonly maxTokens: number;
    readonly seconds: number;
    readonly dollarsPerHour?: number;
  };
  readonly figures: readonly GpuFigures[];
}

/** Throws UsageError, RuntimeError. */
export async function benchGpu(argv: readonly string[]): Promise<void> {
  const options = parse(argv);
  if (options.help) return void process.stdout.write(HELP);
  const counts = options.sequences.split(',').map((text) => toWhole('--sequences', text, 1, MAX_SEQUENCES));
  const maxTokens = toWhole('--tokens', options.tokens, 1, 256);
  const seconds = toWhole('--seconds', options.seconds, 1, 1000);
  const dollarsPerHour = options.price === undefined ? undefined : toPrice(options.price);
  const modelDir = options.model ?? packagePath('models/repartee-s');
  const manifest = await loadManifest(modelDir);
  const points = readEnginePoints(modelDir, manifest.prompt).filter(
    ({ act, context }) => act === 'say' && context.length <= maxContextTokensOf(manifest),
  );
  const machine = describeMachine();
  const engine = await createEngine({ modelDir });
  try {
    const price = dollarsPerHour === undefined ? {} : { dollarsPerHour };
    const { device } = engine.stats();
    const model = `${manifest.name} ${manifest.version}`;
    const settings = { machine, model, device, maxTokens, seconds, ...price };
    const figures = await measureDevice(engine, points, { counts, maxTokens, forMs: 1000 * seconds, ...price });
    const bench: GpuBench = { settings, figures };
    process.stdout.write(options.json ? `${JSON.stringify(bench)}\n` : render(bench));
  } finally {
    await engine.close();
  }
}

export interface MeasureOptions {
  readonly counts: readonly number[];
  readonly maxTokens: number;
  readonly forMs: number;
  readonly dollarsPerHour?: number;
}

/** Each number of sequences at each effort by turns, so that a busy minute of the machine harms both alike. */
export async function measureDevice(
  engine: Engine,
  points: readonly EnginePoint[],
  { counts, maxTokens, forMs, dollarsPerHour }: MeasureOptions,
): Promise<GpuFigures[]> {
  const figures: GpuFigures[] = [];
  for (const count of counts) {
    const writers = await openWriters(engine, points, count);
    for (const effort of measuredEfforts) {
      const measured = await measureOne(writers, effort, maxTokens, forMs);
      figures.push({
        ...{ sequences: count, effort, ...measured },
        ...(dollarsPerHour === undefined
          ? {}
          : { dollarsPerMillionTokens: toDollars(measured.tokensPerSecond, dollarsPerHour) }),
      });
    }
    for (const { sequence } of writers) sequence.close();
  }
  return figures;
}

interface Writer {
  readonly sequence: Sequence;
  readonly context: readonly number[];
}

/** Each writes at one place of a dialogue again and again: its context is in the KV from the start. */
async function openWriters(engine: Engine, points: readonly EnginePoint[], count: number): Promise<Writer[]> {
  const prepared = new Set<PromptPrefix>();
  const writers: Writer[] = [];
  for (let index = 0; index < count; index++) {
    const point = points[index % points.length];
    if (point === undefined) throw new UsageError('the dialogues of fixtures/eval have no place for a reply');
    if (!prepared.has(point.promptPrefix)) await engine.prepare(point.promptPrefix);
    prepared.add(point.promptPrefix);
    writers.push({ sequence: engine.open(point.promptPrefix), context: point.context });
  }
  for (const { sequence, context } of writers) await prefill(sequence, context);
  return writers;
}

async function measureOne(
  writers: readonly Writer[],
  effort: EffortName,
  maxTokens: number,
  forMs: number,
): Promise<Omit<GpuFigures, 'sequences' | 'effort' | 'dollarsPerMillionTokens'>> {
  const startMs = performance.now();
  const replies: { readonly ms: number; readonly tokens: number; readonly forwards: number }[] = [];
  const each = writers.map(async ({ sequence, context }) => {
    do {
      const { ms, state } = await timeDraft(sequence, { context, effort, acts: ['say'], maxTokens });
      // The act is a token that the model wrote, too.
      replies.push({ ms, tokens: state.tokens.length + 1, forwards: state.countForwards });
    } while (performance.now() - startMs < forMs);
  });
  await Promise.all(each);
  const seconds = (performance.now() - startMs) / 1000;
  const tokens = sum(replies.map((reply) => reply.tokens));
  const times = replies.map(({ ms }) => ms);
  return {
    replies: replies.length,
    tokens,
    tokensPerSecond: round2(tokens / seconds),
    tokensPerForward: round2(tokens / sum(replies.map(({ forwards }) => forwards))),
    replyMs: { p50: rounded(times, 0.5), p95: rounded(times, 0.95), p99: rounded(times, 0.99) },
  };
}

/** What a million tokens cost where this many come in each second of an hour. */
export function toDollars(tokensPerSecond: number, dollarsPerHour: number): number {
  return round2((dollarsPerHour * 1e6) / (tokensPerSecond * SECONDS_PER_HOUR));
}

function rounded(times: readonly number[], share: number): number | null {
  const value = percentile(times, share);
  return value === null ? null : Math.round(10 * value) / 10;
}

function render({ settings, figures }: GpuBench): string {
  const { machine, model, device, maxTokens, dollarsPerHour } = settings;
  const row = (cells: readonly (string | number | null)[]) => `| ${cells.join(' | ')} |\n`;
  const cost = dollarsPerHour === undefined ? [] : [`$ a million tokens at $${dollarsPerHour} an hour`];
  const head = ['sequences', 'effort', 'tokens/s', 'tokens a forward', 'reply ms p50', 'p95', 'p99', ...cost];
  return [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load average ${machine.loadAverage}, ${machine.date}\n`,
    `${model} on ${device}, replies of ${maxTokens} tokens at most\n\n`,
    row(head),
    row(head.map(() => '---')),
    ...figures.map(({ sequences, effort, tokensPerSecond, tokensPerForward, replyMs, dollarsPerMillionTokens }) =>
      row([
        ...[sequences, effort, tokensPerSecond, tokensPerForward, replyMs.p50, replyMs.p95, replyMs.p99],
        ...(dollarsPerMillionTokens === undefined ? [] : [dollarsPerMillionTokens]),
      ]),
    ),
  ].join('');
}

/** Throws UsageError for what is no price. */
function toPrice(text: string): number {
  const price = Number(text);
  if (!Number.isFinite(price) || price <= 0)
    throw new UsageError(`--price is "${text}": give dollars an hour, a number above 0`);
  return price;
}

function parse(argv: readonly string[]) {
  return parseOptions(argv, {
    json: { type: 'boolean', default: false },
    sequences: { type: 'string', default: '1,4,16,64,256' },
    tokens: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '10' },
    price: { type: 'string' },
    model: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
}
