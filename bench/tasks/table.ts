// The figures of `repartee bench tasks` as tables, and calls as their transcripts.

import type { Machine } from '../machine.ts';
import type { Share, TaskFigures } from './figures.ts';
import type { Verdict } from './judge.ts';
import type { PlayedTask } from './played-task.ts';
import type { Kind } from './script.ts';

export interface TasksBench {
  readonly settings: {
    readonly machine: Machine;
    readonly model: string;
    readonly seed: number;
    readonly today: string;
    readonly limit: number | null;
  };
  readonly examples: TaskFigures | null;
  readonly unseen: TaskFigures | null;
  readonly agents: Readonly<Record<string, TaskFigures>>;
  readonly kinds: Readonly<Record<string, TaskFigures>>;
  /** Each call by itself, to be compared between models. */
  readonly calls: readonly JudgedTask[];
}

export interface JudgedTask {
  readonly agent: string;
  readonly isUnseen: boolean;
  /** Which of the agent's callers, from 0. */
  readonly index: number;
  readonly kind: Kind;
  readonly verdict: Verdict;
}

const columns: readonly (readonly [heading: string, value: (figures: TaskFigures) => string])[] = [
  ['calls', ({ calls }) => String(calls)],
  ['success', ({ success }) => withInterval(success)],
  ['where something was to be done', ({ doing }) => (doing === null ? '–' : withInterval(doing))],
  ['wrong writes', ({ wrongWrites }) => withInterval(wrongWrites)],
  ['not done', ({ missing }) => short(missing)],
  ['false claims', ({ falseClaims }) => withInterval(falseClaims)],
  ['untold', ({ untold }) => short(untold)],
  ['invented', ({ invented }) => short(invented)],
  ['loops', ({ loops }) => short(loops)],
  ['turns', ({ turns }) => turns.toFixed(1)],
  ['re-asks', ({ reAsks }) => reAsks.toFixed(2)],
];

export function renderTasks({ settings, examples, unseen, agents, kinds }: TasksBench): string {
  const { machine, model, seed, today } = settings;
  const all = [
    ['example agents', examples],
    ['unseen agents', unseen],
  ] as const;
  return `${[
    `${machine.date}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, model ${model}, seed ${seed}, the day is ${today}`,
    '',
    ...renderTable(
      '',
      all.flatMap(([name, figures]) => (figures === null ? [] : [[name, figures] as const])),
    ),
    '',
    ...renderTable('agent', Object.entries(agents)),
    '',
    ...renderTable('kind of task', Object.entries(kinds)),
  ].join('\n')}\n`;
}

/** Markdown, so that it can be published as it is. */
function renderTable(heading: string, rows: readonly (readonly [string, TaskFigures])[]): string[] {
  return [
    `| ${[heading, ...columns.map(([name]) => name)].join(' | ')} |`,
    `|${'---|'.repeat(columns.length + 1)}`,
    ...rows.map(([name, figures]) => `| ${[name, ...columns.map(([, value]) => value(figures))].join(' | ')} |`),
  ];
}

/** "0.62 (0.53–0.70)" */
function withInterval({ share, interval: [low, high] }: Share): string {
  return `${share.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

function short({ share }: Share): string {
  return share.toFixed(2);
}

/** For a reader. */
export function renderCall(played: PlayedTask, verdict: Verdict): string {
  const { agent, index, task, greeting, turns, goal } = played;
  const wrong = [
    verdict.isWrongWrite && 'wrong write',
    verdict.isMissing && 'not done',
    verdict.isFalseClaim && 'false claim',
    verdict.isUntold && 'untold',
    verdict.invented.length > 0 && `invented ${verdict.invented.join(' ')}`,
    verdict.isLooping && 'loops',
  ].filter(Boolean);
  return `${[
    `# ${agent} ${index}, ${task.kind}: ${wrong.length === 0 ? 'success' : wrong.join(', ')}`,
    `  goal    ${JSON.stringify(goal)}`,
    `  wanted  ${JSON.stringify(verdict.wanted ?? 'nothing')}`,
    `  done    ${JSON.stringify(verdict.done)}`,
    `  agent   ${greeting}`,
    ...turns.flatMap(({ caller, tools, reply }) => [
      `  caller  ${caller}`,
      ...tools.map(
        ({ name, arguments: args, result, error, speculative }) =>
          `  ${speculative ? 'ahead' : 'tool '}   ${name} ${JSON.stringify(args)} → ${error ?? JSON.stringify(result)}`,
      ),
      `  agent   ${reply}`,
    ]),
  ].join('\n')}\n\n`;
}
