import { expect, it } from 'vitest';
import { knowing, startCompletions } from '../support/completions-rig.ts';
import { createOpenAi, hasOpenAi } from '../support/openai-client.ts';

const hi = { role: 'user', content: 'hi' };
const find = {
  name: 'find',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const tools = [{ type: 'function', function: find }];
const calling = [
  { role: 'user', text: 'hi' },
  { role: 'call', name: 'find', arguments: { city: 'Ely' } },
] as const;
const dialogues = [
  knowing([
    { role: 'user', text: 'hi' },
    { role: 'say', text: 'hello there you' },
  ]),
  knowing(calling, [find]),
  knowing([...calling, { role: 'result', content: '{"found": 2}' }, { role: 'say', text: 'two places' }], [find]),
];

it.runIf(hasOpenAi)("serves OpenAI's own client: models, a chat, a stream with its usage", async () => {
  await using served = await startCompletions(dialogues);
  const { chat, models } = createOpenAi(served.url);
  expect((await models.list()).data.map(({ id }) => id)).toEqual(['fake']);
  const answer = await chat.completions.create({ model: 'fake', messages: [hi] });
  expect(answer.choices[0]?.message.content).toBe('hello there you');
  const stream = await chat.completions.create({
    model: 'fake',
    messages: [hi],
    stream: true,
    stream_options: { include_usage: true },
  });
  let words = '';
  let totalTokens = 0;
  for await (const { choices, usage } of stream) {
    words += choices[0]?.delta.content ?? '';
    totalTokens += usage?.total_tokens ?? 0;
  }
  expect(words).toBe('hello there you');
  expect(totalTokens).toBeGreaterThan(0);
});

it.runIf(hasOpenAi)('goes through a loop of tools whose messages are sent back as they came', async () => {
  await using served = await startCompletions(dialogues);
  const { chat } = createOpenAi(served.url);
  const asked = { model: 'fake', tools, messages: [hi], tool_choice: 'required', max_tokens: null };
  const { choices } = await chat.completions.create(asked);
  const message = choices[0]?.message;
  expect(choices[0]?.finish_reason).toBe('tool_calls');
  const [call] = message?.tool_calls ?? [];
  expect(call?.function.arguments).toBe('{"city":"Ely"}');
  const result = { role: 'tool', tool_call_id: call?.id, content: '{"found":2}' };
  const last = await chat.completions.create({ model: 'fake', tools, messages: [hi, message, result] });
  expect(last.choices[0]?.message.content).toBe('two places');
});

it.runIf(hasOpenAi)("gives OpenAI's client an error that it understands", async () => {
  await using served = await startCompletions(dialogues);
  const { chat } = createOpenAi(served.url);
  const refused = chat.completions.create({ model: 'fake', messages: [hi], presence_penalty: 1 });
  await expect(refused).rejects.toMatchObject({ status: 400, code: 'request-invalid' });
});
