// Words of a caller in, the runs of digits, phone numbers and addresses that they spell out.
import { toFigures } from './number-words.ts';

const filler = /^(?:and|then|uh|um|dash|hyphen|minus|dot|space|comma)$/;

/**
 * Each run of digits without what sets them apart, "five five five, double one oh" 555110; a + stands before a
 * country's.
 */
export function readDigits(text: string): string[] {
  const words = toFigures(text.replaceAll(/[()]/g, ' ').replaceAll(/\bplus\b/gi, ' +')).split(' ');
  const runs: string[] = [];
  let run = '';
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const times = word === 'double' ? 2 : word === 'triple' ? 3 : 1;
    const next = times === 1 ? word : (words[at + 1] ?? '');
    const zero = next === 'oh' || next === 'o' || next === 'zero';
    if (/^\+?\d[\d.\-/]*$/.test(next) || (zero && run !== '')) {
      if (times > 1) at++;
      const digits = zero ? '0' : next.replaceAll(/[^\d+]/g, '');
      run += digits.slice(0, 1).repeat(times - 1) + digits;
    } else if (word === '+') run = run === '' ? '+' : run;
    else if (!(run !== '' && filler.test(word))) {
      runs.push(run);
      run = '';
    }
  }
  return [...new Set([...runs, run].filter((found) => /\d/.test(found)))];
}

/** What may be dialled: 7 to 15 digits. */
export function readPhones(text: string): string[] {
  return readDigits(text).filter((run) => /^\+?\d{7,15}$/.test(run));
}

const signs: readonly (readonly [RegExp, string])[] = [
  [/ (?:dot|point|period) /g, '.'],
  [/ (?:underscore|under score) /g, '_'],
  [/ (?:dash|hyphen|minus) /g, '-'],
  [/ plus /g, '+'],
];
const before =
  /^(?:is|it|it's|its|that's|to|my|me|email|e|mail|address|at|the|you|can|reach|send|under|yes|yeah|sure|okay|so|uh|um|please|use|by|write|and|would|be|or|no|sorry|name|i|i'm|a)$/;

/** Addresses as they are said, "j o h n dot doe at mail dot com" john.doe@mail.com, or written. */
export function readEmails(text: string): string[] {
  const figures = toFigures(text);
  const written = figures.match(/[\p{L}\p{N}._+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu) ?? [];
  let said = ` ${figures} `;
  for (const [words, sign] of signs) said = said.replaceAll(words, sign);
  const found: string[] = [];
  for (const match of said.matchAll(/ at ((?:[\p{L}\p{N}]+ ){0,2}?[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)(?= )/gu)) {
    const local = takeLocal(said.slice(0, match.index).trim().split(' '));
    if (local !== '') found.push(`${local}@${(match[1] ?? '').replaceAll(' ', '')}`);
  }
  return [...new Set([...written, ...found])];
}

/** The last words, joined, up to one that leads to an address; a single letter i is one that is spelled. */
function takeLocal(words: readonly string[]): string {
  const taken: string[] = [];
  for (const [index, word] of [...words.entries()].toReversed()) {
    const isSpelled = word.length === 1 && (words[index + 1]?.length === 1 || words[index - 1]?.length === 1);
    if (before.test(word) && !isSpelled) break;
    taken.unshift(word);
  }
  return taken.join('');
}
