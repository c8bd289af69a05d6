// A tokenizer.json in Hugging Face's format: byte-level BPE over words that one regular expression cuts. Any tool that
// reads the format can load it.
import { z } from 'zod';
import { ModelError } from '../../errors.ts';

/** The ids of the special tokens, which stand in the file as `<|pad|>` and so on. */
export const specials = {
  pad: 0,
  bos: 1,
  end: 2,
  sys: 3,
  tool: 4,
  user: 5,
  say: 6,
  call: 7,
  result: 8,
  wait: 9,
  bye: 10,
  mask: 11,
  null: 12,
  think: 13,
  hand: 14,
  prefix: 15,
  suffix: 16,
} as const;

export type SpecialName = keyof typeof specials;

/** Digits one by one, else as GPT-2 cuts words; White_Space because \s differs between regex engines. */
export const wordPattern =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+|\p{N}| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?![^\p{White_Space}\p{N}])|\p{White_Space}+/gu;

type Merge = string | readonly [left: string, right: string];

// Tens of thousands of entries: zod would take longer for each than all the rest of loading.
const vocabulary = z.custom<Readonly<Record<string, number>>>(isVocabulary, 'expected an id of 0 or more by token');
const mergeList = z.custom<readonly Merge[]>(isMergeList, 'expected a list of "left right" or ["left", "right"]');

/** What encoding and decoding here do; a file that asks for something else is refused. */
const fileSchema = z.object({
  added_tokens: z.array(z.object({ id: z.int(), content: z.string(), special: z.literal(true) })),
  pre_tokenizer: z.object({
    type: z.literal('Sequence'),
    pretokenizers: z.tuple([
      z.object({
        type: z.literal('Split'),
        pattern: z.object({ Regex: z.literal(wordPattern.source) }),
        behavior: z.literal('Isolated'),
        invert: z.literal(false),
      }),
      z.object({ type: z.literal('ByteLevel'), add_prefix_space: z.literal(false), use_regex: z.literal(false) }),
    ]),
  }),
  post_processor: z.null(),
  decoder: z.object({ type: z.literal('ByteLevel') }),
  model: z.object({
    type: z.literal('BPE'),
    vocab: vocabulary,
    merges: mergeList,
  }),
});

export interface TokenizerFile {
  /** By id, in the byte-level alphabet; specials first. */
  readonly tokens: readonly string[];
  /** By rank, `left right`. */
  readonly merges: readonly string[];
}

/** Throws ModelError for a file of another shape. */
export function parseTokenizerFile(json: string): TokenizerFile {
  const { added_tokens: added, model } = readShape(json);
  const expected = Object.entries(specials)
    .map(([name, special]) => `${special} <|${name}|>`)
    .join(', ');
  const found = added.map((token) => `${token.id} ${token.content}`).join(', ');
  if (found !== expected) throw unusable(`its added_tokens are ${found}, expected ${expected}`);
  const tokens: string[] = [];
  for (const [token, index] of Object.entries(model.vocab)) tokens[index] = token;
  const missing = [...tokens.keys()].find((index) => !(index in tokens));
  if (missing !== undefined) throw unusable(`its vocabulary has no token of id ${missing}`);
  const moved = added.find((token) => tokens[token.id] !== token.content);
  if (moved) throw unusable(`its vocabulary has ${tokens[moved.id]} in the place of ${moved.content}`);
  return { tokens, merges: model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))) };
}

function isVocabulary(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((id) => Number.isInteger(id) && id >= 0);
}

function isMergeList(value: unknown): boolean {
  const isPair = (merge: unknown) =>
    Array.isArray(merge) && merge.length === 2 && merge.every((part) => typeof part === 'string');
  return Array.isArray(value) && value.every((merge) => typeof merge === 'string' || isPair(merge));
}

function readShape(json: string): z.infer<typeof fileSchema> {
  let file: unknown;
  try {
    file = JSON.parse(json);
  } catch (cause) {
    throw unusable('it is no JSON', cause);
  }
  if (typeof file === 'object' && file !== null && 'tokens' in file && !('model' in file))
    throw unusable(
      'it has "tokens" of its own instead of the "model" of Hugging Face\'s format: take models/repartee-s/tokenizer.json',
    );
  const { data, error } = fileSchema.safeParse(file);
  if (error)
    throw unusable(`it is not as this engine reads text: ${z.prettifyError(error).replaceAll('\n', ' ')}`, error);
  return data;
}

export function unusable(why: string, cause?: unknown): ModelError {
  return new ModelError('tokenizer-unusable', `tokenizer.json can't be used: ${why}`, { cause });
}
