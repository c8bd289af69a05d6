import { describe, expect, it } from 'vitest';
import type { Dialogue } from '../../training/dialogues.ts';
import { decideReadBacks } from '../../training/read-backs.ts';

const call = {
  role: 'call',
  name: 'reserve',
  arguments: { name: 'Sushi Bar', city: 'San Jose', time: '19:00', party_size: 2 },
} as const;

function dialogueOf(
  id: string,
  said: string,
  answer: string,
  before = 'At Sushi Bar in San Jose, at seven.',
): Dialogue {
  const string = { type: 'string' };
  const parameters = {
    type: 'object',
    properties: { name: string, city: string, time: string, party_size: { type: 'integer' } },
    required: ['name', 'city', 'time'],
  };
  return {
    id,
    instructions: 'Be brief. Always confirm the details before using reserve.',
    tools: [{ name: 'reserve', description: 'Reserve a table', parameters }],
    messages: [
      { role: 'user', text: before },
      { role: 'say', text: said },
      { role: 'user', text: answer },
      call,
      { role: 'result', content: '{"status": "ok"}' },
      { role: 'say', text: 'Done.' },
    ],
    topics: [],
  };
}

const readBack = 'A table at Sushi Bar in San Jose at 7 pm for 2?';
/** Seven dialogues of ten are converted: one that is. */
const converted = Array.from({ length: 20 }, (_, index) => `id-${index}`).find(
  (id) => decideReadBacks(dialogueOf(id, readBack, 'Yes.')).tools[0]?.confirm,
);
const convert = (said: string, answer: string, before?: string) =>
  decideReadBacks(dialogueOf(converted ?? '', said, answer, before));

describe('decideReadBacks', () => {
  it("puts the decided call in the place of the agent's own read-back, in the runtime's words", () => {
    const { tools, messages, instructions } = convert(readBack, 'Yes, thanks.', 'At Sushi Bar at seven for two.');
    expect(tools[0]?.confirm).toBe(true);
    expect(messages[1]).toEqual({
      role: 'say',
      text: 'Please confirm: reserve: Sushi Bar, San Jose, 19:00, party size 2. Is that right?',
      decided: { name: call.name, arguments: call.arguments },
    });
    expect(messages[3]).toEqual(call);
    expect(instructions).toBe('Be brief.');
  });

  it('leaves out an optional number that nobody said, in the decision and in the call', () => {
    const { messages } = convert(readBack, 'Yes.');
    const expected = { name: 'Sushi Bar', city: 'San Jose', time: '19:00' };
    expect(messages[1]).toMatchObject({ decided: { arguments: expected } });
    expect(messages[3]).toEqual({ ...call, arguments: expected });
  });

  it.each([
    ['a question that is no read-back', 'What time?', 'Yes, at seven.'],
    ['a correction', readBack, 'No, make it three.'],
    ['a read-back of too few of its names', 'For San Jose?', 'Yes.'],
  ])('leaves %s as it is', (_, said, answer) => {
    const dialogue = dialogueOf(converted ?? '', said, answer);
    expect(decideReadBacks(dialogue)).toBe(dialogue);
  });

  it('converts seven dialogues of ten, the same ones each time', () => {
    const dialogues = Array.from({ length: 400 }, (_, index) => dialogueOf(`d-${index}`, readBack, 'Yes.'));
    const marked = dialogues.filter((dialogue) => decideReadBacks(dialogue) !== dialogue).length;
    expect(marked / dialogues.length).toBeGreaterThan(0.62);
    expect(marked / dialogues.length).toBeLessThan(0.78);
  });
});
