// The figures of `repartee bench model` as tables for a reader.
import type { Machine } from './machine.ts';
import type { Figures } from './model-figures.ts';

export interface ModelBench {
  readonly settings: {
    readonly machine: Machine;
    readonly model: string;
    readonly users: 'recognised';
    readonly efforts: readonly string[];
    readonly limit: number | null;
    readonly seed: number;
    readonly sources: Readonly<
      Record<string, { readonly files: readonly string[]; readonly dialogues: number; readonly skipped: number }>
    >;
  };
  /** By source, then by effort. */
  readonly sources: Readonly<Record<string, Readonly<Record<string, Figures>>>>;
}

type Column = readonly [heading: string, value: (figures: Figures) => string];

const actColumns: readonly Column[] = [
  ['points', ({ acts }) => String(acts.n)],
  ['acts right', ({ acts }) => interval(acts.accuracy, acts.accuracyInterval)],
  ['say found', ({ acts }) => share(acts.recall.say)],
  ['call found', ({ acts }) => share(acts.recall.call)],
  ['wait found', ({ acts }) => share(acts.recall.wait)],
  ['say or call', ({ acts }) => share(acts.sayOrCall)],
  ['would wait', ({ acts }) => share(acts.wouldWait)],
  ['end of turn AUC', ({ endOfTurn }) => share(endOfTurn.auc)],
];

const callColumns: readonly Column[] = [
  ['calls', ({ calls }) => String(calls.n)],
  ['name', ({ calls }) => share(calls.name)],
  ['exact', ({ calls }) => interval(calls.exact, calls.exactInterval)],
  ['arguments P', ({ calls }) => share(calls.arguments.precision)],
  ['R', ({ calls }) => share(calls.arguments.recall)],
  ['name given the act', ({ calls }) => share(calls.givenAct.name)],
  ['exact given the act', ({ calls }) => share(calls.givenAct.exact)],
  ['valid JSON', ({ calls }) => share(calls.jsonValid)],
];

const replyColumns: readonly Column[] = [
  ['replies', ({ replies }) => String(replies.n)],
  ['entity recall', ({ replies }) => interval(replies.entityRecall, replies.entityRecallInterval)],
  ['chrF', ({ replies }) => share(replies.chrf)],
  ['distinct-2', ({ replies }) => share(replies.distinct2)],
  ['rep-4', ({ replies }) => share(replies.rep4)],
  ['empty', ({ replies }) => share(replies.empty)],
  ['truncated', ({ replies }) => share(replies.truncated)],
  ['words off', ({ replies }) => number(replies.lengthError)],
  ['AR loss', ({ replies }) => number(replies.arLoss)],
  ['forwards', ({ speed }) => number(speed.forwards)],
  ['tokens', ({ speed }) => number(speed.tokens)],
  ['ms p50', ({ speed }) => number(speed.msP50)],
];

/** Markdown. */
export function renderModelBench({ settings, sources }: ModelBench): string {
  const { machine, model, seed, limit } = settings;
  const rows = Object.entries(sources).flatMap(([source, ways]) =>
    Object.entries(ways).map(([way, figures]) => ({ source, way, figures })),
  );
  const firsts = rows.filter(({ way }) => way === settings.efforts[0]);
  return [
    `${model}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load average ${machine.loadAverage}, ${machine.date}\n`,
    `seed ${seed}, ${limit === null ? 'all dialogues' : `${limit} dialogues a source at most`}, callers as recognised; shares with 95 % intervals\n\n`,
    table(['source'], actColumns, firsts, ({ source }) => [source]),
    '\n',
    table(
      ['source', 'effort'],
      callColumns,
      rows.filter(({ figures }) => figures.calls.n > 0),
      ({ source, way }) => [source, way],
    ),
    '\n',
    table(
      ['source', 'effort'],
      replyColumns,
      rows.filter(({ figures }) => figures.replies.n > 0),
      ({ source, way }) => [source, way],
    ),
  ].join('');
}

interface Row {
  readonly source: string;
  readonly way: string;
  readonly figures: Figures;
}

function table(
  keys: readonly string[],
  columns: readonly Column[],
  rows: readonly Row[],
  keysOf: (row: Row) => readonly string[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const head = [...keys, ...columns.map(([heading]) => heading)];
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map((row) => line([...keysOf(row), ...columns.map(([, value]) => value(row.figures))])),
  ].join('');
}

function share(value: number | null): string {
  return value === null ? '–' : value.toFixed(3).replace(/^0/, '');
}

function interval(value: number | null, bounds: readonly [number, number] | null): string {
  return bounds === null ? share(value) : `${share(value)} (${bounds.map(share).join('–')})`;
}

function number(value: number | null): string {
  return value === null ? '–' : String(Math.round(value * 100) / 100);
}
