// `repartee bench exact`: holds drafting and checking at effort exact to what effort ar writes token by token.
import { parseOptions, toWhole } from '../src/arguments.ts';
import { createRandom } from '../src/base/random.ts';
import type { EffortName, Sequence } from '../src/engine/sequence.ts';
import { round2, timeDraft } from './engine-draft.ts';
import { DRAWING_HELP, drawingOptions, toDrawing } from './model-options.ts';
import { loadParts, type ModelParts } from './model-parts.ts';
import { type EvaluatedDialogue, toPoints } from './model-points.ts';
import { drawDialogues, findSources } from './model-sources.ts';

const HELP = `usage: repartee bench exact [--prompts N] [--data FILE]… [--limit N] [--seed S] [--json] [--model DIR]

Writes replies at effort exact and at effort ar. The words must be the same, but for ties: places where the two tokens are less than .001 apart
in logit. Exits with 1 where they are not.

  --prompts N     replies (default 500, fewer where the dialogues have no more)
${DRAWING_HELP}
  --json          one JSON object
`;

/** Logits closer than this are a tie. */
const TIE_NATS = 1e-3;

interface ExactFigures {
  prompts: number;
  same: number;
  /** The same up to a tie. */
  ties: number;
  different: number;
  tokens: number;
  arForwards: number;
  exactForwards: number;
  /** Candidates that the causal head let stand. */
  accepted: number;
}

/** Resolves to the exit code. Throws UsageError, RuntimeError. */
export async function benchExact(argv: readonly string[]): Promise<number> {
  const options = {
    ...drawingOptions,
    prompts: { type: 'string', default: '500' },
    json: { type: 'boolean', default: false },
  } as const;
  const values = parseOptions(argv, options);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { data, limit, seed, modelDir } = toDrawing(values);
  const maxPrompts = toWhole('--prompts', values.prompts, 1);
  const sources = findSources(data, process.env.REPARTEE_DATA, (line) => void process.stderr.write(`${line}\n`));
  const parts = await loadParts(modelDir);
  const figures: ExactFigures = {
    prompts: 0,
    same: 0,
    ties: 0,
    different: 0,
    tokens: 0,
    arForwards: 0,
    exactForwards: 0,
    accepted: 0,
  };
  try {
    // The same share of every source.
    const perSource = Math.ceil(maxPrompts / sources.length);
    for (const source of sources) {
      const most = Math.min(maxPrompts, figures.prompts + perSource);
      for (const dialogue of drawDialogues(source, limit, seed)) {
        if (figures.prompts >= most) break;
        await compare(parts, toPoints(dialogue, parts.prompt, createRandom(seed)), most, figures);
      }
    }
  } finally {
    await parts.engine.close();
  }
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : render(figures));
  return figures.different === 0 ? 0 : 1;
}

async function compare(
  { engine, tokenizer, maxContextTokens }: ModelParts,
  { promptPrefix, points }: EvaluatedDialogue,
  maxPrompts: number,
  figures: ExactFigures,
): Promise<void> {
  const { say, end } = tokenizer.specials;
  const sequence = engine.open({ ...promptPrefix, tools: [] });
  for (const { context, reference } of points) {
    if (reference.act !== 'say' || context.length > maxContextTokens || figures.prompts >= maxPrompts) continue;
    const write = async (effort: EffortName) => (await timeDraft(sequence, { context, effort, acts: ['say'] })).state;
    const [ar, exact] = [await write('autoregressive'), await write('exact')];
    figures.prompts++;
    figures.tokens += ar.tokens.length + 1;
    figures.arForwards += ar.countForwards;
    figures.exactForwards += exact.countForwards;
    figures.accepted += exact.countAccepted;
    const [one, other] = [ar, exact].map(({ tokens }) => [...tokens, end]);
    const first = one?.findIndex((token, index) => token !== other?.[index]) ?? -1;
    if (first < 0) figures.same++;
    else {
      const before = [...context, say, ...ar.tokens.slice(0, first)];
      const apart = (await lossOf(sequence, before, other?.[first])) - (await lossOf(sequence, before, one?.[first]));
      if (Math.abs(apart) < TIE_NATS) figures.ties++;
      else figures.different++;
    }
  }
  sequence.close();
}

/** -ln p of a token after a reply's beginning. */
async function lossOf(sequence: Sequence, context: readonly number[], token: number | undefined): Promise<number> {
  if (token === undefined) return Number.POSITIVE_INFINITY;
  const previous = [token];
  return (await timeDraft(sequence, { context, effort: 'autoregressive', acts: [], previous, maxTokens: 1 })).state
    .previousLossNats;
}

function render({ prompts, same, ties, different, tokens, arForwards, exactForwards, accepted }: ExactFigures): string {
  return [
    `${prompts} replies, ${tokens} tokens: ${same} the same, ${ties} the same up to a tie, ${different} different\n`,
    `forwards: ${arForwards} at effort ar, ${exactForwards} at effort exact (${round2(exactForwards / arForwards)}); `,
    `${round2(accepted / exactForwards)} candidates accepted a forward\n`,
  ].join('');
}
