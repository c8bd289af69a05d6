// A partial, a prefill, a tool call, a call's memory: each alone on an engine that does nothing else.
import type { Engine } from '../src/engine/sequence.ts';
import { specials } from '../src/engine/tokenizer/tokenizer-file.ts';
import { mean, prefill, quantile, round2, type Timed, timeDraft } from './engine-draft.ts';
import type { EnginePoint } from './engine-points.ts';

/** What the caller says between two partials: about a word. */
const PARTIAL_TOKENS = 2;
const PREFILL_TOKENS = 512;
const WANTED_ARGUMENTS = 4;
const MEMORY_TOKENS = 1024;
const COUNT_MEMORY_CALLS = 16;

export interface PartFigures {
  readonly msP50: number | null;
  readonly msP90: number | null;
  readonly forwards: number;
}

/** The caller's last turn grows; each time the last draft is repaired at effort low. */
export async function measurePartials(engine: Engine, points: readonly EnginePoint[]): Promise<PartFigures> {
  const runs: Timed[] = [];
  for (const { promptPrefix, context } of points) {
    const start = context.lastIndexOf(specials.user);
    // The last turn is the caller's.
    if (start < 0 || context.indexOf(specials.end, start) !== context.length - 1) continue;
    const sequence = engine.open(promptPrefix);
    let previous: readonly number[] | undefined;
    for (let length = start + 1 + PARTIAL_TOKENS; length < context.length; length += PARTIAL_TOKENS) {
      const run = await timeDraft(sequence, {
        context: [...context.slice(0, length), specials.end],
        effort: 'low',
        acts: promptPrefix.tools.length > 0 ? ['say', 'call'] : ['say'],
        priority: 'draft',
        ...(previous ? { previous } : {}),
      });
      if (previous) runs.push(run);
      previous = [specials[run.state.act], ...run.state.tokens];
    }
    sequence.close();
  }
  return toFigures(runs);
}

/** Calls of as many arguments in the dialogue; the model may leave optional ones out. */
export async function measureCalls(
  engine: Engine,
  points: readonly EnginePoint[],
): Promise<PartFigures & { readonly tokens: number; readonly constrainMsPerForward: number }> {
  const runs: Timed[] = [];
  for (const { act, countArguments, promptPrefix, context } of points) {
    if (act !== 'call' || countArguments !== WANTED_ARGUMENTS) continue;
    const sequence = engine.open(promptPrefix);
    await prefill(sequence, context);
    runs.push(await timeDraft(sequence, { context, effort: 'low', acts: ['say', 'call'], forceAct: 'call' }));
    sequence.close();
  }
  const perForward = runs.map(({ state }) => state.spentUs.constrain / 1000 / state.countForwards);
  return {
    ...toFigures(runs),
    tokens: mean(runs.map(({ state }) => state.tokens.length)),
    constrainMsPerForward: mean(perForward),
  };
}

/** Prefixes of one length, none of which begins like another. */
export async function measurePrefill(
  engine: Engine,
  points: readonly EnginePoint[],
  countRuns: number,
): Promise<Omit<PartFigures, 'forwards'>> {
  const times: number[] = [];
  for (const prefix of slices(points, PREFILL_TOKENS, countRuns)) {
    const startMs = performance.now();
    await engine.prepare({ prefix, tools: [] });
    times.push(performance.now() - startMs);
  }
  return { msP50: quantile(times, 0.5), msP90: quantile(times, 0.9) };
}

/** What the process grows by, a call; none shares a prefix with another. */
export async function measureMemory(engine: Engine, points: readonly EnginePoint[]): Promise<number> {
  const [first = [], ...contexts] = slices(points, MEMORY_TOKENS, COUNT_MEMORY_CALLS + 1);
  const open = async (context: readonly number[]) => {
    const sequence = engine.open({ prefix: [], tools: [] });
    await prefill(sequence, context);
    return sequence;
  };
  // What the runtime takes for forwards of such a size is no call's.
  const sequences = [await open(first)];
  const before = process.memoryUsage.rss();
  for (const context of contexts) sequences.push(await open(context));
  const grownBytes = process.memoryUsage.rss() - before;
  for (const sequence of sequences) sequence.close();
  return round2(grownBytes / contexts.length / 1e6);
}

function slices(points: readonly EnginePoint[], length: number, count: number): (readonly number[])[] {
  const ids = points.flatMap(({ context }) => context);
  return Array.from({ length: count }, (_, index) => ids.slice(index * length, (index + 1) * length));
}

function toFigures(runs: readonly Timed[]): PartFigures {
  const times = runs.map(({ ms }) => ms);
  return {
    msP50: quantile(times, 0.5),
    msP90: quantile(times, 0.9),
    forwards: mean(runs.map(({ state }) => state.countForwards)),
  };
}
