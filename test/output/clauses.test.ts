import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findClauseEnd } from '../../src/output/clauses.ts';

function cut(text: string, isFinal = true): string[] {
  const clauses: string[] = [];
  let from = 0;
  for (let end = findClauseEnd(text, from, isFinal); end !== undefined; end = findClauseEnd(text, from, isFinal)) {
    clauses.push(text.slice(from, end));
    from = end;
  }
  return clauses;
}

describe('a final text', () => {
  it.each<readonly [string, readonly string[]]>([
    ['Hello! Where would you like to eat?', ['Hello! ', 'Where would you like to eat?']],
    ['It opens at 3:30 p.m. on Mondays.', ['It opens at 3:30 p.m. on Mondays.']],
    ['We close at 9 p.m. Shall I book?', ['We close at 9 p.m. ', 'Shall I book?']],
    ['It costs $4.50 and up.', ['It costs $4.50 and up.']],
    ['There are 1,200 of them.', ['There are 1,200 of them.']],
    ['Dr. Smith is in.', ['Dr. Smith is in.']],
    ['It is near St. James Park.', ['It is near St. James Park.']],
    ['It is at 12 Oak St. and opens soon.', ['It is at 12 Oak St. and opens soon.']],
    ['Mr. J. Lee called, e.g. today.', ['Mr. J. Lee called, ', 'e.g. today.']],
    ['Sure, I can do that.', ['Sure, I can do that.']],
    ['Sure, I can, at seven.', ['Sure, I can, ', 'at seven.']],
    [
      'Yes. We have one, two, three, four, five, six, seven.',
      ['Yes. ', 'We have one, two, three, four, ', 'five, six, seven.'],
    ],
    ['He said "Stop." Then he left.', ['He said "Stop." ', 'Then he left.']],
    ['We have: 1. Ramen. 2. Sushi.', ['We have: 1. ', 'Ramen. ', '2. Sushi.']],
    ['1. Ramen. 2. Sushi.', ['1. Ramen. ', '2. Sushi.']],
    ['One\nTwo', ['One\n', 'Two']],
    ['Wait… what?!', ['Wait… ', 'what?!']],
    ['  Yes.  ', ['  Yes.  ']],
    ['Yes. 🙂', ['Yes. ', '🙂']],
    ['', []],
  ])('%j is cut into %j', (text, clauses) => {
    expect(cut(text)).toEqual(clauses);
  });

  it('is cut before a joining word when it has no punctuation, the first clause early', () => {
    const text = `I found a very nice little Italian place for you ${'which is not far from the station '.repeat(4)}`;
    const clauses = cut(text);
    expect(clauses[0]).toBe('I found a very nice little Italian place ');
    const lengths = clauses.map((clause) => clause.trim().split(' ').length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(24);
    expect(lengths[1]).toBeGreaterThan(lengths[0] ?? 0);
  });

  it('keeps a number with what it counts however long the clause', () => {
    const text = 'word '.repeat(13).concat('at 7 pm 7 pm 7 pm 7 pm okay then so be it');
    for (const clause of cut(text)) expect(clause.trim()).not.toMatch(/(\d|\bat)$|^(pm|\d)/);
  });
});

describe('a growing text', () => {
  it('is cut as soon as a sentence has ended', () => {
    expect(cut('Sure. ', false)).toEqual(['Sure. ']);
    expect(cut('Sure.', false)).toEqual(['Sure.']);
  });

  it('waits where the end may be the middle of a number or of an abbreviation', () => {
    for (const text of [
      'It costs $4.',
      'It costs $4,',
      'At 9 p.m.',
      'At 9 p.m. ',
      'Dr. ',
      'I said visit sushi.c',
      '5. ',
    ])
      expect(cut(text, false), text).toEqual([]);
  });

  it('waits for more words after an early comma', () => {
    expect(cut('Well, ', false)).toEqual([]);
    expect(cut('Well, I think, ', false)).toEqual(['Well, I think, ']);
  });
});

const fragment = fc.constantFrom(
  ...[
    'Sure',
    'Dr.',
    'at',
    '7',
    'p.m.',
    '$4.50',
    'and',
    'table',
    'two,',
    'okay.',
    'what?',
    '—',
    '\n',
    '  ',
    '🙂',
    'a;b',
    '"Yes."',
  ],
);
const reply = fc
  .array(fc.tuple(fragment, fc.constantFrom(' ', '', '\n')), { maxLength: 60 })
  .map((parts) => parts.flat().join(''));

it('cuts clauses that put together are the text, however it grew', () => {
  fc.assert(
    fc.property(reply, fc.array(fc.nat(200)), (text, lengths) => {
      const clauses: string[] = [];
      let from = 0;
      for (const length of [...lengths.sort((a, b) => a - b), text.length]) {
        const isFinal = length >= text.length;
        const grown = text.slice(0, length);
        for (
          let end = findClauseEnd(grown, from, isFinal);
          end !== undefined;
          end = findClauseEnd(grown, from, isFinal)
        ) {
          expect(end).toBeGreaterThan(from);
          clauses.push(grown.slice(from, end));
          from = end;
        }
      }
      expect(clauses.join('')).toBe(text);
    }),
  );
});
