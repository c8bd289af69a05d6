// What a recogniser takes a word for before it has heard what follows.

/** Words that sound alike, in both directions. */
const alikeWords: readonly (readonly [string, string])[] = [
  ['for', 'four'],
  ['to', 'two'],
  ['there', 'their'],
  ['by', 'buy'],
  ['eat', 'it'],
  ['eight', 'ate'],
  ['right', 'write'],
  ['know', 'no'],
  ['hear', 'here'],
  ['would', 'wood'],
  ['won', 'one'],
  ['an', 'and'],
  ['in', 'on'],
  ['is', 'as'],
  ['at', 'that'],
  ['a', 'the'],
  ['can', "can't"],
  ['find', 'fine'],
  ['table', 'able'],
  ['place', 'plays'],
  ['book', 'look'],
  ['make', 'made'],
  ['want', "won't"],
  ['need', 'knead'],
  ['food', 'foot'],
  ['time', 'dime'],
  ['please', 'piece'],
  ['thanks', 'thank'],
  ['thank', 'think'],
  ['much', 'match'],
  ['all', 'or'],
  ['very', 'vary'],
  ['goodbye', 'good buy'],
  ['great', 'grate'],
  ['now', 'know'],
  ['that', 'than'],
  ['yes', 'yet'],
  ['yeah', 'year'],
  ['half', 'have'],
  ['past', 'passed'],
  ['day', 'they'],
  ['today', 'to day'],
  ['doctor', 'docked her'],
  ['appointment', 'a point meant'],
  ['reservation', 'reserve action'],
  ['restaurant', 'rest or aunt'],
  ['evening', 'even in'],
  ['afternoon', 'after noon'],
  ['morning', 'mourning'],
  ['dinner', 'inner'],
  ['dizziness', 'business'],
  ['headache', 'head ache'],
  ['weakness', 'weakens'],
  ['throat', 'throw'],
  ['cough', 'calf'],
  ['feeling', 'filling'],
  ['turkish', 'church'],
  ['burmese', 'bermuda'],
  ['sushi', 'so she'],
  ['mateo', 'matteo'],
  ['jose', 'hose'],
  ['monday', 'sunday'],
  ['saturday', 'thursday'],
  ['30', '13'],
  ['15', '50'],
  ['12', '20'],
  ['18', '80'],
  ['5', '9'],
  ['6', '60'],
  ['7', '11'],
  ['8', '80'],
];

const byWord: ReadonlyMap<string, string> = new Map([
  ...alikeWords.map(([word, other]) => [other, word] as const),
  ...alikeWords,
]);

/** Another word or two for this one; never the same. */
export function mishear(word: string): string {
  const alike = byWord.get(word);
  if (alike !== undefined) return alike;
  const apostrophe = word.indexOf("'");
  if (apostrophe > 0) return word.slice(0, apostrophe);
  if (word.endsWith('ing')) return word.slice(0, -1);
  return word.endsWith('s') && word.length > 2 ? word.slice(0, -1) : `${word}s`;
}
