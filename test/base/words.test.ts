import { expect, it } from 'vitest';
import {
  findWords,
  hasQuestionMark,
  listPieces,
  listWords,
  takeHeard,
  toLetters,
  toWords,
} from '../../src/base/words.ts';

it.each([
  ['case and punctuation', 'Yes, that\u2019s RIGHT!', "yes that's right"],
  ['quotes', "'yes'", 'yes'],
  ['hyphens between letters', 'uh-huh', 'uh huh'],
  ['white space', '  a\n b ', 'a b'],
])('gives the same words whatever %s', (_, text, words) => {
  expect(toWords(text)).toBe(words);
});

it.each([
  ['हाँ', 'है'],
  ['दो दिन', 'दो दान'],
  ['ใช่', 'ใช้'],
  ['ஆம்', 'ஆமா'],
  ['كَتَبَ', 'كُتِبَ'],
  ['señor', 'senor'],
])('tells %s from %s: marks are letters', (one, other) => {
  expect(toWords(one)).not.toBe(toWords(other));
  expect(toLetters(one)).not.toBe(toLetters(other));
});

it.each(['sí', 'हाँ', 'Ελλάδα', 'Việt Nam', '한국어', 'İyi'])('takes %s for itself, composed or not', (text) => {
  for (const compare of [toWords, toLetters])
    expect(compare(text.normalize('NFD'))).toBe(compare(text.normalize('NFC')));
});

it.each([
  ['set it to 5', 'set it to -5'],
  ['5', '$5'],
  ['5', '5%'],
  ['15', '1.5'],
  ['5', '.5'],
  ['1 12', '11-2'],
  ['C', 'C++'],
  ['A+', 'A-'],
  ['A', 'A+'],
  ['a b', 'a&b'],
  ['5', '5*'],
])('tells %s from %s: such signs belong to the word', (one, other) => {
  expect(toWords(`order ${one} please.`)).not.toBe(toWords(`order ${other} please.`));
});

it('finds no word in signs alone', () => {
  for (const text of ['…', '???', '©', '™', '!!', '*', '-', '\u200d']) expect(listWords(text), text).toEqual([]);
  expect(listWords('1️⃣')).toEqual(['1']);
});

it('takes a pictograph for a word, whatever its skin, and one of several for one', () => {
  expect(listWords('👍')).toEqual(['👍']);
  expect(toWords('ok 👍🏽!')).toBe('ok 👍');
  expect(toWords('❤️')).toBe(toWords('❤'));
  expect(listWords('👨‍👩‍👧 🇩🇪')).toHaveLength(2);
});

it('finds what was heard of a text with pictographs, which no voice says', () => {
  expect(takeHeard('Great 👍 see you.', 'great see')).toBe('Great 👍 see');
  expect(takeHeard('Great 👍 see you.', 'great 👍 see')).toBe('Great 👍 see');
});

it('finds words where a script puts no spaces, and takes spaces there for nothing', () => {
  expect(listWords('请停下来我要退款').length).toBeGreaterThan(2);
  expect(listWords('ใช่ครับ')).toEqual(['ใช่', 'ครับ']);
  expect(toWords('你好，世界')).toBe(toWords('你好 世界'));
  expect(findWords('订 房间').map(({ text }) => text)).toEqual(['订', '房间']);
});

it('keeps the joiners within a word', () => {
  expect(listWords('می\u200cخواهم')).toHaveLength(1);
});

it.each(['Right?', '对吗？', 'صحيح؟', 'Σωστά;'])('sees that %s is a question', (text) => {
  expect(hasQuestionMark(text)).toBe(true);
  expect(hasQuestionMark(`${text.slice(0, -1)}.`)).toBe(false);
});

it.each([
  ['For two,  at eight.', 'for two at', 'For two,  at'],
  ['For two at eight.', 'for tw', 'For'],
  ['A well-known place', 'a well', 'A'],
  ['您好，欢迎致电酒店。', '您好，欢迎致电', '您好，欢迎致电'],
  ['您好，欢迎致电酒店。', '您好 欢', '您好，欢'],
  ['Une réservation, oui', 'une re\u0301servation', 'Une réservation,'],
  ['दो दिन बाद', 'दो दान', 'दो'],
  ['— Hello', '', ''],
])('takes of "%s" what was heard by "%s"', (text, heard, taken) => {
  expect(takeHeard(text, heard)).toBe(taken);
});

it('cuts a text at white space, and between the characters of a script without any', () => {
  const text = 'Hi, 你好  ไม่ there';
  const pieces = listPieces(text);
  expect(pieces.map((piece) => piece.text)).toEqual(['Hi,', '你', '好', 'ไ', 'ม่', 'there']);
  for (const piece of pieces) expect(text.startsWith(piece.text, piece.index)).toBe(true);
});
