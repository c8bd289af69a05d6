// Does a line have these words? Exactly, as whoever checks a fact needs it, or nearly, as a caller takes a name that
// was garbled.

import { normalise } from '../model-values.ts';

/** Share of pairs of letters that must agree. */
const ENOUGH = 0.7;

/** Every part of a fact is said, in any order: "8 am|4 pm". */
export function hasFact(line: string, fact: string): boolean {
  return fact.split('|').every((part) => isIn(line, part));
}

export function isIn(line: string, name: string): boolean {
  return ` ${toWords(line)} `.includes(` ${toWords(name)} `);
}

/** Case, punctuation and an article before it aside. */
export function isSameName(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) =>
    toWords(text)
      .replace(/^(?:the|an?) /, '')
      .replaceAll(' ', ''),
  );
  return first === second;
}

/** The name, or as many words in a row that are spelled nearly so. */
export function sounds(line: string, name: string): boolean {
  const words = toWords(line).split(' ');
  const wanted = toWords(name).split(' ');
  return words.some(
    (_, start) => likeness(words.slice(start, start + wanted.length).join(' '), wanted.join(' ')) >= ENOUGH,
  );
}

/** Dice's coefficient of the pairs of letters. */
function likeness(one: string, other: string): number {
  const pairs = pairsOf(one);
  const rest = pairsOf(other);
  const count = pairs.length + rest.length;
  let same = 0;
  for (const pair of pairs) {
    const at = rest.indexOf(pair);
    if (at < 0) continue;
    rest.splice(at, 1);
    same++;
  }
  return count === 0 ? 0 : (2 * same) / count;
}

function pairsOf(text: string): string[] {
  return Array.from(text.slice(1), (letter, index) => `${text[index]}${letter}`);
}

function toWords(text: string): string {
  return normalise(text.replaceAll('&', ' and '));
}
