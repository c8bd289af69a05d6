// Words as a recogniser hears them in, the same with figures for number words out: "twenty first" 21st, "seven oh five"
// 7 05. Knows no date.

const small = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen ' +
  'seventeen eighteen nineteen'
).split(' ');
const tens = 'zero ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const ordinals = (
  'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth ' +
  'sixteenth seventeenth eighteenth nineteenth'
).split(' ');
const tenths = 'x x twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth'.split(' ');

interface Numeral {
  readonly value: number;
  readonly isOrdinal: boolean;
}

const numerals = new Map<string, Numeral>([
  ...small.map((word, value) => [word, { value, isOrdinal: false }] as const),
  ...tens.slice(2).map((word, index) => [word, { value: 10 * (index + 2), isOrdinal: false }] as const),
  ...ordinals.map((word, value) => [word, { value, isOrdinal: true }] as const),
  ...tenths.map((word, index) => [word, { value: 10 * index, isOrdinal: true }] as const),
  ['fourty', { value: 40, isOrdinal: false }],
  ['nineth', { value: 9, isOrdinal: true }],
]);
const scales = new Map([
  ['hundred', 100],
  ['thousand', 1000],
  ['million', 1_000_000],
]);

/**
 * Lower case, figures for number words, single blanks; points, colons, slashes, hyphens, + and @ within words stand.
 */
export function toFigures(text: string): string {
  const words = toPlainWords(text);
  const written: string[] = [];
  for (let at = 0; at < words.length; ) {
    const read = readNumeral(words, at);
    written.push(read?.text ?? words[at] ?? '');
    at += read?.countWords ?? 1;
  }
  return written.join(' ');
}

function toPlainWords(text: string): string[] {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('\u2019', "'")
    .replaceAll(/\b([ap])\.? ?m\b\.?/g, '$1m')
    .replaceAll(/(\d)([ap]m)\b/g, '$1 $2')
    .replaceAll(/(?<=\d),(?=\d{3}\b)/g, '')
    .replaceAll(/(?<=\p{L})-(?=\p{L})/gu, ' ')
    .replaceAll(/[^\p{L}\p{M}\p{N}'.:/@+\-_$%]+/gu, ' ')
    .replaceAll(/[.:]+(?=\s|$)/g, ' ')
    .split(/\s+/)
    .filter((word) => word !== '');
}

function readNumeral(words: readonly string[], from: number): { text: string; countWords: number } | undefined {
  const word = words[from] ?? '';
  if (word === 'oh' || word === 'o') {
    if (words[from + 1] === 'clock') return undefined;
    const digit = numerals.get(words[from + 1] ?? '');
    const isPair = digit !== undefined && !digit.isOrdinal && digit.value < 10;
    // "seven oh five": minutes, a year, a room.
    if (isPair && numerals.has(words[from - 1] ?? '') && !isDigitWord(words[from + 2]) && !isDigitWord(words[from - 2]))
      return { text: `0${digit.value}`, countWords: 2 };
    return isDigitWord(words[from - 1]) || isDigitWord(words[from + 1]) ? { text: '0', countWords: 1 } : undefined;
  }
  const isArticle = word === 'a' && scales.has(words[from + 1] ?? '');
  const first = isArticle ? { value: 1, isOrdinal: false } : numerals.get(word);
  if (first === undefined) return undefined;
  let [total, group, isOrdinal, at] = [0, first.value, first.isOrdinal, from + 1];
  let isRound = first.value >= 20 && !isOrdinal;
  while (!isOrdinal && at < words.length) {
    const scale = scales.get(words[at] ?? '');
    if (scale !== undefined) {
      if (scale === 100) group *= 100;
      else [total, group] = [total + group * scale, 0];
      isRound = true;
      at++;
      continue;
    }
    const hasAnd = words[at] === 'and' && scales.has(words[at - 1] ?? '');
    const next = numerals.get(words[at + (hasAnd ? 1 : 0)] ?? '');
    if (next === undefined || !isRound || !fits(group, next.value)) break;
    group += next.value;
    isOrdinal = next.isOrdinal;
    isRound = next.value >= 20;
    at += hasAnd ? 2 : 1;
  }
  return { text: `${total + group}${isOrdinal ? suffixOf(total + group) : ''}`, countWords: at - from };
}

/** 20 takes 1 to 9, 100 takes 1 to 99. */
function fits(group: number, next: number): boolean {
  if (next === 0) return false;
  if (group % 100 === 0) return next < 100;
  return group % 10 === 0 && group % 100 >= 20 && next < 10;
}

function isDigitWord(word: string | undefined): boolean {
  return word !== undefined && (/^\d+$/.test(word) || small.indexOf(word) >= 0 || word === 'oh' || word === 'o');
}

function suffixOf(value: number): string {
  if (value % 100 >= 11 && value % 100 <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][value % 10] ?? 'th';
}

/** Every count in the text, in order: "two and a half" 2.5, "a dozen" 12, "a couple" 2. */
export function readNumbers(text: string): number[] {
  const said = toFigures(text)
    .replaceAll(/\b(\d+) and a half\b/g, '$1.5')
    .replaceAll(/\b(\d+) point((?: \d)+)\b/g, (_, whole, part) => `${whole}.${part.replaceAll(' ', '')}`)
    .replaceAll(/\bhalf a dozen\b/g, '6')
    .replaceAll(/\b(?:a |one )?dozen\b/g, '12')
    .replaceAll(/\b(?:a )?(?:couple|pair)\b|\bboth of us\b/g, '2')
    .replaceAll(
      /\b(?:my|the) (?:wife|husband|partner|friend|boyfriend|girlfriend|mother|mom|father|dad|son|daughter|sister|brother) and (?:me|i|myself)\b|\b(?:me|i|myself) and my \w+\b/g,
      '2',
    )
    .replaceAll(/\b(?:just|only) (?:me|myself)\b|\bby myself\b|\bon my own\b|\balone\b/g, '1')
    .replaceAll(/\b(?:minus|negative) (?=\d)/g, '-');
  const values = [...said.matchAll(/(?<![\w.:/])[$]?(-?\d+(?:\.\d+)?)%?(?![\w:/]|\.\d)/g)].map((match) =>
    Number(match[1]),
  );
  return values.length > 0 || !/\b(?:an?|another|single)\b/.test(said) ? values : [1];
}
