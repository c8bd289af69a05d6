// Takes what `npm run bench -- model --json` measured, fills the measured tables of a model card with it. Knows no
// engine.

import { readFileSync } from 'node:fs';
import { isRecord } from '../src/base/is-record.ts';
import { ModelError, toMessage } from '../src/errors.ts';
import { writeWhole } from './write-whole.ts';

const OPENING_MARK = '<!-- measured -->';
const CLOSING_MARK = '<!-- /measured -->';

/** Heading, where the figure lies, and where its interval does. */
type Column = readonly [heading: string, path: string, interval?: string];

/** Alike at every effort. */
const turnColumns: readonly Column[] = [
  ['points', 'acts.n'],
  ['acts right', 'acts.accuracy', 'acts.accuracyInterval'],
  ['say found', 'acts.recall.say'],
  ['call found', 'acts.recall.call'],
  ['wait found', 'acts.recall.wait'],
  ['end of turn AUC', 'endOfTurn.auc'],
];

const replyColumns: readonly Column[] = [
  ['calls', 'calls.n'],
  ['name', 'calls.name'],
  ['exact', 'calls.exact', 'calls.exactInterval'],
  ['valid JSON', 'calls.jsonValid'],
  ['replies', 'replies.n'],
  ['entity recall', 'replies.entityRecall', 'replies.entityRecallInterval'],
  ['chrF', 'replies.chrf'],
  ['loops', 'replies.rep4'],
  ['empty', 'replies.empty'],
  ['AR loss', 'replies.arLoss'],
  ['tokens', 'speed.tokens'],
  ['forwards', 'speed.forwards'],
  ['ms p50', 'speed.msP50'],
];

export interface CardOptions {
  /** JSON of the bench. */
  readonly from: string;
  readonly cardFile: string;
}

/** What stands between the card's two marks is replaced, the rest kept. Throws ModelError naming the file. */
export function writeCard({ from, cardFile }: CardOptions): void {
  const tables = renderTables(readBench(from), from);
  const card = readText(cardFile);
  const start = card.indexOf(OPENING_MARK);
  const end = card.indexOf(CLOSING_MARK);
  if (start < 0 || end < start)
    throw new ModelError(
      'data-malformed',
      `${cardFile} lacks ${OPENING_MARK} with ${CLOSING_MARK} after it: put them around its tables`,
    );
  writeWhole(cardFile, `${card.slice(0, start)}${OPENING_MARK}\n${tables}${card.slice(end)}`);
}

function renderTables(bench: unknown, file: string): string {
  const rows = entriesOf(bench, 'sources', file).flatMap(([source, efforts]) =>
    entriesOf(bench, `sources.${source}`, file, efforts).map(([effort, figures]) => ({ source, effort, figures })),
  );
  const firsts = rows.filter(({ source }, index) => rows.findIndex((row) => row.source === source) === index);
  const at = (path: string) => String(figureAt(bench, `settings.${path}`, file));
  const limit = at('limit') === 'null' ? 'all dialogues' : `${at('limit')} dialogues a source at most`;
  return [
    `Measured by \`npm run bench -- model\`: ${at('model')}, ${at('machine.cpu')}, ${at('machine.date')}, ${limit}, seed ${at('seed')}; shares with 95 % intervals.\n`,
    renderTable(
      ['source', ...turnColumns.map(([heading]) => heading)],
      firsts.map(({ source, figures }) => [source, ...turnColumns.map((column) => cell(figures, column, file))]),
    ),
    renderTable(
      ['source', 'effort', ...replyColumns.map(([heading]) => heading)],
      rows.map(({ source, effort, figures }) => [
        source,
        effort,
        ...replyColumns.map((column) => cell(figures, column, file)),
      ]),
    ),
  ].join('\n');
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function cell(figures: unknown, [, path, interval]: Column, file: string): string {
  const value = figureAt(figures, path, file);
  if (value === null) return '–';
  const bounds = interval === undefined ? null : figureAt(figures, interval, file);
  return Array.isArray(bounds) ? `${toText(value)} (${bounds.map(toText).join('–')})` : toText(value);
}

/** Shares without the zero before the point. */
function toText(value: unknown): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  return Math.abs(value) < 1 ? value.toFixed(3).replace(/^0/, '') : String(Math.round(value * 100) / 100);
}

function figureAt(value: unknown, path: string, file: string): unknown {
  const figure = path.split('.').reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
  if (figure === undefined)
    throw new ModelError('data-malformed', `${file} has no "${path}": is it of npm run bench -- model --json?`);
  return figure;
}

function entriesOf(
  bench: unknown,
  path: string,
  file: string,
  value = figureAt(bench, path, file),
): [string, unknown][] {
  if (!isRecord(value)) throw new ModelError('data-malformed', `${file}: "${path}" is no object`);
  return Object.entries(value);
}

function readBench(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ModelError('data-malformed', `${file} is no JSON: ${toMessage(cause)}`, { cause });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ModelError('data-unreadable', `can't read ${file}: ${toMessage(cause)}`, { cause });
  }
}
