import { expect, it } from 'vitest';
import { normalise, pickClosest, toCanonical } from '../../agents/kit/match.ts';

const names = ['Hana Sushi Bar', 'Casa Azahar', 'Casa Maravilla', "Captain Lowe's", 'Butter & Jam'];
const pick = (wanted: string) => pickClosest(names, (name) => name, wanted);

it('compares without case, accents and punctuation', () => {
  expect(normalise("  Café  Lowe's & Söhne ")).toBe('cafe lowes and sohne');
});

it.each([
  ['hana sushi bar', 'Hana Sushi Bar'],
  ['Hannah Sushi Bar', 'Hana Sushi Bar'],
  ['Hana', 'Hana Sushi Bar'],
  ['the Hana Sushi Bar restaurant', 'Hana Sushi Bar'],
  ['captain lowes', "Captain Lowe's"],
  ['butter and jam', 'Butter & Jam'],
  ['Casa', undefined],
  ['Casa Bonita', undefined],
  ['Chez Odette', undefined],
  ['', undefined],
])('takes "%s" for %s', (wanted, expected) => {
  expect(pick(wanted)).toBe(expected);
});

it('knows a name by its other names and gives back what it does not know', () => {
  const cities = { 'San Francisco': ['sf', 'san fran'], 'San Jose': [] };
  expect(toCanonical(cities, 'SF')).toBe('San Francisco');
  expect(toCanonical(cities, 'san josé')).toBe('San Jose');
  expect(toCanonical(cities, 'san fransisco')).toBe('San Francisco');
  expect(toCanonical(cities, 'Boston')).toBe('Boston');
});
