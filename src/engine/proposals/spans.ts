// Stretches of what was said that may be the value of an argument. Words in, weighted texts out. Knows no tool.

import { wordsOf } from './turns.ts';

/** `weight` is relative to those of other texts. */
export type AddText = (text: string, weight: number) => void;

/** A caller's turn, and what it answers. */
export interface SaidTurn {
  readonly words: readonly string[];
  /** In lower case. */
  readonly asked: string;
}

/** Set by search, as those of call-sources.ts. */
const weights = { span: 1.4, asked: 4.8, cue: 1.5, age: 0.76, title: 0.46, name: 0.78, nameAge: 0.5, innerName: 0.5 };
/** That a value ends before a word of this kind. */
const endShares = { beforeStop: 0.9, beforeWord: 0.1 };
const MAX_TURNS = 8;
/** Of a value whose beginning is a guess; of one whose beginning is known. */
const MAX_WORDS = 4;
const MAX_WORDS_KNOWN = 16;
const MIN_SHARE = 0.02;

/** What often stands before a value. */
const cues = new Set(
  "in at for is on to from by of near the called named it's its name number as about i'm want like see".split(' '),
);
/** What seldom begins one, and often follows one. */
const stops = new Set(
  'and please at for on in to is i the with by from of that it my yes a um uh so or if can thanks thank would tomorrow today but we you are okay'.split(
    ' ',
  ),
);

/**
 * Of the caller's words, the newest first; `first` is the letter with which the value of `key` begins, if it is known.
 */
export function addSpans(said: readonly SaidTurn[], key: string, first: string, add: AddText): void {
  const keyWords = wordsOf(key.replaceAll('_', ' '));
  let age = weights.span;
  for (const { words, asked } of said.slice(0, MAX_TURNS)) {
    const isAsked = keyWords.some((word) => word.length > 2 && asked.includes(word));
    for (const [start, word] of words.entries()) {
      const before = words[start - 1];
      const isCued = before !== undefined && cues.has(before);
      const mayBegin =
        first === ''
          ? !stops.has(word) && (before === undefined || isCued || keyWords.includes(before))
          : word.startsWith(first.toLowerCase());
      if (!mayBegin) continue;
      const weight = age * (isAsked ? weights.asked : 1) * (isCued ? weights.cue : 1);
      addSpansFrom(words.slice(start), weight, first === '' ? MAX_WORDS : MAX_WORDS_KNOWN, add);
    }
    age *= weights.age;
  }
}

/** "arjun varga on" gives Arjun, Arjun Varga and the same in lower case. */
function addSpansFrom(words: readonly string[], weight: number, most: number, add: AddText): void {
  if (/\d/.test(words[0] ?? '')) add((words[0] ?? '').toUpperCase(), weight);
  let goesOn = 1;
  for (let length = 1; length <= most && length <= words.length && goesOn >= MIN_SHARE; length++) {
    const next = words[length];
    const ends = next === undefined ? 1 : stops.has(next) ? endShares.beforeStop : endShares.beforeWord;
    const span = words.slice(0, length);
    add(span.map(toTitle).join(' '), weight * goesOn * ends * weights.title);
    add(span.join(' '), weight * goesOn * ends * (1 - weights.title));
    goesOn *= 1 - ends;
  }
}

/** Capitals in a row, with the small words between them. */
const properName =
  /(?<!^|[.?!] )(?:(?:\p{Lu}[\p{L}\p{N}'&.-]*|\d+)(?:,? (?=[\p{Lu}\d&])|(?: (?:of|and|the|de|del|at|by|to) (?=\p{Lu})))?)*(?:\p{Lu}[\p{L}\p{N}'&-]*|\d+)/gu;
const wordStart = /(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu;

/** Names in what the agent said, the newest first, as they are written there. */
export function addNames(replies: readonly string[], first: string, add: AddText): void {
  let age = weights.name;
  for (const text of replies.slice(0, MAX_TURNS)) {
    for (const [name] of text.matchAll(properName)) {
      if (first === '') add(name, age);
      else
        for (const { index } of name.matchAll(wordStart))
          if (name[index]?.toLowerCase() === first.toLowerCase())
            add(name.slice(index), age * (index === 0 ? 1 : weights.innerName));
    }
    age *= weights.nameAge;
  }
}

function toTitle(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
