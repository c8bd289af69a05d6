// `repartee bench tasks`: whole calls of scripted callers with goals, judged by what was done and what was said of it.

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseOptions, toWhole } from '../src/arguments.ts';
import { createRandom } from '../src/base/random.ts';
import { UsageError } from '../src/errors.ts';
import { loadModel } from '../src/runtime/loaded-model.ts';
import { prepareAgent } from '../src/session/prepare-agent.ts';
import { createPromptPrefixes } from '../src/session/prompt-prefixes.ts';
import { describeMachine } from './machine.ts';
import { TODAY } from './tasks/dates.ts';
import { figuresOf, type TaskFigures } from './tasks/figures.ts';
import { judge } from './tasks/judge.ts';
import { playTask } from './tasks/played-task.ts';
import { kinds, type TaskedAgent } from './tasks/script.ts';
import { createSteadyEngine } from './tasks/steady-engine.ts';
import { type JudgedTask, renderCall, renderTasks, type TasksBench } from './tasks/table.ts';
import { taskedAgents } from './tasks/tasked-agents.ts';

const HELP = `usage: repartee bench tasks [--agent NAME]… [--limit N] [--seed S] [--model DIR] [--json] [--failures FILE]

Plays callers with goals against the model and judges what was done, and what was said of it: 120 callers of the
example agents, 40 of agents that are no part of its training data.

  --agent NAME     one of ${taskedAgents.map(({ name }) => name).join(', ')}; may be repeated (default: all)
  --limit N        callers of each agent (default: all)
  --seed S         draws goals and wordings (default 1)
  --model DIR      a model folder (default: the one that comes with repartee)
  --json           one JSON object instead of tables
  --failures FILE  also write the transcript of each call that failed
`;

interface Options {
  readonly agents: readonly TaskedAgent[];
  readonly limit: number;
  readonly seed: number;
  readonly modelDir: string | undefined;
  readonly isJson: boolean;
  readonly failuresFile: string | undefined;
}

/** Throws UsageError, RuntimeError. */
export async function benchTasks(argv: readonly string[]): Promise<void> {
  const options = parse(argv);
  if (options === 'help') return void process.stdout.write(HELP);
  const warn = (line: string) => void process.stderr.write(`${line}\n`);
  const { modelDir, seed, limit } = options;
  const model = await loadModel(modelDir, { warn });
  try {
    if (options.failuresFile !== undefined) writeFileSync(options.failuresFile, '');
    const judged = await playAll({ ...model, engine: createSteadyEngine(model.engine) }, options, warn);
    const bench: TasksBench = {
      settings: {
        machine: describeMachine(),
        model: model.name,
        seed,
        today: TODAY,
        limit: Number.isFinite(limit) ? limit : null,
      },
      examples: figuresOf(judged.filter(({ isUnseen }) => !isUnseen).map(({ verdict }) => verdict)),
      unseen: figuresOf(judged.filter(({ isUnseen }) => isUnseen).map(({ verdict }) => verdict)),
      agents: by(
        options.agents.map(({ name }) => name),
        judged,
        ({ agent }) => agent,
      ),
      kinds: by(kinds, judged, ({ kind }) => kind),
      calls: judged,
    };
    process.stdout.write(options.isJson ? `${JSON.stringify(bench, roundNumbers)}\n` : renderTasks(bench));
  } finally {
    await model.engine.close();
  }
}

async function playAll(
  model: Awaited<ReturnType<typeof loadModel>>,
  { agents, limit, seed, failuresFile }: Options,
  tell: (line: string) => void,
): Promise<readonly JudgedTask[]> {
  process.env.REPARTEE_TODAY = TODAY;
  const promptPrefixOf = createPromptPrefixes(model.prompt);
  const judged: JudgedTask[] = [];
  for (const { name, isUnseen, load, callers } of agents) {
    const agent = await load();
    await prepareAgent(agent, model, promptPrefixOf);
    for (const [index, scripted] of callers(createRandom(seed)).slice(0, limit).entries()) {
      const played = await inFreshState(() =>
        playTask({ agent, index, ...scripted, model, promptPrefixOf, random: createRandom(seed * 1000 + index) }),
      );
      const verdict = judge(played);
      judged.push({ agent: name, isUnseen, index, kind: scripted.task.kind, verdict });
      if (failuresFile !== undefined && !verdict.isSuccess) appendFileSync(failuresFile, renderCall(played, verdict));
    }
    const own = judged.filter((one) => one.agent === name);
    tell(`${name}: ${own.filter(({ verdict }) => verdict.isSuccess).length} of ${own.length} calls`);
  }
  return judged;
}

/** No caller finds what another one booked. */
async function inFreshState<T>(work: () => Promise<T>): Promise<T> {
  const before = process.env.REPARTEE_STATE;
  const folder = mkdtempSync(join(tmpdir(), 'repartee-tasks-'));
  process.env.REPARTEE_STATE = folder;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env.REPARTEE_STATE;
    else process.env.REPARTEE_STATE = before;
    rmSync(folder, { recursive: true, force: true });
  }
}

function by(
  names: readonly string[],
  judged: readonly JudgedTask[],
  nameOf: (one: JudgedTask) => string,
): Readonly<Record<string, TaskFigures>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const figures = figuresOf(judged.filter((one) => nameOf(one) === name).map(({ verdict }) => verdict));
      return figures === null ? [] : [[name, figures]];
    }),
  );
}

function parse(argv: readonly string[]): Options | 'help' {
  const noNames: string[] = [];
  const values = parseOptions(argv, {
    agent: { type: 'string', multiple: true, default: noNames },
    limit: { type: 'string' },
    seed: { type: 'string', default: '1' },
    model: { type: 'string' },
    json: { type: 'boolean', default: false },
    failures: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return 'help';
  const unknown = values.agent.find((wanted) => !taskedAgents.some(({ name }) => name === wanted));
  if (unknown !== undefined)
    throw new UsageError(`--agent is "${unknown}", expected one of ${taskedAgents.map(({ name }) => name).join(', ')}`);
  return {
    agents: taskedAgents.filter(({ name }) => values.agent.length === 0 || values.agent.includes(name)),
    limit: values.limit === undefined ? Number.POSITIVE_INFINITY : toWhole('--limit', values.limit, 1),
    seed: toWhole('--seed', values.seed, 0),
    modelDir: values.model,
    isJson: values.json,
    failuresFile: values.failures,
  };
}

/** Four digits are more than a sample supports. */
function roundNumbers(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value;
}
