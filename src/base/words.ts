// What a letter is and what a word, in any script: the one place that says so. Texts in, words to compare them by out.
// Pure.

/**
 * For a character class: letters, the marks on them (vowel signs, accents), digits, and the joiners that some scripts
 * write within a word.
 */
export const LETTERS = String.raw`\p{L}\p{M}\p{N}\u200c\u200d`;

/** Scripts that put no spaces between words. */
export const UNSPACED = String.raw`\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}`;

/** What only shapes or directs a text: soft hyphens, variants of a character, directions, the frame of a key. */
const unseen = /(?![\u200b-\u200d])\p{Default_Ignorable_Code_Point}|\u20e3/gu;
const apostrophes = /[\u2018\u2019\u02bc\uff07]/gu;
const notAscii = /[^\0-\x7f]/;

/** 👍 says something, © doesn't; people and flags are drawn by several characters. */
const PICTOGRAPH = String.raw`(?![\u00a9\u00ae\u203c\u2049\u2122])\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic})*|\p{RI}{2}`;
const pictograph = new RegExp(PICTOGRAPH, 'gu');
/** A skin's tone is no other word. */
const tones = /\p{Emoji_Modifier}/gu;

/** Signs that change what a number or a name means belong to it: -5, $5, 1.5, .5, 5%, 5*, C++, A+, A-, R&D. */
const word = new RegExp(
  [
    String.raw`(?:(?<![${LETTERS}.])(?:[-+]?\p{Sc}?[-+]?\.?|[*#]+)(?=\p{N}))?`,
    String.raw`[\p{L}\p{N}_][${LETTERS}_]*`,
    String.raw`(?:(?:['&@]|(?<=\p{N})[-.,:/\u00b7\u066b\u066c](?=\p{N}))[${LETTERS}_]+)*`,
    String.raw`(?:(?<=\p{N})(?:[%\u2030\u00b0*#+]|\p{Sc})+|(?<=\p{L}\p{M}*)[+#]+|(?<=(?<![${LETTERS}'])\p{L})-(?![${LETTERS}]))?`,
    `|${PICTOGRAPH}`,
  ].join(''),
  'gu',
);
const hasUnspaced = new RegExp(`[${UNSPACED}]`, 'u');
const beginsUnspaced = new RegExp(`^[${UNSPACED}]`, 'u');
const endsUnspaced = new RegExp(`[${UNSPACED}]$`, 'u');
const stretches = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, 'gu');
const run = new RegExp(`[${LETTERS}_']+`, 'gu');
const notLetters = new RegExp(`[^${LETTERS}]`, 'gu');

const words = new Intl.Segmenter('und', { granularity: 'word' });
const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Words as a recogniser's, one by one: lower case, composed, no punctuation. */
export function listWords(text: string): readonly string[] {
  return listStretches(text).flatMap((one) =>
    hasUnspaced.test(one) ? [...words.segment(one)].map(({ segment }) => segment) : one,
  );
}

/** Words as one text: equal texts are equal words. Where a script puts no spaces, it need not know the words. */
export function toWords(text: string): string {
  return joinWords(listStretches(text));
}

function listStretches(text: string): readonly string[] {
  const found: readonly string[] = normalise(text).match(word) ?? [];
  return found.flatMap((one) => (hasUnspaced.test(one) ? (one.match(stretches) ?? []) : one));
}

export function joinWords(list: readonly string[]): string {
  return list
    .map((one, index) => {
      const before = list[index - 1] ?? '';
      return before === '' || (beginsUnspaced.test(one) && endsUnspaced.test(before)) ? one : ` ${one}`;
    })
    .join('');
}

/** May other letters follow these words without a space? */
export function isUnspaced(text: string): boolean {
  return endsUnspaced.test(text);
}

/** All letters of a text and nothing else. */
export function toLetters(text: string): string {
  return normalise(text).replaceAll(notLetters, '');
}

/** A question mark of any script; the Greek one looks like a semicolon. */
export function hasQuestionMark(text: string): boolean {
  return /[?\u055e\u061f\u1367\u2047-\u2049\u2e2e\ufe56\uff1f]|(?<=\p{sc=Grek}\s*)[;\u037e]/u.test(text);
}

/** Where words stand in a text as it is written, for who copies some of them. */
export function findWords(text: string): readonly { readonly text: string; readonly index: number }[] {
  return [...text.matchAll(run)].flatMap(({ 0: found, index }) => {
    if (!hasUnspaced.test(found)) return { text: found, index };
    return [...words.segment(found)].map((one) => ({ text: one.segment, index: index + one.index }));
  });
}

/**
 * A text in the least pieces that it can be cut into when it is spoken: at white space, and between the characters of
 * scripts without spaces.
 */
export function listPieces(text: string): readonly { readonly text: string; readonly index: number }[] {
  return [...text.matchAll(/\S+/g)].flatMap(({ 0: token, index }) => {
    if (!hasUnspaced.test(token)) return { text: token, index };
    return [...token.matchAll(stretches)].flatMap(({ 0: stretch, index: at }) =>
      hasUnspaced.test(stretch)
        ? [...characters.segment(stretch)].map((one) => ({ text: one.segment, index: index + at + one.index }))
        : { text: stretch, index: index + at },
    );
  });
}

/**
 * The beginning of `text` whose words are those of `heard`, as far as they agree; ends with a whole piece. No voice
 * says a pictograph.
 */
export function takeHeard(text: string, heard: string): string {
  const due = toSpokenWords(heard);
  let at = 0;
  let length = 0;
  for (const { text: piece, index } of listPieces(text)) {
    const own = toSpokenWords(piece);
    const from = at + (due[at] === ' ' ? 1 : 0);
    const end = from + own.length;
    if (own === '' ? at === 0 : !due.startsWith(own, from) || !isEndAt(due, end)) break;
    if (own !== '') at = end;
    length = index + piece.length;
  }
  return text.slice(0, length);
}

function toSpokenWords(text: string): string {
  return toWords(text.replaceAll(pictograph, ' '));
}

function isEndAt(text: string, end: number): boolean {
  return end === text.length || text[end] === ' ' || isUnspaced(text.slice(Math.max(0, end - 2), end));
}

function normalise(text: string): string {
  if (!notAscii.test(text)) return text.toLowerCase();
  return text
    .replaceAll(unseen, '')
    .replaceAll(tones, '')
    .toLowerCase()
    .normalize('NFC')
    .replaceAll('i\u0307', 'i')
    .replaceAll(apostrophes, "'")
    .replaceAll('\u2212', '-');
}
