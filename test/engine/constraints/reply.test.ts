import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createReply } from '../../../src/engine/constraints/reply.ts';
import { createSpeakerLabel } from '../../../src/engine/constraints/speaker-label.ts';
import type { Scores } from '../../../src/engine/forward/pass.ts';
import { createTokenTraits } from '../../../src/engine/tokenizer/token-traits.ts';
import { marks, tokenizer } from '../../support/small-vocabulary.ts';

const traits = createTokenTraits(tokenizer);
const endToken = marks.end;

function write(text: string, maxTokens = 200) {
  const reply = createReply({ traits, label: createSpeakerLabel(tokenizer), marks, maxTokens });
  for (const id of [...tokenizer.encode(text), endToken]) if (!reply.isDone) reply.take(id);
  return { text: tokenizer.decode(reply.tokens), isTruncated: reply.isTruncated, reply };
}

/** A head whose best are these two. */
function headSaying(first: number, second: number): Scores {
  return {
    best: (_, rank) => [first, second][rank] ?? first,
    pBest: (_, rank) => [0.7, 0.2][rank] ?? 0,
    pTarget: () => 0.4,
    entropy: () => 1,
    pOf: () => 0,
    all: () => new Float32Array(),
    keep: () => {},
  };
}

it('ends where the end is taken', () => {
  expect(write(' Which city?')).toMatchObject({ text: ' Which city?', isTruncated: false });
});

it('does not choose the end before a word stands', () => {
  const [space = 0, letter = 0] = tokenizer.encode(' x');
  const reply = createReply({ traits, label: createSpeakerLabel(tokenizer), marks, maxTokens: 9 });
  expect(reply.choose(headSaying(endToken, letter), 0)).toEqual({ id: letter, p: 0.2 });
  expect(reply.share(headSaying(letter, space), 0, endToken)).toBe(0);
  reply.take(space);
  expect(reply.choose(headSaying(endToken, letter), 0).id).toBe(letter);
  reply.take(letter);
  expect(reply.choose(headSaying(endToken, letter), 0)).toEqual({ id: endToken, p: 0.7 });
  expect(reply.share(headSaying(letter, space), 0, endToken)).toBe(0.4);
});

it('is cut after a whole word when it is too long', () => {
  const countTokens = tokenizer.encode(' one two').length;
  expect(write(' one two three', countTokens - 1)).toMatchObject({ text: ' one', isTruncated: true });
  expect(write(' one two three', countTokens)).toMatchObject({ text: ' one two', isTruncated: true });
  expect(write(' one two', countTokens)).toMatchObject({ text: ' one two', isTruncated: false });
});

it('keeps a single endless word, since half of it is better than nothing', () => {
  expect(write('Llanfairpwllgwyngyll', 5)).toMatchObject({ text: 'Llanf', isTruncated: true });
});

it('stops before it says the same four words again, after a whole sentence where there is one', () => {
  expect(write(' no no no no no no')).toMatchObject({ isTruncated: true });
  const { text } = write(' Have a nice day. Have a nice day. Have a nice day.');
  expect(text).toBe(' Have a nice day.');
});

it('may say a name twice, however many tokens it has', () => {
  const text = ' Try El Patio Dorado or El Patio Dorado.';
  expect(write(text)).toMatchObject({ text, isTruncated: false });
});

it('chooses the second best word where the best would begin a loop, and the end where both would', () => {
  const reply = createReply({ traits, label: createSpeakerLabel(tokenizer), marks, maxTokens: 99 });
  for (const id of tokenizer.encode(' k l m n. k l m p. k l m ')) reply.take(id);
  const [n = 0, p = 0, q = 0] = tokenizer.encode('npq');
  expect(reply.choose(headSaying(n, q), 0)).toEqual({ id: q, p: 0.2 });
  expect(reply.choose(headSaying(n, p), 0).id).toBe(endToken);
  expect([reply.share(headSaying(n, q), 0, n), reply.share(headSaying(n, q), 0, q)]).toEqual([0, 0.4]);
});

it('never takes back a stable token, holds stable only whole words, and repeats no four words', () => {
  const words = fc.array(fc.constantFrom(' a', ' the', ' day', ' nice', '.', ' Have', ' 12', 'er', ' '), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 60 }), (parts, maxTokens) => {
      const reply = createReply({ traits, label: createSpeakerLabel(tokenizer), marks, maxTokens });
      const stable: number[][] = [];
      for (const id of [...tokenizer.encode(parts.join('')), endToken]) {
        if (reply.isDone) break;
        reply.take(id);
        const next = reply.tokens[reply.countStable];
        if (next !== undefined && reply.countStable > 0) expect(traits.startsWord(next)).toBe(true);
        stable.push(reply.tokens.slice(0, reply.countStable));
      }
      expect(reply.isDone).toBe(true);
      const final = [...reply.tokens];
      for (const prefix of stable) expect(final.slice(0, prefix.length)).toEqual(prefix);
      expect(final.length).toBeLessThanOrEqual(maxTokens);
      const said = tokenizer.decode(final).match(/[A-Za-z0-9]+/g) ?? [];
      const runs = said.slice(3).map((_, index) => said.slice(index, index + 4).join(' '));
      expect(new Set(runs).size).toBe(runs.length);
    }),
    { numRuns: 300 },
  );
});

it.each([' Adam', ' Mary Ann Lee', ' assistant', ' USER_2'])('never begins with a speaker: "%s:"', (name) => {
  const [colon = 0, comma = 0] = tokenizer.encode(':,');
  const reply = createReply({ traits, label: createSpeakerLabel(tokenizer), marks, maxTokens: 99 });
  for (const id of tokenizer.encode(name)) reply.take(id);
  expect(reply.choose(headSaying(colon, comma), 0).id).toBe(comma);
  expect(reply.share(headSaying(colon, comma), 0, colon)).toBe(0);
});

it('takes a speaker back who was filled in unchecked', () => {
  expect(write(' Adam: hello there').text).toBe(' hello there');
});

it.each([' Here is the list: tea', ' We open at 9:30', ' One thing. Tea: two'])(
  'lets a colon stand in "%s"',
  (text) => {
    expect(write(text).text).toBe(text);
  },
);
