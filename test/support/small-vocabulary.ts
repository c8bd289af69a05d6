import type { Manifest } from '../../src/engine/manifest.ts';
import { defaultPromptLimits } from '../../src/engine/prompt/limits.ts';
import { createReparteeMarks } from '../../src/engine/prompt/repartee.ts';
import { symbolOfByte } from '../../src/engine/tokenizer/byte-symbols.ts';
import { loadTokenizer, type OwnTokenizer } from '../../src/engine/tokenizer/tokenizer.ts';
import { specials, wordPattern } from '../../src/engine/tokenizer/tokenizer-file.ts';

const merges = ['Ġ {', '" ,', '\\ "', 't h', 'Ġ th', 'o n', 'e r', 'a b', '1 ,', 'Ġ a'];
const added = Object.entries(specials).map(([name, id]) => ({ id, content: `<|${name}|>`, special: true }));
const tokens = [
  ...added.map(({ content }) => content),
  ...Array.from({ length: 256 }, (_, byte) => symbolOfByte(byte)),
  ...merges.map((merge) => merge.replace(' ', '')),
];

/** Every byte and a few merges, some of which no JSON string may hold. */
export const tokenizerJson = JSON.stringify({
  version: '1.0',
  added_tokens: added,
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: wordPattern.source }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
    ],
  },
  post_processor: null,
  decoder: { type: 'ByteLevel' },
  model: { type: 'BPE', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges },
});

export const tokenizer: OwnTokenizer = loadTokenizer(tokenizerJson);

export const marks = createReparteeMarks(tokenizer);

/** A model of one layer whose keys are token ids: see fake-device.ts. */
export const manifest = {
  format: 1,
  name: 'fake',
  version: '0.0.0',
  exportedOn: '2026-11-23',
  licence: 'Apache-2.0',
  origin: 'made for tests',
  config: {
    layers: 1,
    hidden: 1,
    heads: 1,
    keyValueHeads: 1,
    headSize: 1,
    feedForward: 1,
    vocabulary: tokenizer.countTokens,
    ropeBase: 1,
    normEpsilon: 1,
  },
  dialect: 'repartee',
  prompt: defaultPromptLimits,
  contextTokens: 640,
  blockSize: 8,
  specials: { ...tokenizer.specials },
  countSpecials: added.length,
  dev: {},
  files: [],
} satisfies Manifest;
