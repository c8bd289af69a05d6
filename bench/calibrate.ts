// `repartee bench calibrate`: finds the constants by which a model calls and waits as people's agents did, and writes
// them into its manifest.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOptions } from '../src/arguments.ts';
import { createRandom } from '../src/base/random.ts';
import { loadManifest, MANIFEST_FILE } from '../src/engine/manifest.ts';
import {
  type Calibration,
  type CallRow,
  calibrate,
  callRows,
  type SeenPoint,
  shift,
  type WaitRow,
  waitRows,
} from './calibration.ts';
import { answer } from './model-answers.ts';
import { DRAWING_HELP, type Drawing, drawingOptions, toDrawing } from './model-options.ts';
import { loadParts, type ModelParts } from './model-parts.ts';
import { toPoints } from './model-points.ts';
import { drawDialogues, findSources, type Source } from './model-sources.ts';

const HELP = `usage: repartee bench calibrate [--data FILE]… [--limit N] [--seed S] [--json] [--write] [--model DIR]

Asks the model at every turn of dialogues whether it would say, call or wait, and finds what to add to the log-odds of
calling and of waiting so that it does as people's agents did. One forward a turn.

${DRAWING_HELP}
  --json          one JSON object instead of tables
  --write         put the constants into the model's model.json
`;

interface CalibrateBench {
  readonly settings: {
    readonly model: string;
    readonly limit: number | null;
    readonly seed: number;
    readonly points: Readonly<Record<string, number>>;
  };
  readonly before: Calibration;
  readonly calibration: Calibration;
  readonly calls: readonly CallRow[];
  readonly waits: readonly WaitRow[];
}

const none: Calibration = { callNats: 0, waitNats: 0 };

/** Throws UsageError, RuntimeError. */
export async function benchCalibrate(argv: readonly string[]): Promise<void> {
  const values = parseOptions(argv, {
    ...drawingOptions,
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  });
  if (values.help) return void process.stdout.write(HELP);
  const drawing = toDrawing(values);
  const { data, limit, seed, modelDir } = drawing;
  const warn = (line: string) => void process.stderr.write(`${line}\n`);
  const sources = findSources(data, process.env.REPARTEE_DATA, warn);
  const { calibration: before = none } = await loadManifest(modelDir);
  const parts = await loadParts(modelDir);
  try {
    const seen = new Map<string, SeenPoint[]>();
    for (const source of sources) {
      seen.set(source.name, await see(parts, source, drawing, before, warn));
      warn(`${source.name}: ${seen.get(source.name)?.length} points`);
    }
    const all = [...seen.values()];
    const calibration = calibrate(all);
    const bench: CalibrateBench = {
      settings: {
        model: parts.name,
        limit: Number.isFinite(limit) ? limit : null,
        seed,
        points: Object.fromEntries([...seen].map(([name, points]) => [name, points.length])),
      },
      before,
      calibration,
      calls: callRows(all),
      waits: waitRows(all, calibration.callNats),
    };
    process.stdout.write(values.json ? `${JSON.stringify(bench)}\n` : render(bench));
    if (values.write) writeCalibration(modelDir, calibration);
  } finally {
    await parts.engine.close();
  }
}

/** What the model thinks without the constants it has. */
async function see(
  parts: ModelParts,
  source: Source,
  { limit, seed }: Drawing,
  before: Calibration,
  warn: (line: string) => void,
): Promise<SeenPoint[]> {
  const undo = { callNats: -before.callNats, waitNats: -before.waitNats };
  const seen: SeenPoint[] = [];
  for (const [index, dialogue] of drawDialogues(source, limit, seed).entries()) {
    if (dialogue.tools.length === 0) continue;
    const evaluated = toPoints(dialogue, parts.prompt, createRandom(seed + index));
    for (const { point, actProbabilities } of (await answer(parts, evaluated, [], warn)) ?? [])
      seen.push({ after: point.after, act: point.reference.act, actProbabilities: shift(actProbabilities, undo) });
  }
  return seen;
}

/** The rest of the file stays as it is. */
function writeCalibration(modelDir: string, calibration: Calibration): void {
  const path = join(modelDir, MANIFEST_FILE);
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, `${JSON.stringify(Object.assign({}, manifest, { calibration }), null, 2)}\n`);
}

function render({ settings, before, calibration, calls, waits }: CalibrateBench): string {
  const points = Object.entries(settings.points).map(([name, count]) => `${name} ${count}`);
  const mark = (isChosen: boolean) => (isChosen ? ' ←' : '');
  return [
    `${settings.model}, seed ${settings.seed}, points: ${points.join(', ')}; means over sources\n`,
    `before: call ${before.callNats}, wait ${before.waitNats} nats\n\n`,
    '| added to calling, nats | say or call right | say found | call found |\n|---|---|---|---|\n',
    ...calls.map(
      ({ callNats, accuracy, recall }) =>
        `| ${callNats}${mark(callNats === calibration.callNats)} | ${share(accuracy)} | ${share(recall.say)} | ${share(recall.call)} |\n`,
    ),
    '\n| added to waiting, nats | cut turns waited at | whole turns waited at |\n|---|---|---|\n',
    ...waits.map(
      ({ waitNats, found, falseWaits }) =>
        `| ${waitNats}${mark(waitNats === calibration.waitNats)} | ${share(found)} | ${share(falseWaits)} |\n`,
    ),
  ].join('');
}

function share(value: number): string {
  return value.toFixed(3).replace(/^0/, '');
}
