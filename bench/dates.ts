// `repartee bench dates`: how many days and times that callers name are read right, without the model.

import { readFileSync } from 'node:fs';
import { parseOptions } from '../src/arguments.ts';
import { packagePath } from '../src/package-path.ts';
import { toMoment } from '../src/spoken/calendar.ts';
import { createValueReader } from '../src/spoken/values.ts';

const HELP = `usage: repartee bench dates [--json]

Reads the lines of fixtures/spoken/dates-and-times.jsonl as spokenDate() and spokenTime() do.

  --json  one JSON object instead of a table
`;

interface SpokenLine {
  /** Of the call. */
  readonly today: string;
  readonly words: string;
  /** What they name; null: nothing. */
  readonly date?: string | null;
  readonly time?: string | null;
}

export interface DateFigures {
  readonly kind: 'date' | 'time';
  readonly lines: number;
  readonly right: number;
  readonly share: number;
  readonly wrong: readonly { readonly words: string; readonly expected: string | null; readonly read: string | null }[];
}

/** Throws UsageError. */
export async function benchDates(argv: readonly string[]): Promise<void> {
  const { json, help: isHelp } = parseOptions(argv, {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (isHelp) {
    process.stdout.write(HELP);
    return;
  }
  const figures = measureDates();
  if (json) {
    process.stdout.write(`${JSON.stringify({ figures }, null, 2)}\n`);
    return;
  }
  process.stdout.write('| value | lines | right | share |\n|---|---|---|---|\n');
  for (const { kind, lines, right, share } of figures)
    process.stdout.write(`| ${[kind, lines, right, share].join(' | ')} |\n`);
  for (const { words, expected, read } of figures.flatMap(({ wrong }) => wrong))
    process.stdout.write(`\n"${words}": expected ${expected ?? 'nothing'}, read ${read ?? 'nothing'}\n`);
}

/** A line is right where its newest value is the expected one. */
export function measureDates(): readonly DateFigures[] {
  const text = readFileSync(packagePath('fixtures/spoken/dates-and-times.jsonl'), 'utf8');
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): SpokenLine => JSON.parse(line));
  return (['date', 'time'] as const).map((kind) => {
    const own = lines.filter((line) => kind in line);
    const wrong = own.flatMap((line) => {
      const [expected, read] = [line[kind] ?? null, readNewest(kind, line)];
      return read === expected ? [] : [{ words: line.words, expected, read }];
    });
    const right = own.length - wrong.length;
    return { kind, lines: own.length, right, share: Math.round((1000 * right) / own.length) / 1000, wrong };
  });
}

function readNewest(kind: 'date' | 'time', { today, words }: SpokenLine): string | null {
  const moment = toMoment(new Date(`${today}T10:00:00Z`), 'UTC');
  const [newest] = createValueReader({ kind })({ turns: [words], results: [] }, moment);
  return newest === undefined ? null : String(newest);
}
