import { expect, it } from 'vitest';
import { usualGoodbyes } from '../../src/agent/goodbye-words.ts';
import { isGoodbye } from '../../src/conversation/goodbye.ts';

it.each([
  'bye',
  'Bye!',
  'Goodbye.',
  'okay, bye-bye',
  "that's all, thanks, bye",
  "no that's it bye",
  'thank you so much, have a nice day',
  'Great, thanks. See you later.',
  "No, I'm all set. Good night!",
])('takes "%s" for a goodbye', (heard) => {
  expect(isGoodbye(heard, usualGoodbyes)).toBe(true);
});

it.each([
  '',
  'thanks',
  "that's all",
  'no thank you',
  'bye?',
  'bye the way is it open',
  'bye bye birdie tickets please',
  'see you tomorrow at eight',
  'book it and bye',
  'cancel it, goodbye',
  'thanks bye and one more thing',
  `${'bye '.repeat(60)}`,
])('takes "%s" for none', (heard) => {
  expect(isGoodbye(heard, usualGoodbyes)).toBe(false);
});

it.each([
  ['adiós', 'Adiós.'],
  ['再见', '再见'],
  ['नमस्ते', 'नमस्ते'],
])('knows "%s" where an agent says that it takes leave', (goodbye, heard) => {
  expect([isGoodbye(heard, [goodbye]), isGoodbye(heard, usualGoodbyes)]).toEqual([true, false]);
});
