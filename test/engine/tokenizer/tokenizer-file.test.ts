import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadTokenizer } from '../../../src/engine/tokenizer/tokenizer.ts';
import { ModelError } from '../../../src/errors.ts';
import { countRuns } from '../../support/count-runs.ts';

const root = join(import.meta.dirname, '../../..');
const json = readFileSync(join(root, 'models/repartee-s/tokenizer.json'), 'utf8');
const file = JSON.parse(json);
const tokenizer = loadTokenizer(json);
const other = new HuggingFaceTokenizer(file, {});

function expectAlike(text: string): void {
  const ids = other.encode(text, { add_special_tokens: false }).ids;
  expect({ text, ids: tokenizer.encode(text) }).toEqual({ text, ids });
  if (ids.length === 0) return;
  expect({ text, decoded: tokenizer.decode(ids) }).toEqual({
    text,
    decoded: other.decode(ids, { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
  });
}

/** Lines of recorded calls and of dialogues: JSON and all. */
function linesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(jsonl|json|md|txt)$/.test(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n'))
    .filter((line) => line !== '');
}

it("cuts fixtures and documentation into the tokens that Hugging Face's library cuts them into", () => {
  const lines = ['fixtures/calls', 'docs'].flatMap(linesOf);
  const every = Math.ceil(lines.length / countRuns(800));
  const asked = lines.filter((_, index) => index % every === 0);
  expect(asked.length).toBeGreaterThan(400);
  for (const line of asked) expectAlike(line.slice(0, 400));
});

it('does so with digits, blanks, marks and characters of any script', () => {
  const parts = fc.constantFrom(
    ...[' ', '  ', '\n', '\t', '\r\n', '\u00a0', '\u0085', '\ufeff', '\u2003', "it's", "I'LL", "'s", '12', ' 2019'],
    ...[
      '½',
      '²',
      '٣',
      'é',
      'e\u0301',
      '日本',
      'Ω',
      '<call>',
      '🙂',
      '👩‍👩‍👧',
      '\u0004',
      '\u001d',
      '\0',
      '\u{50000}',
      '\u{e0001}',
    ],
    ...['$4.50', 'a_b', '"', '\\', '...', '--', 'ǅ', 'ß', 'ﬁ', '\ud800'],
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.array(parts).map((some) => some.join('')),
  );
  fc.assert(fc.property(text, expectAlike), { numRuns: countRuns(400) });
});

it('has special tokens that text alone never becomes', () => {
  for (const [name, id] of Object.entries(tokenizer.specials)) {
    expect(other.token_to_id(`<|${name}|>`)).toBe(id);
    expect(tokenizer.encode(`<|${name}|>`)).not.toContain(id);
    expect(tokenizer.decode([id])).toBe('');
  }
});

it('takes merges as pairs too, as newer versions of the library write them', () => {
  const merges = file.model.merges.map((merge: string) => merge.split(' '));
  const paired = loadTokenizer(JSON.stringify({ ...file, model: { ...file.model, merges } }));
  expect(paired.encode(' a table for two')).toEqual(tokenizer.encode(' a table for two'));
});

it.each([
  ['no JSON', '{', /it is no JSON/],
  [
    'a list of tokens of its own',
    JSON.stringify({ specials: [], tokens: [], merges: [] }),
    /"tokens" of its own.*take/,
  ],
  ['no merges', changed({ merges: undefined }), /model\.merges/],
  ['another model', changed({ type: 'Unigram' }), /expected "BPE".*model\.type/],
  ['another way to cut words', JSON.stringify({ ...file, pre_tokenizer: { type: 'Whitespace' } }), /pre_tokenizer/],
  ['tokens added by a template', JSON.stringify({ ...file, post_processor: { type: 'ByteLevel' } }), /post_processor/],
  [
    'a special token fewer',
    JSON.stringify({ ...file, added_tokens: file.added_tokens.slice(1) }),
    /are 1 <\|bos\|>.*expected 0 <\|pad\|>/,
  ],
  [
    'a merge of what is no token',
    changed({ merges: [...file.model.merges, 'zzzz qqqq'] }),
    /a merge needs the token "zzzz"/,
  ],
  ['a gap in its vocabulary', changed({ vocab: { ...file.model.vocab, the: 20_000 } }), /has no token of id/],
  [
    'a token outside the alphabet of bytes',
    changed({ vocab: { ...file.model.vocab, 日: tokenizer.countTokens } }),
    /token "日" has "日", which stands for no byte/,
  ],
  [
    'a special token of another id',
    changed({ vocab: { ...file.model.vocab, '<|pad|>': 18, '"': 0 } }),
    /has " in the place of <\|pad\|>/,
  ],
])('refuses a file with %s, and says so', (_, text, reason) => {
  expect(() => loadTokenizer(text)).toThrow(ModelError);
  expect(() => loadTokenizer(text)).toThrow(reason);
});

function changed(model: object): string {
  return JSON.stringify({ ...file, model: { ...file.model, ...model } });
}
