import { expect, it } from 'vitest';
import { beginCall, type CallPlace } from '../../../src/engine/constraints/call-place.ts';
import { compileTools } from '../../../src/engine/constraints/tools.ts';
import { createVocabulary } from '../../../src/engine/constraints/vocabulary.ts';
import { createCallProposer } from '../../../src/engine/proposals/propose-call.ts';
import { manifest, marks, tokenizer } from '../../support/small-vocabulary.ts';

const { user, say, call, end } = manifest.specials;
const vocabulary = createVocabulary(tokenizer);
const properties = {
  city: { type: 'string' },
  date: { type: 'string', format: 'date' },
  price: { type: 'string', enum: ['cheap', 'dear'] },
};
const program = compileTools(
  [{ name: 'find', parameters: { type: 'object', properties, required: ['city', 'date', 'price'] } }],
  vocabulary,
);
const noSlot = () => {
  throw new Error('no such slot is needed');
};
const heard = (text: string) => [user, ...tokenizer.encode(` ${text}`), end];

const ids = Array.from({ length: tokenizer.countTokens }, (_, id) => id);

/** The tokens in which a call is written, and where it then stands. */
function begin(text: string): { readonly written: number[]; readonly place: CallPlace } {
  const written: number[] = [];
  let place = beginCall({ program, tokenizer, maxTokens: 192, copied: noSlot, given: noSlot });
  for (let rest = text; rest !== ''; rest = text.slice(tokenizer.decode(written).length)) {
    const fitting = ids.filter((id) => tokenizer.decode([id]) !== '' && rest.startsWith(tokenizer.decode([id])));
    const id = fitting
      .filter((one) => place.isLegal(one))
      .sort((a, b) => tokenizer.decode([b]).length - tokenizer.decode([a]).length)[0];
    const next = id === undefined ? undefined : place.after(id);
    if (id === undefined || next === undefined) throw new Error(`no call begins with ${text}`);
    written.push(id);
    place = next;
  }
  return { written, place };
}

function createProposing(context: readonly number[], likely: readonly string[] = [], drafts: readonly string[] = []) {
  const options = { tokenizer, marks, context, likely, positionShare: 1 / 12 };
  const proposer = createCallProposer({
    ...options,
    drafts: drafts.map((draft) => [call, ...begin(draft).written]),
  });
  const propose = (text: string, most = 96) => {
    const { written, place } = begin(text);
    return tokenizer.decode(proposer.propose(place, written, most));
  };
  return { proposer, propose };
}

it('proposes the rest of a name that was said, as names are written, and what the schema fixes behind it', () => {
  const { propose } = createProposing(heard('something in san jose please'));
  expect(propose(' find {"city": "San J')).toMatch(/^ose", "date": "/);
});

it('proposes a day that was said, and a listed value that was', () => {
  const { propose } = createProposing(heard('a cheap one'), ['2026-03-06']);
  expect(propose(' find {"city": "Rome", "date": "')).toBe('2026-03-06", "price": "cheap"}');
});

it('proposes an earlier draft of the call from the place on where it changed', () => {
  const draft = ' find {"city": "Rome", "date": "2026-03-06", "price": "dear"}';
  const { propose } = createProposing(heard('rome on the seventh'), [], [draft]);
  expect(propose(' find {"city": "Rome", "date": "2026-03-07"')).toBe(', "price": "dear"}');
  expect(propose(' find {"city": "Paris"')).toBe(', "date": "2026-03-06", "price": "dear"}');
});

it('proposes no more than it may, and nothing that may not come', () => {
  const { propose } = createProposing(heard('a cheap one'), ['2026-03-06', 'not a day']);
  expect(propose(' find {"city": "Rome", "date": "', 4)).toBe('202');
  expect(createProposing(heard('hi')).propose(' find {"city": "Rome", "date": "2026-03-')).toBe('');
});

it('takes what the head said behind a candidate that fell for the arguments that follow', () => {
  const draft = ' find {"city": "Rome", "date": "2026-03-06", "price": "dear"}';
  const { proposer, propose } = createProposing([...heard('hi'), say, end], [], [draft]);
  const { written, place } = begin(' find {"city": "');
  const chain = proposer.propose(place, written, 96);
  const [r = -1, p = -1, c = -1] = ['R', 'P', 'c'].map((text) => tokenizer.encode(text)[0]);
  const atPrice = chain.length - tokenizer.encode('dear"}').length;
  expect(chain[0]).toBe(r);
  // Another city, and another price.
  const best = (row: number) => (row === 0 ? p : row === atPrice ? c : (chain[row] ?? end));
  proposer.learn(0, { best, pBest: () => 0.99 }, 0);
  expect(propose(' find {"city": "Paris", "date": "2026-03-06", "price": "')).toBe('cheap"}');
  expect(
    createProposing(heard('hi'), [], [draft]).propose(' find {"city": "Paris", "date": "2026-03-06", "price": "'),
  ).toBe('dear"}');
});
