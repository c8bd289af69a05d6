// The figures of `repartee bench model` as tables for a reader.
import type { Machine } from './machine.ts';
import type { CurvePoint } from './model-curve.ts';
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
  /** Quality against steps, all sources together; empty where no steps were asked for. */
  readonly curve: readonly CurvePoint[];
}

type Column<Shown> = readonly [heading: string, value: (figures: Shown) => string];

type OfReplies = Pick<Figures, 'replies' | 'speed'>;

const actColumns: readonly Column<Figures>[] = [
  ['points', ({ acts }) => String(acts.n)],
  ['acts right', ({ acts }) => interval(acts.accuracy, acts.accuracyInterval)],
  ['say found', ({ acts }) => share(acts.recall.say)],
  ['call found', ({ acts }) => share(acts.recall.call)],
  ['wait found', ({ acts }) => share(acts.recall.wait)],
  ['say or call', ({ acts }) => share(acts.sayOrCall)],
  ['would wait', ({ acts }) => share(acts.wouldWait)],
  ['end of turn AUC', ({ endOfTurn }) => share(endOfTurn.auc)],
];

const callColumns: readonly Column<Figures>[] = [
  ['calls', ({ calls }) => String(calls.n)],
  ['name', ({ calls }) => share(calls.name)],
  ['exact', ({ calls }) => interval(calls.exact, calls.exactInterval)],
  ['arguments P', ({ calls }) => share(calls.arguments.precision)],
  ['R', ({ calls }) => share(calls.arguments.recall)],
  ['name given the act', ({ calls }) => share(calls.givenAct.name)],
  ['exact given the act', ({ calls }) => share(calls.givenAct.exact)],
  ['valid JSON', ({ calls }) => share(calls.jsonValid)],
];

const replyColumns: readonly Column<OfReplies>[] = [
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
export function renderModelBench({ settings, sources, curve }: ModelBench): string {
  const { machine, model, seed, limit } = settings;
  const rows = Object.entries(sources).flatMap(([source, ways]) =>
    Object.entries(ways).map(([way, figures]) => ({ source, way, figures })),
  );
  const ofSome = (part: 'calls' | 'replies') => rows.filter(({ figures }) => figures[part].n > 0);
  const ofCurve = curve.map((point) => ({ way: point.way, figures: point }));
  const firsts = rows.filter(({ way }) => way === settings.efforts[0]);
  return [
    `${model}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load average ${machine.loadAverage}, ${machine.date}\n`,
    `seed ${seed}, ${limit === null ? 'all dialogues' : `${limit} dialogues a source at most`}, callers as recognised; shares with 95 % intervals\n\n`,
    table(['source'], actColumns, firsts, ({ source }) => [source]),
    '\n',
    table(['source', 'effort'], callColumns, ofSome('calls'), ({ source, way }) => [source, way]),
    '\n',
    table(['source', 'effort'], replyColumns, ofSome('replies'), ({ source, way }) => [source, way]),
    ...(curve.length === 0
      ? []
      : ['\nAll sources together:\n\n', table(['how'], replyColumns, ofCurve, ({ way }) => [way])]),
  ].join('');
}

interface Row<Shown> {
  readonly way: string;
  readonly figures: Shown;
}

function table<Shown, Shape extends Row<Shown>>(
  keys: readonly string[],
  columns: readonly Column<Shown>[],
  rows: readonly Shape[],
  keysOf: (row: Shape) => readonly string[],
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
