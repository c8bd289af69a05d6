// `repartee bench model`: how good a model's acts, calls and replies are, through the engine, beside what people's
// agents did.

import { appendFileSync, writeFileSync } from 'node:fs';
import { parseOptions, toWhole } from '../src/arguments.ts';
import { createRandom } from '../src/base/random.ts';
import { efforts } from '../src/engine/decoding/efforts.ts';
import type { EffortName } from '../src/engine/sequence.ts';
import { UsageError } from '../src/errors.ts';
import { describeMachine } from './machine.ts';
import { answer, type Way } from './model-answers.ts';
import { curveOf } from './model-curve.ts';
import { type AnsweredDialogue, type Figures, figuresOf } from './model-figures.ts';
import { DRAWING_HELP, type Drawing, drawingOptions, toDrawing } from './model-options.ts';
import { loadParts, type ModelParts } from './model-parts.ts';
import { renderPlot } from './model-plot.ts';
import { toPoints } from './model-points.ts';
import { drawDialogues, findSources, type Source } from './model-sources.ts';
import { type ModelBench, renderModelBench } from './model-table.ts';

const HELP = `usage: repartee bench model [--data FILE]… [--effort LIST] [--limit N] [--seed S] [--json] [OPTIONS]

Asks the model what it would do at every turn of dialogues whose agent is known, and compares.

${DRAWING_HELP}
  --effort LIST   of ${Object.keys(efforts).join(', ')} (default instant,low,medium,high,ar)
  --steps LIST    also fill blocks of replies in so many steps each, such as 1,2,3,4,6,8,16: quality against steps
  --plot FILE     draw that as SVG
  --json          one JSON object instead of tables
  --replies FILE  also write each reply and call beside what was said, JSON Lines
`;

const DEFAULT_EFFORTS = 'instant,low,medium,high,ar';

interface Options extends Drawing {
  readonly ways: readonly Way[];
  readonly isJson: boolean;
  readonly plotFile: string | undefined;
  readonly repliesFile: string | undefined;
}

/** Throws UsageError, RuntimeError. */
export async function benchModel(argv: readonly string[]): Promise<void> {
  const options = parse(argv);
  if (options === 'help') return void process.stdout.write(HELP);
  const warn = (line: string) => void process.stderr.write(`${line}\n`);
  const sources = findSources(options.data, process.env.REPARTEE_DATA, warn);
  const parts = await loadParts(options.modelDir);
  try {
    const bench = await measure(parts, sources, options, warn);
    if (options.plotFile !== undefined) writeFileSync(options.plotFile, renderPlot(bench.curve));
    process.stdout.write(options.isJson ? `${JSON.stringify(bench, roundNumbers)}\n` : renderModelBench(bench));
  } finally {
    await parts.engine.close();
  }
}

async function measure(
  parts: ModelParts,
  sources: readonly Source[],
  options: Options,
  warn: (line: string) => void,
): Promise<ModelBench> {
  const { limit, seed, ways, repliesFile } = options;
  if (repliesFile !== undefined) writeFileSync(repliesFile, '');
  const figures: Record<string, Record<string, Figures>> = {};
  const all: AnsweredDialogue[] = [];
  const read: Record<string, ModelBench['settings']['sources'][string]> = {};
  for (const source of sources) {
    const dialogues = drawDialogues(source, limit, seed);
    const answered: AnsweredDialogue[] = [];
    for (const [index, dialogue] of dialogues.entries()) {
      const evaluated = toPoints(dialogue, parts.prompt, createRandom(seed + index));
      const answers = await answer(parts, evaluated, ways, warn);
      if (answers === undefined) continue;
      const one = { id: dialogue.id, tools: evaluated.tools, answers };
      answered.push(one);
      if (repliesFile !== undefined) appendFileSync(repliesFile, renderReplies(source.name, one));
    }
    const skipped = dialogues.length - answered.length;
    read[source.name] = { files: source.files, dialogues: answered.length, skipped };
    figures[source.name] = Object.fromEntries(ways.map(({ label }) => [label, figuresOf(answered, label, seed)]));
    all.push(...answered);
    warn(`${source.name}: ${answered.length} dialogues`);
  }
  return {
    settings: {
      machine: describeMachine(),
      model: parts.name,
      users: 'recognised',
      efforts: ways.map(({ label }) => label),
      limit: Number.isFinite(limit) ? limit : null,
      seed,
      sources: read,
    },
    sources: figures,
    curve: ways.some(({ steps }) => steps !== undefined) ? curveOf(all, ways, seed) : [],
  };
}

function renderReplies(source: string, { id, answers }: AnsweredDialogue): string {
  return answers
    .flatMap(({ point: { after, reference }, actProbabilities, drafts }) => {
      const texts = Object.fromEntries([...drafts].map(([label, { text }]) => [label, text]));
      return `${JSON.stringify({ source, id, after, reference, actProbabilities, drafts: texts }, roundNumbers)}\n`;
    })
    .join('');
}

function parse(argv: readonly string[]): Options | 'help' {
  const values = parseOptions(argv, {
    ...drawingOptions,
    effort: { type: 'string', default: DEFAULT_EFFORTS },
    json: { type: 'boolean', default: false },
    replies: { type: 'string' },
    steps: { type: 'string' },
    plot: { type: 'string' },
  });
  if (values.help) return 'help';
  return {
    ways: [
      ...values.effort.split(',').map((name) => ({ label: name, effort: toEffort(name) })),
      ...(values.steps?.split(',') ?? []).map((steps) => toStepsWay(toWhole('--steps', steps, 1))),
    ],
    ...toDrawing(values),
    isJson: values.json,
    plotFile: toPlotFile(values),
    repliesFile: values.replies,
  };
}

function toPlotFile({ plot, steps }: { readonly plot?: string; readonly steps?: string }): string | undefined {
  if (plot !== undefined && steps === undefined) throw new UsageError('--plot draws what --steps measures: give both');
  return plot;
}

/** Diffusion has one effort per number of steps, so any will do. */
function toStepsWay(steps: number): Way {
  return { label: `${steps} steps`, effort: 'instant', steps };
}

function toEffort(name: string): EffortName {
  const isEffort = (one: string): one is EffortName => Object.hasOwn(efforts, one);
  if (isEffort(name)) return name;
  throw new UsageError(`--effort has "${name}", expected some of ${Object.keys(efforts).join(', ')}`);
}

/** Four digits are more than a sample supports. */
function roundNumbers(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value;
}
