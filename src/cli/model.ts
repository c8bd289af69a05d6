// `repartee model import SOURCE`: a published checkpoint becomes a model folder. Argv in, exit code out.

import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseWords } from '../arguments.ts';
import { systemClock } from '../base/clock.ts';
import { UsageError } from '../errors.ts';
import { downloadCheckpoint } from '../import/hub/download-checkpoint.ts';
import { type HubSource, readHubSource } from '../import/hub/hub-source.ts';
import { importModel, refuseFull, type WeightKind, weightKinds } from '../import/model/import-model.ts';
import type { Progress } from '../import/model/progress.ts';

const HELP = `usage: repartee model import SOURCE --to DIR [--weights ${Object.keys(weightKinds).join('|')}]

Makes a model folder of a published checkpoint. SOURCE is a folder with config.json, tokenizer.json and safetensors
files, a .gguf file, or hf:OWNER/NAME[@REVISION] of Hugging Face's hub. Run again after it was ended, it goes on where it
stopped. HF_TOKEN lets it into repositories that want one, HF_ENDPOINT names another hub.

  --to DIR          the folder to make; it must be empty or not there
  --weights KIND    int8: a byte each, multiplied by bytes; int8-blocks: a byte each and a scale for 32 of them, the
                    most exact; int4: half of that, for models over 500 million parameters (default int8)
`;

/** Between two lines where there is no terminal to rewrite one on. */
const LINE_PART = 0.1;

/** Throws UsageError, ModelError. */
export async function runModel(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [action, from, ...more] = positionals;
  if (action !== 'import') throw new UsageError(`expected "import", got ${JSON.stringify(action ?? '')}`);
  if (from === undefined || more.length > 0)
    throw new UsageError(`expected one checkpoint to import, got ${positionals.length - 1}`);
  if (values.to === undefined) throw new UsageError('--to is missing: the folder to make');
  if (!isKind(values.weights))
    throw new UsageError(`--weights is "${values.weights}", expected ${Object.keys(weightKinds).join(' or ')}`);
  const { to, weights } = values;
  const source = readHubSource(from);
  if (source === undefined) await importModel({ from, to, weights, clock: systemClock, report: createReport() });
  else await importFromHub(source, { named: from, to, weights });
  process.stderr.write(process.stderr.isTTY ? '\r\u001b[K' : '');
  process.stdout.write(`${to} is ready\n`);
  return 0;
}

/** What was downloaded lies beside the model until that is whole: a run that was ended goes on. */
async function importFromHub(
  source: HubSource,
  { named, to, weights }: { readonly named: string; readonly to: string; readonly weights: WeightKind },
): Promise<void> {
  await refuseFull(to);
  const folder = `${resolve(to)}.download`;
  process.stderr.write(`downloading ${named}\n`);
  await downloadCheckpoint({
    source,
    folder,
    clock: systemClock,
    report: createReport(),
    hubUrl: process.env.HF_ENDPOINT || undefined,
    token: process.env.HF_TOKEN || undefined,
  });
  process.stderr.write(`\nimporting it\n`);
  await importModel({ from: folder, named, to, weights, clock: systemClock, report: createReport() });
  await rm(folder, { recursive: true });
}

function createReport(): (progress: Progress) => void {
  let said = 0;
  return (progress) => {
    const part = progress.doneBytes / progress.totalBytes;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${renderProgress(progress)}`);
    else if (part >= said + LINE_PART) {
      said = part;
      process.stderr.write(`${renderProgress(progress)}\n`);
    }
  };
}

/** `512 of 2300 MB (22 %), 40 s left` */
export function renderProgress({ doneBytes, totalBytes, remainingMs }: Progress): string {
  const [done, total] = [doneBytes, totalBytes].map((bytes) => Math.round(bytes / 1e6));
  const left = remainingMs === undefined ? '' : `, ${Math.ceil(remainingMs / 1000)} s left`;
  return `${done} of ${total} MB (${Math.floor((100 * doneBytes) / totalBytes)} %)${left}`;
}

function isKind(text: string): text is WeightKind {
  return Object.hasOwn(weightKinds, text);
}

function parse(argv: readonly string[]) {
  return parseWords(argv, {
    help: { type: 'boolean', short: 'h', default: false },
    to: { type: 'string' },
    weights: { type: 'string', default: 'int8' },
  });
}
