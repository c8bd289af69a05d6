import { expect, it } from 'vitest';
import { noWords, yesWords } from '../../src/agent/consent-words.ts';
import { toConsent } from '../../src/conversation/consent.ts';

const english = { accept: yesWords, reject: noWords };
const hindi = { accept: ['हाँ', 'जी हाँ'], reject: ['नहीं'] };
const thai = { accept: ['ใช่', 'ใช่ครับ'], reject: ['ไม่'] };
const chinese = { accept: ['是的', '对', '没错', '好的'], reject: ['不', '没', '等'] };
const japanese = { accept: ['はい', 'いい'], reject: ['いいえ', '違'] };
const tamil = { accept: ['ஆம்'], reject: ['இல்லை'] };
const spanish = { accept: ['sí', 'claro'], reject: ['no'] };

it.each([
  ['yes please', english, 'agreed'],
  ["That's right, thank you.", english, 'agreed'],
  ["'Yes.'", english, 'agreed'],
  ['yes and quickly', english, 'agreed-and-more'],
  ['yes but at eight', english, 'agreed-but'],
  ['Denver', english, 'unclear'],
  ['wait, what', english, 'refused'],
  ['is that right', english, 'refused'],
  ['Yes?', english, 'refused'],
  ['हाँ', hindi, 'agreed'],
  ['हाँ'.normalize('NFD'), hindi, 'agreed'],
  ['है', hindi, 'unclear'],
  ['हो', hindi, 'unclear'],
  ['हूँ', hindi, 'unclear'],
  ['ใช่ครับ', thai, 'agreed'],
  ['ใช้', thai, 'unclear'],
  ['ไม่ใช่', thai, 'refused'],
  ['ஆமா', tamil, 'unclear'],
  ['sí', spanish, 'agreed'],
  ['si\u0301', spanish, 'agreed'],
  ['si', spanish, 'unclear'],
  ['是的，没错', chinese, 'agreed'],
  ['是的没错', chinese, 'agreed'],
  ['没有', chinese, 'refused'],
  ['好的不要', chinese, 'agreed-but'],
  ['对吗？', chinese, 'refused'],
  ['いいえ', japanese, 'refused'],
  ['はい', japanese, 'agreed'],
  ['はい、違います', japanese, 'agreed-but'],
] as const)('takes "%s" for what it is', (heard, words, consent) => {
  expect(toConsent(heard, words)).toBe(consent);
});

it('takes no long speech for a yes', () => {
  expect(toConsent(`yes ${'please '.repeat(100)}`, english)).toBe('unclear');
});

it('takes a no within a longer yes for part of it, and any other for a no', () => {
  const words = { accept: [...yesWords, 'why not', 'no problem'], reject: noWords };
  expect(toConsent('yes, why not', words)).toBe('agreed');
  expect(toConsent('no problem', words)).toBe('agreed');
  expect(toConsent('no problem, not that one', words)).toBe('agreed-but');
});

it.each([
  ['👍', 'agreed'],
  ['👍🏾', 'agreed'],
  ['yes 👍', 'agreed'],
  ['👎', 'refused'],
  ['🍕', 'unclear'],
] as const)('takes %s for an answer: %s', (heard, answer) => {
  expect(toConsent(heard, { accept: yesWords, reject: noWords })).toBe(answer);
});
