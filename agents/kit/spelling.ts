// Names as callers spell them: "m a y e r", "M-A-Y-E-R", "m as in mike a y e r", "double l", and a spelled word as one.

/** Spelled words joined, and put in the place of the word that they spell; all else stays as it is. */
export function joinSpelled(text: string): string {
  const words = text.split(/[\s,]+|-(?=\p{L}(?:-|\b))|(?<=\b\p{L})-/u).filter((word) => word !== '');
  const joined: string[] = [];
  for (let at = 0; at < words.length; ) {
    const { letters, countWords } = readLetters(words.slice(at));
    if (letters.length < 2) {
      joined.push(words[at++] ?? '');
      continue;
    }
    at += countWords;
    // "Meyer, m a y e r": the letters correct the word.
    if (isMeant(joined.at(-1), letters)) joined.pop();
    joined.push(letters.charAt(0).toUpperCase() + letters.slice(1));
  }
  return joined.join(' ');
}

/** The letters that the words begin with, in lower case, and how many words these are. */
function readLetters(words: readonly string[]): { readonly letters: string; readonly countWords: number } {
  let letters = '';
  let at = 0;
  while (at < words.length) {
    const isTwice = words[at]?.toLowerCase() === 'double' && isLetter(words[at + 1]);
    const letter = words[at + (isTwice ? 1 : 0)] ?? '';
    if (!isLetter(letter)) break;
    at += isTwice ? 2 : 1;
    letters += letter
      .charAt(0)
      .toLowerCase()
      .repeat(isTwice ? 2 : 1);
    at += countExample(words.slice(at), letter);
  }
  return { letters, countWords: at };
}

/** "as in mike", "for mike", "like mike" after an m. */
function countExample([first = '', second = '', third = '']: readonly string[], letter: string): number {
  const begins = (word: string) => word.length > 1 && word.toLowerCase().startsWith(letter.charAt(0).toLowerCase());
  if (first === 'as' && second === 'in' && begins(third)) return 3;
  return (first === 'for' || first === 'like') && begins(second) ? 2 : 0;
}

/** Also as a recogniser may write it: "M." */
function isLetter(word: string | undefined): boolean {
  return word !== undefined && /^\p{L}\.?$/u.test(word);
}

/** The same first letter, and about as long. */
function isMeant(word: string | undefined, letters: string): boolean {
  if (word === undefined || word.charAt(0).toLowerCase() !== letters.charAt(0)) return false;
  return word.length > 1 && Math.abs(word.length - letters.length) <= 2;
}
