// `repartee bench constrain`: what keeping to a schema costs for each token, without the model.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOptions, toWhole } from '../src/arguments.ts';
import { percentile } from '../src/base/percentile.ts';
import { createCall } from '../src/engine/constraints/call.ts';
import { createCopySlot } from '../src/engine/constraints/copy.ts';
import { compileTools } from '../src/engine/constraints/tools.ts';
import { createVocabulary, type Vocabulary } from '../src/engine/constraints/vocabulary.ts';
import type { Scores } from '../src/engine/forward/pass.ts';
import { loadTokenizer } from '../src/engine/tokenizer/tokenizer.ts';
import { packagePath } from '../src/package-path.ts';
import { describeMachine } from './machine.ts';

const HELP = `usage: repartee bench constrain [--json] [--rounds N]

Writes calls with one argument of each kind, each token chosen by scores that are drawn at random.

  --json      one JSON object instead of a table
  --rounds N  calls of each kind (default 50)
`;

const kinds: Readonly<Record<string, unknown>> = {
  text: { type: 'string' },
  'text of up to 40': { type: 'string', maxLength: 40 },
  date: { type: 'string', format: 'date' },
  pattern: { type: 'string', pattern: '^[A-Z][a-z]+$' },
  integer: { type: 'integer', minimum: 1, maximum: 500 },
  enum: { enum: ['cheap', 'moderate', 'expensive'] },
  copied: { type: 'string', 'x-copied': true },
};

const SAID_WORDS = ' i would like a table in san francisco on friday the fifth for two people under the name of anna';

interface KindFigures {
  readonly kind: string;
  readonly compileMs: number;
  readonly tokens: number;
  readonly us: { readonly p50: number | null; readonly p99: number | null; readonly max: number | null };
}

/** Throws UsageError. */
export async function benchConstrain(argv: readonly string[]): Promise<void> {
  const { json, rounds, isHelp } = readArguments(argv);
  if (isHelp) {
    process.stdout.write(HELP);
    return;
  }
  const file = join(packagePath('models/repartee-s'), 'tokenizer.json');
  const vocabulary = createVocabulary(loadTokenizer(readFileSync(file, 'utf8')));
  const settings = { machine: describeMachine(), rounds, tokensOfVocabulary: vocabulary.tokenizer.countTokens };
  const choices = Object.entries(kinds).map(([kind, schema]) => measureKind(kind, schema, vocabulary, rounds));
  if (json) process.stdout.write(`${JSON.stringify({ settings, choices }, null, 2)}\n`);
  else {
    process.stdout.write(`${settings.machine.cpu}, load ${settings.machine.loadAverage}, microseconds a token\n\n`);
    process.stdout.write('| argument | compile ms | tokens | p50 | p99 | max |\n|---|---|---|---|---|---|\n');
    for (const { kind, compileMs, tokens, us } of choices)
      process.stdout.write(`| ${[kind, compileMs, tokens, us.p50, us.p99, us.max].join(' | ')} |\n`);
  }
}

function readArguments(argv: readonly string[]): { json: boolean; rounds: number; isHelp: boolean } {
  const values = parseOptions(argv, {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '50' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  return { json: values.json, rounds: toWhole('--rounds', values.rounds, 1), isHelp: values.help };
}

function measureKind(kind: string, schema: unknown, vocabulary: Vocabulary, rounds: number): KindFigures {
  const { tokenizer } = vocabulary;
  const parameters = { type: 'object', properties: { value: schema }, required: ['value'] };
  const started = performance.now();
  const program = compileTools([{ name: 'find', parameters }], vocabulary);
  const compileMs = Math.round(performance.now() - started);
  const us: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const copied = () => createCopySlot([SAID_WORDS], vocabulary);
    const guide = createCall({ program, tokenizer, maxTokens: 64, copied });
    while (!guide.isDone) {
      const scores = toScores(drawRow(tokenizer.countTokens, round * 1000 + guide.tokens.length));
      const from = performance.now();
      guide.take(guide.forced() ?? guide.choose(scores, 0).id);
      us.push(Math.round((performance.now() - from) * 1000));
    }
  }
  return {
    kind,
    compileMs,
    tokens: us.length,
    us: { p50: percentile(us, 0.5), p99: percentile(us, 0.99), max: percentile(us, 1) },
  };
}

/** Log probabilities without sense, the same for a seed. */
function drawRow(countTokens: number, seed: number): Float32Array {
  let state = seed + 1;
  return Float32Array.from({ length: countTokens }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (-20 * state) / 2 ** 32;
  });
}

/** The likeliest is one that never may come: what is measured is going through all that may. */
function toScores(logP: Float32Array): Scores {
  const none = () => 0;
  return { all: () => logP, best: none, pBest: none, entropy: none, pOf: none, pTarget: none, keep: none };
}
