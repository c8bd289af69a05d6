// A caller's turn as written in, the words that a recogniser makes of it out, for training: numbers as words, words
// dropped or misheard, never one that a call copies.

import { createRandom, type Random } from '../src/base/random.ts';
import { type Message, plain } from '../src/engine/prompt/prompt.ts';
import { mishear } from './mishearings.ts';
import { speakNumbers } from './spoken-numbers.ts';

const SPOKEN_NUMBERS_SHARE = 0.5;
/** Turns of a recogniser that leaves fillers out. */
const FILLERS_DROPPED_SHARE = 0.5;
const FUNCTION_WORD_LOST_SHARE = 0.02;
const MISHEARD_SHARE = 0.015;
/** An s is not heard after "with" or "my". */
const SHORTEST_PLURAL = 6;

/** "a" is a letter among others, an article elsewhere. */
const FEWEST_LETTERS_SPELLED = 3;

const fillerWords = new Set('uh um er erm hmm mm hm ah eh uhh umm ahh huh'.split(' '));
const functionWords = new Set('a an the of to is are in at for and that it do'.split(' '));

/** Another word in the place of one of these, or one of these for another word, would be another request. */
const meantWords = new Set(
  (
    'yes yeah yep yup no nope not never cancel today tomorrow tonight morning afternoon evening noon midnight am pm ' +
    'monday tuesday wednesday thursday friday saturday sunday january february march ' +
    'april may june july august september october november december zero oh one two three four five six seven eight ' +
    'nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty ' +
    'sixty seventy eighty ninety hundred thousand first second third fourth fifth half quarter double'
  ).split(' '),
);

/** By the caller's turns of a dialogue: the same for the same id. */
export function createHearing(id: string, messages: readonly Message[]): (text: string) => string {
  const random = createRandom(toSeed(id));
  const copied = new Set(
    messages.flatMap((message) => (message.role === 'call' ? toWords(textsOf(message.arguments).join(' ')) : [])),
  );
  return (text) => hear(text, copied, random);
}

function hear(text: string, copied: ReadonlySet<string>, random: Random): string {
  const spoken = random() < SPOKEN_NUMBERS_SHARE ? speakNumbers(text, random) : text;
  const dropsFillers = random() < FILLERS_DROPPED_SHARE;
  // Names are copied by replies.
  const named = new Set(toWords([...text.matchAll(/(?<=[^.!?\s] )\p{Lu}[\p{L}'-]+/gu)].join(' ')));
  const all = toWords(spoken);
  const isSpelling = all.filter(isLetter).length >= FEWEST_LETTERS_SPELLED;
  const isKept = (word: string) =>
    copied.has(word) || named.has(word) || isMeant(word) || (isSpelling && isLetter(word));
  const words = all.flatMap((word) => {
    if (fillerWords.has(word)) return dropsFillers ? [] : [word];
    if (isKept(word)) return [word];
    if (functionWords.has(word) && random() < FUNCTION_WORD_LOST_SHARE) return [];
    if (random() >= MISHEARD_SHARE) return [word];
    const other = mishear(word);
    return [isMeant(other) || (other === `${word}s` && word.length < SHORTEST_PLURAL) ? word : other];
  });
  // A turn is never silent.
  return words.length === 0 ? plain(text) : words.join(' ');
}

function isLetter(word: string): boolean {
  return /^\p{L}$/u.test(word);
}

function isMeant(word: string): boolean {
  return meantWords.has(word) || /\d|n't$/.test(word);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsOf);
  return [String(value)];
}

function toWords(text: string): string[] {
  return plain(text)
    .split(' ')
    .filter((word) => word !== '');
}

/** FNV-1a. */
export function toSeed(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
