import { describe, expect, it } from 'vitest';
import { defaultPromptLimits } from '../../../src/engine/prompt/limits.ts';
import { parseChat } from '../../../src/server/completions/completion-requests.ts';
import { toDialogue } from '../../../src/server/completions/messages.ts';

const hi = [{ role: 'user', content: 'hi' }];
const dialogueOf = (messages: readonly unknown[]) => toDialogue(parseChat({ messages }).messages, defaultPromptLimits);

describe('a dialogue', () => {
  const call = (id: string | null, name: string, json = '{}') => ({
    id,
    type: 'function',
    function: { name, arguments: json },
  });
  const result = (id: string | null, content: string) => ({ role: 'tool', tool_call_id: id, content });
  const asked = { role: 'assistant', tool_calls: [call('a', 'paris'), call('b', 'rome')] };
  const told = [
    { role: 'user', text: 'hi' },
    { role: 'call', name: 'paris', arguments: {} },
    { role: 'result', content: '{"degrees": 9}' },
    { role: 'call', name: 'rome', arguments: {} },
    { role: 'result', content: '{"degrees": 31}' },
  ];

  it('binds results to their calls, whatever order they come in', () => {
    const swapped = [...hi, asked, result('b', '{"degrees":31}'), result('a', '{"degrees":9}')];
    expect(dialogueOf(swapped).messages).toEqual(told);
  });

  it('takes results without an id in the order of the calls', () => {
    const plain = [...hi, asked, result(null, '{"degrees":9}'), result(null, '{"degrees":31}')];
    expect(dialogueOf(plain).messages).toEqual(told);
  });

  it('refuses a result of no call, and a second one of the same', () => {
    expect(() => dialogueOf([...hi, asked, result('c', '{}')])).toThrow(
      'messages.2.tool_call_id: "c" is the id of no call',
    );
    expect(() => dialogueOf([...hi, result('c', '{}')])).toThrow('messages.1.tool_call_id');
    expect(() => dialogueOf([...hi, asked, result('a', '1'), result('a', '2')])).toThrow('a has its result already');
  });

  it.each(['', '{"city": "El', '[1]', 'null'])('takes %j for the arguments of an old call as none', (json) => {
    const odd = { role: 'assistant', tool_calls: [call('a', 'paris', json)] };
    expect(dialogueOf([...hi, odd, result('a', 'x')]).messages[1]).toEqual({
      role: 'call',
      name: 'paris',
      arguments: {},
    });
  });

  it('may end with instructions for the next reply, or hold nothing else', () => {
    const greet = { role: 'system', content: 'Greet the caller.' };
    expect(dialogueOf([...hi, { role: 'assistant', content: 'ho' }, greet])).toMatchObject({
      instructions: 'Greet the caller.',
      messages: [{ role: 'user' }, { role: 'say', text: 'ho' }],
    });
    expect(dialogueOf([greet]).messages).toEqual([]);
    expect(() => dialogueOf([...hi, { role: 'assistant', content: 'ho' }])).toThrow('expected user, tool or system');
  });

  it('has a plain assistant where nobody says who answers', () => {
    expect(dialogueOf(hi).instructions).toBe('You are a helpful assistant. Answer briefly and politely.');
  });
});
