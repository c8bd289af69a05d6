// Which dialogues a model is evaluated on, and which of them. Takes options, gives dialogues; knows no model.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createRandom } from '../src/base/random.ts';
import { ModelError } from '../src/errors.ts';
import { packagePath } from '../src/package-path.ts';
import { type Dialogue, readDialogues } from '../training/dialogues.ts';

export interface Source {
  readonly name: string;
  readonly files: readonly string[];
}

const dialogueFile = /^(.+)\.jsonl(\.br)?$/;

/** The files given; else every one of `dataDir`/dev; else the sample that comes with the repository. */
export function findSources(
  files: readonly string[],
  dataDir: string | undefined,
  warn: (line: string) => void,
): Source[] {
  if (files.length > 0) return groupByName(files);
  if (dataDir) return groupByName(listFiles(join(dataDir, 'dev')));
  const sample = packagePath('fixtures/eval');
  warn(`REPARTEE_DATA is not set: evaluating the sample in ${sample}`);
  return groupByName(listFiles(sample));
}

/**
 * `limit` dialogues of a source, drawn with the seed; all of them where it has no more. Throws ModelError naming file
 * and line.
 */
export function drawDialogues({ files }: Source, limit: number, seed: number): Dialogue[] {
  const random = createRandom(seed);
  const keyed = files.flatMap((file) => readDialogues(file)).map((dialogue) => ({ dialogue, key: random() }));
  return keyed
    .sort((a, b) => a.key - b.key)
    .slice(0, limit)
    .map(({ dialogue }) => dialogue);
}

function listFiles(dir: string): string[] {
  if (!existsSync(dir))
    throw new ModelError('data-missing', `${dir} does not exist: is REPARTEE_DATA right, and is this a clone?`);
  return readdirSync(dir)
    .filter((name) => dialogueFile.test(name))
    .sort()
    .map((name) => join(dir, name));
}

function groupByName(files: readonly string[]): Source[] {
  const nameOf = (file: string) => dialogueFile.exec(basename(file))?.[1] ?? basename(file);
  return [...new Set(files.map(nameOf))].map((name) => ({
    name,
    files: files.filter((file) => nameOf(file) === name),
  }));
}
