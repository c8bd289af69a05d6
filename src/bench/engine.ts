// `repartee bench engine`: forwards, drafts and tool calls of the model alone, on the replies of the golden dialogues.
import { parseArgs } from 'node:util';
import { efforts } from '../engine/efforts.ts';
import { createEngine } from '../engine/engine.ts';
import { loadManifest, type Manifest } from '../engine/manifest.ts';
import type { DraftRequest, DraftState, EffortName, Engine, Sequence } from '../engine/sequence.ts';
import { toMessage, UsageError } from '../errors.ts';
import { packagePath } from '../package-path.ts';
import { describeMachine, type Machine } from './machine.ts';
import { percentile } from './percentile.ts';
import { type ReplyPoint, readReplyPoints } from './reply-points.ts';

const help = `usage: repartee bench engine [--json] [--rounds N] [--threads N] [--model DIR]

Drafts the replies of fixtures/goldens.jsonl at every effort, by turns, on contexts that are prefilled already.

  --json       one JSON object instead of a table
  --rounds N   how often each reply is drafted (default 2)
  --threads N  threads of one forward (default: the machine's, 4 at most)
  --model DIR  a model folder (default: the one that comes with repartee)
`;

interface Spread {
  readonly p10: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
}

interface EffortFigures {
  readonly effort: EffortName;
  readonly countReplies: number;
  readonly ms: Spread;
  /** Until the first word that will not change. */
  readonly firstWordsMs: Spread;
  readonly tokens: number;
  readonly forwards: number;
  readonly tokensPerForward: number;
  /** Candidates that the causal head let stand: the acceptance length. */
  readonly acceptedPerForward: number;
  readonly msPerToken: number;
  /** Share of replies with the very tokens of effort ar. */
  readonly sameAsAr: number;
}

interface EngineBench {
  readonly settings: {
    readonly machine: Machine;
    readonly device: string;
    readonly rounds: number;
    readonly contextTokensP50: number | null;
  };
  readonly replies: readonly EffortFigures[];
  /** A word more of the caller, the last draft repaired, at effort low. */
  readonly partial: { readonly ms: Spread; readonly forwards: number };
  readonly prefill512: { readonly ms: Spread };
  readonly toolCall: { readonly ms: Spread; readonly tokens: number; readonly forwards: number };
}

/** One draft from request to last state. */
interface Timed {
  readonly ms: number;
  readonly firstWordsMs: number;
  readonly state: DraftState;
}

const effortNames = Object.keys(efforts).filter((name): name is EffortName => name in efforts);
const prefillTokens = 512;

/** Throws UsageError, RuntimeError. */
export async function benchEngine(argv: readonly string[]): Promise<void> {
  const options = parse(argv);
  if (options.help) return void process.stdout.write(help);
  const rounds = toCount('--rounds', options.rounds);
  const modelDir = options.model ?? packagePath('models/repartee-s');
  const countThreads = options.threads === undefined ? {} : { countThreads: toCount('--threads', options.threads) };
  const manifest = await loadManifest(modelDir);
  const engine = await createEngine({ modelDir, ...countThreads });
  try {
    const bench = await measure(engine, manifest, rounds);
    process.stdout.write(options.json ? `${JSON.stringify(bench)}\n` : render(bench));
  } finally {
    await engine.close();
  }
}

async function measure(engine: Engine, manifest: Manifest, rounds: number): Promise<EngineBench> {
  const room = manifest.contextTokens / 2;
  const all = readReplyPoints(packagePath('fixtures/goldens.jsonl'), manifest).filter(
    (point) => point.context.length < room,
  );
  const points: ReplyPoint[] = [];
  // What the constraint can't keep to yet can't be measured.
  for (const point of all) {
    const isSupported = await engine.prepare(point.setting).then(
      () => true,
      () => false,
    );
    if (isSupported) points.push(point);
  }
  const said = points.filter((point) => point.act === 'say');
  const called = points.filter((point) => point.act === 'call');
  const machine = describeMachine();
  const replies = await measureReplies(engine, said, rounds);
  const partial = await measurePartials(engine, manifest, said);
  const toolCall = await measureCalls(engine, called, rounds);
  const prefill512 = await measurePrefill(engine, all, rounds);
  const contextTokensP50 = percentile(
    points.map((point) => point.context.length),
    0.5,
  );
  return {
    settings: { machine, device: engine.stats().device, rounds, contextTokensP50 },
    replies,
    partial,
    prefill512,
    toolCall,
  };
}

async function draft(sequence: Sequence, request: Omit<DraftRequest, 'priority'>): Promise<Timed> {
  const start = performance.now();
  let firstWordsMs = Number.NaN;
  let last: DraftState | undefined;
  for await (const state of sequence.draft({ ...request, priority: 'committed' })) {
    last = state;
    if (Number.isNaN(firstWordsMs) && state.countStable > 0) firstWordsMs = performance.now() - start;
  }
  if (!last) throw new Error('a draft gave no state');
  return { ms: performance.now() - start, firstWordsMs, state: last };
}

/** Efforts take turns on each context, beginning with another one each round, so that none has the better moments of the machine. */
async function measureReplies(engine: Engine, points: readonly ReplyPoint[], rounds: number): Promise<EffortFigures[]> {
  const timed = new Map<EffortName, Timed[]>(effortNames.map((effort) => [effort, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { setting, context } of points) {
      const sequence = engine.open(setting);
      await draft(sequence, { context, effort: 'ar', acts: ['say'], maxTokens: 1 });
      for (const index of effortNames.keys()) {
        const effort = effortNames[(index + round) % effortNames.length] ?? 'ar';
        timed.get(effort)?.push(await draft(sequence, { context, effort, acts: ['say'] }));
      }
      sequence.close();
    }
  }
  const yardstick = timed.get('ar') ?? [];
  return effortNames.map((effort) => {
    const runs = timed.get(effort) ?? [];
    const sum = (value: (run: Timed) => number) => runs.reduce((total, run) => total + value(run), 0);
    const tokens = sum((run) => run.state.tokens.length + 1);
    const forwards = sum((run) => run.state.countForwards);
    const countSame = runs.filter(
      (run, index) => run.state.tokens.join() === yardstick[index]?.state.tokens.join(),
    ).length;
    return {
      effort,
      countReplies: runs.length,
      ms: spread(runs.map((run) => run.ms)),
      firstWordsMs: spread(runs.map((run) => run.firstWordsMs)),
      tokens: round2(tokens / runs.length),
      forwards: round2(forwards / runs.length),
      tokensPerForward: round2(tokens / forwards),
      acceptedPerForward: round2(sum((run) => run.state.countAccepted) / forwards),
      msPerToken: round2(sum((run) => run.ms) / tokens),
      sameAsAr: round2(countSame / runs.length),
    };
  });
}

/** The caller's last turn grows by about a word at a time. */
async function measurePartials(
  engine: Engine,
  manifest: Manifest,
  points: readonly ReplyPoint[],
): Promise<EngineBench['partial']> {
  const { user, end, say } = manifest.specials;
  const stepTokens = 2;
  const times: number[] = [];
  let forwards = 0;
  for (const { setting, context } of points) {
    const start = context.lastIndexOf(user);
    if (start < 0 || context.at(-1) !== end || context.indexOf(end, start) !== context.length - 1) continue;
    const sequence = engine.open(setting);
    let previous: readonly number[] | undefined;
    for (let length = start + 1 + stepTokens; length < context.length - 1; length += stepTokens) {
      const partial = [...context.slice(0, length), end];
      const { ms, state } = await draft(sequence, {
        context: partial,
        effort: 'low',
        acts: ['say'],
        ...(previous ? { previous } : {}),
      });
      if (previous) {
        times.push(ms);
        forwards += state.countForwards;
      }
      previous = [say, ...state.tokens];
    }
    sequence.close();
  }
  return { ms: spread(times), forwards: round2(forwards / times.length) };
}

async function measureCalls(
  engine: Engine,
  points: readonly ReplyPoint[],
  rounds: number,
): Promise<EngineBench['toolCall']> {
  const runs: Timed[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const { setting, context } of points) {
      const sequence = engine.open(setting);
      await draft(sequence, { context, effort: 'ar', acts: ['say'], maxTokens: 1 });
      runs.push(await draft(sequence, { context, effort: 'low', acts: ['say', 'call'], forceAct: 'call' }));
      sequence.close();
    }
  }
  const mean = (value: (state: DraftState) => number) =>
    round2(runs.reduce((sum, run) => sum + value(run.state), 0) / runs.length);
  return {
    ms: spread(runs.map((run) => run.ms)),
    tokens: mean((state) => state.tokens.length),
    forwards: mean((state) => state.countForwards),
  };
}

/** Prefixes of one length, none of which begins like another. */
async function measurePrefill(
  engine: Engine,
  points: readonly ReplyPoint[],
  rounds: number,
): Promise<EngineBench['prefill512']> {
  const ids = points.flatMap((point) => [...point.context]);
  const times: number[] = [];
  for (let round = 0; round < 2 * rounds; round++) {
    const prefix = ids.slice(round * prefillTokens, (round + 1) * prefillTokens);
    if (prefix.length < prefillTokens) break;
    const start = performance.now();
    await engine.prepare({ prefix, tools: [] });
    times.push(performance.now() - start);
  }
  return { ms: spread(times) };
}

function render({ settings, replies, partial, prefill512, toolCall }: EngineBench): string {
  const { machine } = settings;
  const row = (cells: readonly (string | number | null)[]) => `| ${cells.join(' | ')} |\n`;
  const head = [
    'effort',
    'ms p50',
    'p90',
    'p99',
    'first words ms p50',
    'tokens',
    'forwards',
    'tokens a forward',
    'accepted a forward',
    'ms a token',
    'same as ar',
  ];
  return [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${settings.device}, load average ${machine.loadAverage}, ${machine.date}\n`,
    `${replies[0]?.countReplies} replies an effort, contexts of ${settings.contextTokensP50} tokens (median)\n\n`,
    row(head),
    row(head.map(() => '---')),
    ...replies.map((one) =>
      row([
        one.effort,
        one.ms.p50,
        one.ms.p90,
        one.ms.p99,
        one.firstWordsMs.p50,
        one.tokens,
        one.forwards,
        one.tokensPerForward,
        one.acceptedPerForward,
        one.msPerToken,
        one.sameAsAr,
      ]),
    ),
    `\npartial, draft repaired: ${partial.ms.p50} ms p50, ${partial.ms.p90} p90, ${partial.forwards} forwards\n`,
    `prefill of ${prefillTokens} tokens: ${prefill512.ms.p50} ms p50\n`,
    `tool call: ${toolCall.ms.p50} ms p50, ${toolCall.ms.p90} p90, ${toolCall.tokens} tokens, ${toolCall.forwards} forwards\n`,
  ].join('');
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        rounds: { type: 'string', default: '2' },
        threads: { type: 'string' },
        model: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(toMessage(error).split('. ', 1)[0] ?? 'bad arguments');
  }
}

function toCount(name: string, value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1 || count > 100)
    throw new UsageError(`${name} is "${value}", expected a number in 1..100`);
  return count;
}

function spread(values: readonly number[]): Spread {
  const at = (share: number) => {
    const value = percentile(
      values.filter((one) => !Number.isNaN(one)),
      share,
    );
    return value === null ? null : round2(value);
  };
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
