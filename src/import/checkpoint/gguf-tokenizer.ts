// A GGUF file's tokenizer as the tokenizer.json of the same model.

import { ModelError } from '../../errors.ts';
import { damaged } from './byte-source.ts';
import type { GgufValue } from './gguf-head.ts';

/** What GGUF says of a token. */
const tokenKinds = { normal: 1, unknown: 2, control: 3, ofUsers: 4, unused: 5 } as const;

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
const cut = (pattern: string) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    { ...byteLevel, use_regex: false },
  ],
});

// As the published tokenizer.json of each has it: Qwen2, Llama 3, and Tekken of Mistral.
const QWEN_PATTERN = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const llamaPattern = QWEN_PATTERN.replace(String.raw`|\p{N}|`, () => String.raw`|\p{N}{1,3}|`);
const TEKKEN_PATTERN = String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

interface Cutting {
  readonly pre_tokenizer: unknown;
  readonly normalizer?: unknown;
  /** A word that is a token is that token, whatever merges say. */
  readonly ignoresMerges?: boolean;
}

/** By `tokenizer.ggml.pre`. */
const cuttings: ReadonlyMap<string, Cutting> = new Map<string, Cutting>([
  ['gpt-2', { pre_tokenizer: byteLevel }],
  [
    'smollm',
    { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel] } },
  ],
  ['qwen2', { pre_tokenizer: cut(QWEN_PATTERN), normalizer: { type: 'NFC' } }],
  ['llama-bpe', { pre_tokenizer: cut(llamaPattern), ignoresMerges: true }],
  ['tekken', { pre_tokenizer: cut(TEKKEN_PATTERN), ignoresMerges: true }],
]);

/** The text of a tokenizer.json. Throws ModelError: tokenizer-unusable for another kind; checkpoint-damaged. */
export function toTokenizerJson(path: string, metadata: ReadonlyMap<string, GgufValue>): string {
  const own = (key: string) => metadata.get(`tokenizer.ggml.${key}`);
  const model = own('model');
  if (model !== 'gpt2')
    throw unusable(path, `its kind is ${show(model)}, and only gpt2, pairs of bytes by rank, is imported`);
  const pre = own('pre');
  const cutting = typeof pre === 'string' ? cuttings.get(pre) : undefined;
  if (cutting === undefined)
    throw unusable(path, `it cuts words as ${show(pre)} does, and only ${[...cuttings.keys()].join(', ')} are known`);

  const tokens = listOf(path, 'tokens', own('tokens'), isText);
  const kinds = listOf(path, 'token_type', own('token_type'), isNumber);
  const merges = listOf(path, 'merges', own('merges'), isText);
  if (kinds.length !== tokens.length)
    throw damaged(path, `tokenizer.ggml.token_type has ${kinds.length} entries, and there are ${tokens.length} tokens`);
  const vocabulary = new Map(tokens.map((token, id) => [token, id]));
  if (vocabulary.size !== tokens.length) {
    const again = tokens.find((token, id) => vocabulary.get(token) !== id);
    throw damaged(path, `its vocabulary has ${show(again)} twice`);
  }
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: tokens.flatMap((content, id) => {
      const kind = kinds[id];
      if (kind === tokenKinds.normal) return [];
      const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
      return [{ id, content, ...plain, special: kind !== tokenKinds.ofUsers }];
    }),
    normalizer: cutting.normalizer ?? null,
    pre_tokenizer: cutting.pre_tokenizer,
    post_processor: null,
    decoder: { ...byteLevel, add_prefix_space: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: cutting.ignoresMerges ?? false,
      vocab: Object.fromEntries(vocabulary),
      merges,
    },
  });
}

function listOf<T>(
  path: string,
  key: string,
  value: GgufValue | undefined,
  is: (item: GgufValue) => item is T & GgufValue,
): readonly T[] {
  if (Array.isArray(value)) {
    const items: readonly GgufValue[] = value;
    if (items.every(is)) return items;
  }
  throw damaged(path, `its tokenizer.ggml.${key} is ${value === undefined ? 'missing' : 'no list as it should be'}`);
}

function isText(value: GgufValue): value is string {
  return typeof value === 'string';
}

function isNumber(value: GgufValue): value is number {
  return typeof value === 'number';
}

function show(value: GgufValue | undefined): string {
  return value === undefined ? 'not said' : String(value).slice(0, 100);
}

function unusable(path: string, why: string): ModelError {
  return new ModelError('tokenizer-unusable', `the tokenizer of ${path} can't be used: ${why}`);
}
