import { expect, it } from 'vitest';
import { createCopySlot } from '../../../src/engine/constraints/copy.ts';
import { createVocabulary } from '../../../src/engine/constraints/vocabulary.ts';
import { dialogueOf } from '../../../src/engine/marks.ts';
import { createPrompt, type Message } from '../../../src/engine/prompt/prompt.ts';
import { marks, tokenizer } from '../../support/small-vocabulary.ts';

const vocabulary = createVocabulary(tokenizer);
const dialogue: Message[] = [
  { role: 'say', text: 'Welcome to Nowhere' },
  { role: 'user', text: "a table at luigi's on the corner" },
  { role: 'call', name: 'find', arguments: { city: 'Elsewhere' } },
  { role: 'result', content: '{"name": "Trattoria da Luigi, Röm", "note": "ask for \\"Anna\\"", "seats": 12}' },
];

function isCopied(text: string, messages: readonly Message[] = dialogue): boolean {
  const context = createPrompt(tokenizer).renderMessages(messages, []);
  const slot = createCopySlot(dialogueOf(context, marks), vocabulary);
  let state = 0;
  for (const id of tokenizer.encode(text)) {
    state = slot.next(state, id);
    if (state < 0) return false;
    const { ids, classes } = slot.edges(state);
    for (const [index, next] of ids.entries())
      expect(slot.target(state, classes[index] ?? 0)).toBe(slot.next(state, next));
  }
  return slot.isFinal(state);
}

it.each(['table', 'the corner', "luigi's", 'a table at', 'Trattoria da Luigi', 'Luigi, Röm', '12', 'Anna'])(
  'lets %s through, whole words that were said or given',
  (text) => expect(isCopied(text)).toBe(true),
);

it.each([
  ['tab', 'it ends within a word'],
  ['able', 'it begins within a word'],
  ['corner Trattoria', 'it goes from one message to the next'],
  ['Nowhere', 'only the agent said it'],
  ['Elsewhere', 'only the agent called with it'],
  ['Röm", "note', 'it goes from one string to the next'],
  ['table ', 'it ends after a word'],
  ['', 'it is empty'],
])('does not let %j through: %s', (text) => expect(isCopied(text)).toBe(false));

it('lets any text through while nothing was said', () => {
  expect(isCopied('Paris', [])).toBe(true);
  expect(isCopied('Paris', [{ role: 'user', text: '...' }])).toBe(true);
});

it('ends a word after its vowel signs, and copies single words where a script puts no spaces', () => {
  const said: Message[] = [{ role: 'user', text: 'दो दिन 订两个房间' }];
  expect(['दिन', '房间'].filter((text) => !isCopied(text, said))).toEqual([]);
  expect(['द', 'दि', '间'].filter((text) => isCopied(text, said))).toEqual([]);
});
