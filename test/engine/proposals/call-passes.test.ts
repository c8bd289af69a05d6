import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Point, toPoints } from '../../../bench/model-points.ts';
import { drawDialogues, findSources } from '../../../bench/model-sources.ts';
import { createRandom } from '../../../src/base/random.ts';
import { loadManifest } from '../../../src/engine/manifest.ts';
import { createReparteeDialect } from '../../../src/engine/prompt/dialects.ts';
import { createPrompt } from '../../../src/engine/prompt/prompt.ts';
import type { DraftRequest, DraftState, PromptPrefix } from '../../../src/engine/sequence.ts';
import { createLocalEngine, type LocalEngine } from '../../../src/engine/serving/local-engine.ts';
import { loadTokenizer } from '../../../src/engine/tokenizer/tokenizer.ts';
import { createLikelyReader } from '../../../src/spoken/likely.ts';
import { createOracleDevice } from '../../support/oracle-device.ts';

const modelDir = join(import.meta.dirname, '../../../models/repartee-s');
const manifest = await loadManifest(modelDir);
const tokenizer = loadTokenizer(readFileSync(join(modelDir, 'tokenizer.json'), 'utf8'));
const prompt = createPrompt(tokenizer, manifest.prompt);
const { call, end } = tokenizer.specials;
/** Dialogues about several businesses, whose calls people made. */
const sourceNames = ['sgd', 'star', 'multiwoz', 'tm4'];
const today = { sgd: '2019-03-01' } as Readonly<Record<string, string>>;

interface MadeCall {
  readonly promptPrefix: PromptPrefix;
  readonly context: readonly number[];
  readonly tokens: readonly number[];
  readonly countArguments: number;
  readonly likely: readonly (string | number)[];
}

const calls = findSources([], undefined, () => {})
  .filter(({ name }) => sourceNames.includes(name))
  .flatMap((source) =>
    drawDialogues(source, Number.POSITIVE_INFINITY, 1).flatMap((dialogue) => {
      const { promptPrefix, points, tools } = toPoints(dialogue, prompt, createRandom(1));
      return points.flatMap((point): MadeCall[] => {
        const { reference, context } = point;
        if (reference.act !== 'call' || context.length > 1500) return [];
        const message = { role: 'call', name: reference.name, arguments: reference.arguments } as const;
        return [
          {
            promptPrefix,
            context,
            tokens: prompt.renderMessages([message], tools).slice(1, -1),
            countArguments: Object.keys(reference.arguments).length,
            likely: likelyOf(point, today[source.name] ?? '2026-12-01'),
          },
        ];
      });
    }),
  );

function likelyOf({ heard }: Point, day: string): readonly (string | number)[] {
  const turns = heard.flatMap((message) => (message.role === 'user' ? [message.text] : []));
  return createLikelyReader()(turns, { today: day, nowMinutes: 600 });
}

/** What a pass takes, with and without VNNI. */
const costs = {
  cheap: { observe: () => {}, forwardMs: (countNew: number) => 9 + 0.75 * countNew },
  dear: { observe: () => {}, forwardMs: (countNew: number) => 14 + 3.1 * countNew },
};
const device = createOracleDevice(manifest);
const engines = {
  cheap: createLocalEngine({ device, manifest, dialect: createReparteeDialect(tokenizer), costs: costs.cheap }),
  dear: createLocalEngine({ device, manifest, dialect: createReparteeDialect(tokenizer), costs: costs.dear }),
};

/** The call that was made is what the causal head wants. */
async function write(
  { promptPrefix, context, tokens, likely }: MadeCall,
  request: Partial<DraftRequest>,
  engine = engines.cheap,
) {
  device.truth = [...context, call, ...tokens, end];
  const sequence = engine.open(promptPrefix);
  const whole: DraftRequest = {
    context,
    effort: 'low',
    acts: ['say', 'call'],
    forceAct: 'call',
    priority: 'committed',
    likely,
    ...request,
  };
  let last: DraftState | undefined;
  for await (const state of sequence.draft({ ...whole, acts: ['wait'], forceAct: 'wait' })) last = state;
  const countContext = device.countsNew.length;
  for await (const state of sequence.draft(whole)) last = state;
  sequence.close();
  if (!last) throw new Error('the draft gave no state');
  const counts = device.countsNew.slice(countContext);
  return { state: last, passes: counts.length, positions: counts.reduce((sum, count) => sum + count, 0) };
}

async function writeAll(engine: LocalEngine) {
  const written: Awaited<ReturnType<typeof write>>[] = [];
  for (const made of calls.filter(({ countArguments }) => countArguments === 4))
    written.push(await write(made, {}, engine));
  return written;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

it('writes the same call whatever is proposed, in a third of the forward passes', async () => {
  const some = calls.filter((_, index) => index % 10 === 0);
  const passes = { low: [] as number[], autoregressive: [] as number[] };
  for (const made of some)
    for (const effort of ['low', 'autoregressive'] as const) {
      const { state, passes: count } = await write(made, { effort });
      expect(state.tokens).toEqual(made.tokens);
      passes[effort].push(count);
    }
  expect(some.length).toBeGreaterThan(10);
  expect(mean(passes.low) / mean(passes.autoregressive)).toBeLessThan(1 / 3);
});

it('takes few forward passes for a call of four arguments, and few positions for each', async () => {
  const written = await writeAll(engines.cheap);
  expect(written.length).toBeGreaterThan(10);
  expect(mean(written.map(({ passes }) => passes))).toBeLessThan(6);
  expect(mean(written.map(({ passes, positions }) => positions / passes))).toBeLessThan(18);
});

it('proposes less where a position is dear', async () => {
  const [cheap, dear] = [await writeAll(engines.cheap), await writeAll(engines.dear)];
  const positions = (written: typeof cheap) => mean(written.map((one) => one.positions));
  expect(positions(dear)).toBeLessThan(positions(cheap));
  expect(dear.map(({ state }) => state.tokens)).toEqual(cheap.map(({ state }) => state.tokens));
});
