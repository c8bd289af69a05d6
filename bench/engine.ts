// `repartee bench engine`: replies, partials, calls and load of the model alone, beside llama.cpp on the same weights.

import { availableParallelism } from 'node:os';
import { parseOptions, toWhole } from '../src/arguments.ts';
import { toDeviceOption } from '../src/cli/device-argument.ts';
import { createEngine } from '../src/engine/engine.ts';
import { loadManifest, type Manifest } from '../src/engine/manifest.ts';
import type { Engine } from '../src/engine/sequence.ts';
import { specials } from '../src/engine/tokenizer/tokenizer-file.ts';
import { toMessage } from '../src/errors.ts';
import { packagePath } from '../src/package-path.ts';
import { prefill, quantile, round2, timeDraft } from './engine-draft.ts';
import { openRivals, type Rivals } from './engine-llama.ts';
import { measureLoad, ways } from './engine-load.ts';
import { measureCalls, measureMemory, measurePartials, measurePrefill } from './engine-parts.ts';
import { type EnginePoint, readEnginePoints } from './engine-points.ts';
import {
  chooseByLength,
  type LengthRuns,
  measureReplies,
  msPerToken,
  PREFIX_TOKENS,
  ratioAt,
  rivalMsPerToken,
  toReplyFigures,
} from './engine-replies.ts';
import { type EngineBench, type LoadFigures, type Missing, type RivalFigures, renderEngine } from './engine-table.ts';
import { describeMachine } from './machine.ts';
import { maxContextTokensOf } from './model-parts.ts';

const HELP = `usage: repartee bench engine [--json] [--rounds N] [--replies N] [--threads N] [--model DIR]

Drafts the replies that come nearest to 8, 16, 32 and 64 tokens at every effort, by turns, on dialogues of fixtures/eval whose contexts are
prefilled; then partials, prefills, tool calls, many calls at once. llama.cpp runs the same weights; it is installed into .cache.

  --json       one JSON object instead of a table
  --rounds N   how often each reply is drafted (default 2)
  --replies N  replies of each length (default 4)
  --threads N  threads of one forward (default 2)
  --model DIR  a model folder (default: the one that comes with repartee)
  --device NAME what runs the model: cpu, webgpu, cuda or auto (default auto)
`;

const CALLS_AT_ONCE = 16;
const CALLS_FOR_MS = 20_000;

/** Throws UsageError, RuntimeError. */
export async function benchEngine(argv: readonly string[]): Promise<void> {
  const options = parse(argv);
  if (options.help) return void process.stdout.write(HELP);
  const rounds = toWhole('--rounds', options.rounds, 1, 100);
  const countReplies = toWhole('--replies', options.replies, 1, 100);
  const threads = toWhole('--threads', options.threads, 1, 100);
  const modelDir = options.model ?? packagePath('models/repartee-s');
  const manifest = await loadManifest(modelDir);
  const points = readEnginePoints(modelDir, manifest.prompt).filter(
    ({ context }) => context.length <= maxContextTokensOf(manifest),
  );
  const startMs = performance.now();
  const machine = describeMachine();
  const engine = await createEngine({ modelDir, countThreads: threads, ...toDeviceOption(options.device) });
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  try {
    tell('choosing replies');
    const chosen = await chooseByLength(engine, points, countReplies);
    const context = nearestTo(
      PREFIX_TOKENS,
      chosen.flatMap((one) => one.points),
    );
    tell('llama.cpp on the same weights');
    const rivals = await openRivals(modelDir, manifest, [...context, specials.say]).catch(toMissing);
    const sameAsAr = 'why' in rivals ? 0 : await agreement(engine, rivals, context);
    tell(`replies of about ${chosen.map(({ tokens }) => tokens).join(', ')} tokens`);
    const runs = await measureReplies(engine, chosen, rounds, 'why' in rivals ? [] : rivals.all, specials.end);
    if (!('why' in rivals)) await rivals.close();
    const said = chosen.flatMap((one) => one.points);
    tell('memory, partials, prefills, tool calls, calls at once');
    const parts = await measureParts(engine, manifest, points, said, rounds);
    const bench: EngineBench = {
      settings: {
        machine,
        device: engine.stats().device,
        threads,
        rounds,
        contextTokensP50: quantile(
          said.map((point) => point.context.length),
          0.5,
        ),
        loadAverages: [machine.loadAverage, describeMachine().loadAverage],
        seconds: Math.round((performance.now() - startMs) / 1000),
      },
      replies: runs.flatMap(toReplyFigures),
      ...parts,
      autoregressive: { msPerToken: msPerToken(runs, 'autoregressive') },
      llamaCpp:
        'why' in rivals
          ? rivals
          : { release: rivals.release, q8: rivalOf(runs, 'q8'), q4: rivalOf(runs, 'q4'), sameAsAr },
      ratios: { llamaCppQ8At32: ratioAt(runs, 32, 'q8') },
    };
    process.stdout.write(options.json ? `${JSON.stringify(bench)}\n` : renderEngine(bench));
  } finally {
    await engine.close();
  }
}

async function measureParts(
  engine: Engine,
  manifest: Manifest,
  points: readonly EnginePoint[],
  said: readonly EnginePoint[],
  rounds: number,
): Promise<Pick<EngineBench, 'memoryPerCallMb' | 'partial' | 'prefill512' | 'toolCall' | 'load'>> {
  return {
    memoryPerCallMb: await measureMemory(engine, points),
    partial: await measurePartials(engine, said),
    prefill512: await measurePrefill(engine, points, 4 * rounds),
    toolCall: await measureCalls(engine, points),
    load: await measureCallsAtOnce(engine, manifest).catch(toMissing),
  };
}

async function measureCallsAtOnce(engine: Engine, manifest: Manifest): Promise<LoadFigures> {
  const chosen = ways.filter(({ name }) => name !== 'drafts');
  const [alone, beside] = (await measureLoad(engine, manifest, chosen, CALLS_AT_ONCE, CALLS_FOR_MS)).ways;
  return {
    calls: CALLS_AT_ONCE,
    countTurns: alone?.countTurns ?? 0,
    p50Ms: alone?.firstWordsMs.p50 ?? null,
    p99Ms: alone?.firstWordsMs.p99 ?? null,
    p50MsWithDrafts: beside?.firstWordsMs.p50 ?? null,
    p99MsWithDrafts: beside?.firstWordsMs.p99 ?? null,
  };
}

function rivalOf(runs: readonly LengthRuns[], quantization: 'q8' | 'q4'): RivalFigures {
  return {
    msPerToken: rivalMsPerToken(runs, quantization, 2),
    msPerTokenOneThread: rivalMsPerToken(runs, quantization, 1),
  };
}

/** On the context that the rivals hold. */
async function agreement(engine: Engine, { all }: Rivals, context: readonly number[]): Promise<number> {
  const sequence = engine.open({ prefix: [], tools: [] });
  await prefill(sequence, context);
  const { state } = await timeDraft(sequence, { context, effort: 'autoregressive', acts: ['say'] });
  sequence.close();
  const eight = all.find(({ quantization }) => quantization === 'q8');
  const { countSame = 0 } = (await eight?.write(state.tokens)) ?? {};
  return round2(countSame / state.tokens.length);
}

function nearestTo(length: number, points: readonly EnginePoint[]): readonly number[] {
  const off = ({ context }: EnginePoint) => Math.abs(context.length - length);
  return [...points].sort((a, b) => off(a) - off(b))[0]?.context ?? [];
}

function toMissing(error: unknown): Missing {
  return { why: toMessage(error).split('\n', 1)[0] ?? 'unknown' };
}

function parse(argv: readonly string[]) {
  return parseOptions(argv, {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '2' },
    replies: { type: 'string', default: '4' },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    model: { type: 'string' },
    device: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
}
