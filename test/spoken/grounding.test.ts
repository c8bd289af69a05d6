import { expect, it } from 'vitest';
import { createSources } from '../../src/spoken/grounding.ts';

const moment = { today: '2026-03-04', nowMinutes: 600 };
const has = (value: unknown, turns: readonly string[], results: readonly string[] = []) =>
  createSources({ turns, results }, moment).isGrounded(value);

it.each([
  ['San Francisco', 'in san francisco please'],
  ['San Francisco', 'somewhere in san fran'],
  ['San Francisco', 'something in sf'],
  ['Italian', 'i want italian food'],
  ['Italian', 'some italians'],
  ['Mayer', "it's m a y e r"],
  ['Mayer', 'm as in mike a y e r'],
  ['Gutmann', 'g u t m a double n'],
  ['Nutcracker', 'the nut cracker'],
  ['Casa Azahar', 'casa azar'],
  ['Hana Sushi Bar', 'book hana'],
  ['2026-03-06', 'on friday'],
  ['March 6th', 'on friday'],
  ['7 pm', 'at seven'],
  ['19:30', 'half past seven'],
  ['555-0123', 'five five five oh one two three'],
  ['AB12', 'a b one two'],
  ['A+', 'type a plus'],
  ['नमस्ते', 'वह नमस्ते है'],
  [2, 'for two'],
  [2, 'just my wife and i'],
  [1, 'another tea'],
  [19.5, 'nineteen point five'],
  [['tea', 'latte'], 'a tea and a latte'],
  [{ street: 'Main Street', number: 4 }, 'four main street'],
])('takes %j for said in "%s"', (value, words) => {
  expect(has(value, [words])).toBe(true);
});

it.each([
  ['Saxe', "what's the weather like"],
  ['Santa Rosa', "what's the weather like"],
  ['San Francisco', 'in san jose'],
  ['2026-03-06', 'tomorrow'],
  ['2027-02-14', 'tonight'],
  ['8 pm', 'at seven'],
  ['Italian', 'uhm'],
  ['', 'hello'],
  ['555-0124', 'five five five oh one two three'],
  ['हाँ', 'है'],
  [3, 'for two'],
  [1, 'yes please'],
  [['tea', 'latte'], 'a tea'],
])('takes %j for made up after "%s"', (value, words) => {
  expect(has(value, [words])).toBe(false);
});

it('takes what a result gave, and keeps its signs', () => {
  const results = ['{"options":["A-","Not My Problem"],"free":"19:30","count":7}'];
  expect(['A-', 'Not My Problem', 'NotMy Problem', '7:30 pm', 7].map((value) => has(value, [], results))).toEqual([
    true,
    true,
    true,
    true,
    true,
  ]);
  expect(has('Lucca', [], results)).toBe(false);
});
