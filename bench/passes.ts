// `repartee bench passes`: how many forward passes tool calls and repairs take. Counts, so a busy machine does no harm.

import { parseOptions, toWhole } from '../src/arguments.ts';
import { createRandom } from '../src/base/random.ts';
import type { Act, DraftState, PromptPrefix, Sequence } from '../src/engine/sequence.ts';
import { EngineError } from '../src/errors.ts';
import { readDates } from '../src/spoken/dates.ts';
import { createLikelyReader } from '../src/spoken/likely.ts';
import { prefill, timeDraft } from './engine-draft.ts';
import { DRAWING_HELP, drawingOptions, toDrawing } from './model-options.ts';
import { loadParts, type ModelParts } from './model-parts.ts';
import { type Point, toPoints } from './model-points.ts';
import { drawDialogues, findSources } from './model-sources.ts';
import { type Counted, renderPassFigures, toPassFigures } from './passes-figures.ts';

const HELP = `usage: repartee bench passes [--calls N] [--repairs N] [--exact] [--data FILE]… [--limit N] [--seed S] [--json] [--model DIR]

Writes the calls of dialogues at effort low, and repairs drafts while a caller's turn grows by two tokens; counts forward passes.

  --calls N       calls of each source, two of a dialogue at most (default 25)
  --repairs N     turns of each source whose drafts are repaired (default 4)
  --exact         write each call at effort autoregressive, too: the tokens must be the same; exits with 1 where they are not
${DRAWING_HELP}
  --json          one JSON object
`;

const CALLS_A_DIALOGUE = 2;
/** What the caller says between two partials: about a word. */
const PARTIAL_TOKENS = 2;
/** Where the instructions name no day. */
const SOME_DAY = '2026-12-01';
const MORNING_MINUTES = 600;

interface Options {
  readonly calls: number;
  readonly repairs: number;
  readonly isExact: boolean;
}

/** Resolves to the exit code. Throws UsageError, RuntimeError. */
export async function benchPasses(argv: readonly string[]): Promise<number> {
  const values = parseOptions(argv, {
    ...drawingOptions,
    calls: { type: 'string', default: '25' },
    repairs: { type: 'string', default: '4' },
    exact: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { data, limit, seed, modelDir } = toDrawing(values);
  const options: Options = {
    calls: toWhole('--calls', values.calls, 0),
    repairs: toWhole('--repairs', values.repairs, 0),
    isExact: values.exact,
  };
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  const sources = findSources(data, process.env.REPARTEE_DATA, tell);
  const parts = await loadParts(modelDir);
  const [calls, repairs]: [Counted[], Counted[]] = [[], []];
  try {
    for (const source of sources) {
      const counts = { calls: 0, turns: 0 };
      for (const dialogue of drawDialogues(source, limit, seed)) {
        if (counts.calls >= options.calls && counts.turns >= options.repairs) break;
        const { points, promptPrefix } = toPoints(dialogue, parts.prompt, createRandom(seed));
        const today = readDates(dialogue.instructions, SOME_DAY)[0] ?? SOME_DAY;
        const fitting = points.filter(({ context }) => context.length <= parts.maxContextTokens);
        try {
          if (counts.calls < options.calls)
            counts.calls += await countCalls(parts, promptPrefix, fitting, today, options, calls);
          if (counts.turns < options.repairs)
            counts.turns += await countRepairs(parts, promptPrefix, fitting, today, repairs);
        } catch (error) {
          if (!(error instanceof EngineError)) throw error;
          tell(`skipped ${dialogue.id}: ${error.message}`);
        }
      }
      tell(`${source.name}: ${counts.calls} calls, ${counts.turns} turns`);
    }
  } finally {
    await parts.engine.close();
  }
  const figures = { calls: toPassFigures(calls), repairs: toPassFigures(repairs) };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(figures)}\n`
      : `${renderPassFigures('calls', figures.calls)}\n${renderPassFigures('repairs', figures.repairs)}`,
  );
  return calls.some(({ isSame }) => isSame === false) ? 1 : 0;
}

async function countCalls(
  { engine }: ModelParts,
  promptPrefix: PromptPrefix,
  points: readonly Point[],
  today: string,
  { isExact }: Options,
  counted: Counted[],
): Promise<number> {
  const made = points.filter(({ reference }) => reference.act === 'call').slice(-CALLS_A_DIALOGUE);
  if (made.length === 0) return 0;
  const sequence = engine.open(promptPrefix);
  for (const point of made) {
    const request = {
      context: point.context,
      acts: ['say', 'call'],
      forceAct: 'call',
      likely: likelyOf(point, today),
    } as const;
    await prefill(sequence, point.context);
    const { state } = await timeDraft(sequence, { ...request, effort: 'low' });
    const yardstick = isExact ? await timeDraft(sequence, { ...request, effort: 'autoregressive' }) : undefined;
    const { reference } = point;
    const countArguments = reference.act === 'call' ? Object.keys(reference.arguments).length : 0;
    counted.push({
      ...toCounted(`${countArguments} arguments`, state),
      ...(yardstick ? { isSame: yardstick.state.tokens.join() === state.tokens.join() } : {}),
    });
  }
  sequence.close();
  return made.length;
}

/** The last turn of a dialogue that the agent answered. */
async function countRepairs(
  { engine, tokenizer }: ModelParts,
  promptPrefix: PromptPrefix,
  points: readonly Point[],
  today: string,
  counted: Counted[],
): Promise<number> {
  const { specials } = tokenizer;
  const point = points.findLast(({ after }) => after === 'turn');
  if (point === undefined) return 0;
  const { context } = point;
  const acts: readonly Act[] = promptPrefix.tools.length > 0 ? ['say', 'call'] : ['say'];
  const start = context.lastIndexOf(specials.user);
  const sequence: Sequence = engine.open(promptPrefix);
  await prefill(sequence, context.slice(0, start));
  let previous: readonly number[] | undefined;
  for (let length = start + 1 + PARTIAL_TOKENS; length < context.length; length += PARTIAL_TOKENS) {
    const { state } = await timeDraft(sequence, {
      context: [...context.slice(0, length), specials.end],
      effort: 'low',
      acts,
      priority: 'draft',
      likely: likelyOf(point, today),
      ...(previous ? { previous } : {}),
    });
    const tokens = [specials[state.act], ...state.tokens];
    if (previous) counted.push(toCounted(kindOf(previous, tokens, state.act), state));
    previous = tokens;
  }
  sequence.close();
  return 1;
}

function kindOf(previous: readonly number[], tokens: readonly number[], act: Act): string {
  if (previous[0] !== tokens[0]) return `another act: ${act}`;
  return previous.join() === tokens.join() ? `${act} stands` : `${act} changes`;
}

function toCounted(kind: string, { tokens, countForwards, countProposed, countAccepted }: DraftState): Counted {
  return {
    kind,
    tokens: tokens.length,
    forwards: countForwards,
    proposed: countProposed,
    accepted: countAccepted,
  };
}

/** What a conversation gives with its request. */
function likelyOf({ heard }: Point, today: string): readonly (string | number)[] {
  const turns = heard.flatMap((message) => (message.role === 'user' ? [message.text] : []));
  return createLikelyReader()(turns, { today, nowMinutes: MORNING_MINUTES });
}
