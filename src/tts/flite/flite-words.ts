// A clause's sounds and the sounds of each of its words alone in; when each word is spoken out.

import { at } from '../../base/at.ts';

import type { SpokenWord } from '../voice.ts';

export interface Phone {
  readonly name: string;
  readonly endMs: number;
}

const PAUSE = 'pau';
/** Stands for a sound that is not known: fits any. */
export const ANY_PHONE = '?';

/** Reads `name:seconds name:seconds …`, the times being ends. */
export function parsePhones(printed: string): Phone[] {
  return printed
    .split(/\s+/)
    .map((item) => item.split(':'))
    .flatMap(([name, seconds]) => (name && seconds ? [{ name, endMs: Math.round(Number(seconds) * 1000) }] : []));
}

/** First and last sound that is no pause; undefined for silence. */
export function findVoiced(phones: readonly Phone[]): { startMs: number; endMs: number } | undefined {
  const first = phones.findIndex((phone) => phone.name !== PAUSE);
  const last = phones.findLast((phone) => phone.name !== PAUSE);
  return last && { startMs: phones[first - 1]?.endMs ?? 0, endMs: last.endMs };
}

/**
 * Gives each word its share of the clause. Spoken together, words differ a little from the same words alone ("Dr."
 * before a name): the shares are those of the cheapest alignment of both rows of sounds.
 */
export function alignWords(
  phones: readonly Phone[],
  words: readonly string[],
  soundsOfWords: readonly (readonly string[])[],
): SpokenWord[] {
  const spoken = phones.flatMap((phone, index) =>
    phone.name === PAUSE ? [] : [{ name: phone.name, startMs: phones[index - 1]?.endMs ?? 0, endMs: phone.endMs }],
  );
  const expected = soundsOfWords.flat();
  const matches = align(
    spoken.map((phone) => phone.name),
    expected,
  );

  // The first sound of each word; undefined where nothing of it is heard.
  let at = 0;
  const firsts = soundsOfWords.map((sounds) => {
    const range = matches.slice(at, at + sounds.length);
    at += sounds.length;
    return range.find((index) => index !== undefined);
  });
  let lastMs = spoken[0]?.startMs ?? 0;
  let isFirst = true;
  return words.map((text, index) => {
    const own = firsts[index];
    if (own === undefined) return { text, startMs: lastMs, endMs: lastMs };
    // Sounds that belong to no word go to the word before them, or to the first.
    const next = firsts.slice(index + 1).find((first) => first !== undefined) ?? spoken.length;
    const startMs = spoken[isFirst ? 0 : own]?.startMs ?? lastMs;
    isFirst = false;
    lastMs = spoken[Math.max(own, next - 1)]?.endMs ?? lastMs;
    return { text, startMs, endMs: lastMs };
  });
}

/** For each expected sound, the spoken one that it is matched with: least count of changes, gains and losses. */
function align(spoken: readonly string[], expected: readonly string[]): (number | undefined)[] {
  const width = spoken.length + 1;
  const costs = new Uint16Array((expected.length + 1) * width);
  const cost = (row: number, column: number) => at(costs, row * width + column);
  const change = (row: number, column: number) => {
    const sound = expected[row - 1];
    return sound === ANY_PHONE || sound === spoken[column - 1] ? 0 : 1;
  };
  for (let row = 0; row <= expected.length; row++)
    for (let column = 0; column < width; column++) {
      const isEdge = row === 0 || column === 0;
      costs[row * width + column] = isEdge
        ? row + column
        : Math.min(
            cost(row - 1, column - 1) + change(row, column),
            cost(row - 1, column) + 1,
            cost(row, column - 1) + 1,
          );
    }
  const matches: (number | undefined)[] = new Array(expected.length).fill(undefined);
  let row = expected.length;
  let column = spoken.length;
  while (row > 0 && column > 0) {
    if (cost(row, column) === cost(row - 1, column - 1) + change(row, column)) matches[--row] = --column;
    else if (cost(row, column) === cost(row - 1, column) + 1) row--;
    else column--;
  }
  return matches;
}
