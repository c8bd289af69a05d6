import { describe, expect, it } from 'vitest';
import { parseChat } from '../../../src/server/completions/completion-requests.ts';
import { knowing, startCompletions } from '../../support/completions-rig.ts';

const hi = [{ role: 'user', content: 'hi' }];
const find = {
  name: 'find',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const hello = knowing([
  { role: 'user', text: 'hi' },
  { role: 'say', text: 'hello there you' },
]);
const offered = [{ type: 'function', function: find }];
const replyOf = (content: string) => ({ choices: [{ message: { content, refusal: null }, finish_reason: 'stop' }] });

describe('a field that is null', () => {
  it.each([
    'max_tokens',
    'max_completion_tokens',
    'temperature',
    'top_p',
    'seed',
    'n',
    'stop',
    'stream',
    'stream_options',
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'response_format',
    'frequency_penalty',
    'logit_bias',
    'logprobs',
    'user',
    'metadata',
    'effort',
    'latency_ms',
    'model',
  ])('is as if it was left out: %s', (field) => {
    expect(parseChat({ messages: hi, [field]: null })).toMatchObject(parseChat({ messages: hi }));
  });

  it('may stand in a tool, in a call, and in a reply as an SDK gives it', async () => {
    await using served = await startCompletions([hello]);
    const reply = {
      role: 'assistant',
      content: null,
      refusal: null,
      audio: null,
      function_call: null,
      tool_calls: null,
    };
    const its = { type: 'function', function: { name: 'find', description: null, parameters: null, strict: null } };
    const answer = await served.chat({ messages: [reply, ...hi], tools: [its], tool_choice: 'none', max_tokens: null });
    expect(answer.json()).toMatchObject(replyOf('hello there you'));
    const filled = await served.post('/v1/completions', { prompt: 'a', suffix: 'b', max_tokens: null, stop: null });
    expect(filled.status).toBe(200);
  });
});

describe('what is not honoured', () => {
  it.each([
    ['an unknown field', { temprature: 1 }, 'temprature: there is no such field here'],
    ['a penalty', { frequency_penalty: 0.5 }, 'frequency_penalty: 0.5 is not done here, only 0'],
    ['probabilities', { logprobs: true }, 'logprobs: true is not done here'],
    ['stored answers', { store: true }, 'store: true is not done here'],
    ['sound', { modalities: ['text', 'audio'] }, 'modalities: ["text","audio"] is not done here'],
    ['functions of old', { functions: [] }, 'functions: there is no such field here'],
    ['five words to stop at', { stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop: use a text, or up to four'],
    ['two limits', { max_tokens: 4, max_completion_tokens: 5 }, 'max_tokens: 4 is not max_completion_tokens 5'],
    ['usage of no stream', { stream_options: { include_usage: true } }, 'stream_options: it goes with "stream"'],
    [
      'an image',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      'messages.0.content.0: image_url is not taken; send text',
    ],
    ['a name of a speaker', { messages: [{ ...hi[0], name: 'Ann' }] }, 'messages.0.name: who speaks is not told'],
    ['a tool that is none', { tools: [{ type: 'custom', custom: {} }] }, 'tools.0.type: only functions are taken'],
    ['a tool name of blanks', { tools: [named('get weather')] }, 'tools.0.function.name: a name has'],
    ['a tool name of lines', { tools: [named('two\nlines')] }, 'tools.0.function.name: a name has'],
    ['an empty tool name', { tools: [named('')] }, 'tools.0.function.name: a name has'],
    ['a tool name of braces', { tools: [named('a{b')] }, 'tools.0.function.name: a name has'],
    [
      'two tools of one name',
      { tools: [named('a'), named('b'), named('a')] },
      'tools.2.function.name: a is there twice',
    ],
    ['a choice of no tool', { tools: offered, tool_choice: { type: 'function', function: { name: 'x' } } }, 'no x'],
    ['a choice of a kind', { tools: offered, tool_choice: { type: 'custom' } }, 'tool_choice: use "auto", "none"'],
    ['a form of no kind', { response_format: { type: 'xml' } }, 'response_format.type'],
    [
      'a form that is no object',
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'string' } } } },
      'response_format: #/type: "string"',
    ],
    ['deep JSON', { metadata: { a: nested(70) } }, 'the body: JSON of more than 64 levels'],
    [
      'a deep result',
      { messages: [...hi, { role: 'tool', content: JSON.stringify(nested(70)) }] },
      'messages.1.content: JSON',
    ],
    [
      'more messages than it looks at',
      { messages: Array.from({ length: 1001 }, () => hi[0]) },
      'messages has 1001, the most is 1000',
    ],
    [
      'more words than it looks at',
      { messages: [{ role: 'user', content: 'x'.repeat(12_001) }] },
      '12001 characters, the most is 12000',
    ],
    [
      'a schema of a megabyte',
      { tools: [{ type: 'function', function: { ...find, description: 'x'.repeat(70_000) } }] },
      /tools: 70\d+ characters of JSON, the most is 65536/,
    ],
    [
      'names that no context holds',
      {
        tools: [
          {
            type: 'function',
            function: { name: 'a', parameters: { type: 'object', properties: { ['x'.repeat(13_000)]: {} } } },
          },
        ],
      },
      'tools: 13011 characters of names and values, the most is 12000',
    ],
    [
      'an enum of 60,000 values',
      { tools: [{ type: 'function', function: { name: 'a', parameters: cities(6000) } }] },
      'tool a: #/properties/city/enum: 6000 constants so far, the most is 1000',
    ],
  ] as const)('is refused by name: %s', async (_, fields, message) => {
    await using served = await startCompletions([hello]);
    const answer = await served.chat({ messages: hi, ...fields });
    expect(answer.json()).toMatchObject({
      error: { message: expect.stringMatching(message instanceof RegExp ? message : escaped(message)) },
    });
    expect(answer.status).toBe(400);
    expect(served.engine.stats().countSequences).toBe(1);
  });
});

describe('what the model would not read is refused with both numbers, and what it just reads is not:', () => {
  const system = (length: number) => [
    { role: 'system', content: 'x'.repeat(length - 5) },
    { role: 'developer', content: 'abcd' },
    ...hi,
  ];
  const result = (length: number) => [...hi, { role: 'tool', content: 'x'.repeat(length - 2) }];
  const tools = (count: number) => Array.from({ length: count }, (_, index) => named(`t${index}`));
  const described = (length: number) => [
    { type: 'function', function: { name: 'a', description: '\u{1f642}'.repeat(length) } },
  ];
  it.each([
    [
      'instructions',
      (n: number) => ({ messages: system(n) }),
      500,
      'messages of system and developer together: 501 characters',
    ],
    ['a result', (n: number) => ({ messages: result(n) }), 420, 'messages.1.content as a line of JSON: 421 characters'],
    [
      'tools',
      (n: number) => ({ messages: hi, tools: tools(n), tool_choice: 'auto' }),
      10,
      'tools: 11, the model reads 10',
    ],
    [
      'a description',
      (n: number) => ({ messages: hi, tools: described(n) }),
      90,
      'tools.0.function.description: 91 characters',
    ],
  ] as const)('%s', async (_, bodyOf, most, message) => {
    await using served = await startCompletions([hello]);
    const refused = await served.chat(bodyOf(most + 1));
    expect(refused.json()).toMatchObject({
      error: { code: 'prompt-too-long', message: expect.stringContaining(message) },
    });
    expect(refused.status).toBe(400);
    const taken = await served.chat(bodyOf(most));
    expect(taken.text).not.toContain('prompt-too-long');
  });

  it('a form beside ten tools', async () => {
    await using served = await startCompletions([hello]);
    const refused = await served.chat({ messages: hi, tools: tools(10), response_format: { type: 'json_object' } });
    expect(refused.json()).toMatchObject({
      error: { message: expect.stringContaining('tools and response_format: 11') },
    });
  });
});

describe('a form of the reply', () => {
  const form = { name: 'place', schema: find.parameters };
  const tool = { name: 'place', description: 'Answer in this form', parameters: find.parameters };
  const inForm = knowing(
    [
      { role: 'user', text: 'hi' },
      { role: 'call', name: 'place', arguments: { city: 'Ely' } },
    ],
    [tool],
  );

  it.each([false, true])('is kept to, streamed: %s', async (stream) => {
    await using served = await startCompletions([inForm]);
    const answer = await served.chat({
      messages: hi,
      stream,
      response_format: { type: 'json_schema', json_schema: { ...form, strict: true } },
    });
    if (stream) expect(wordsOf(answer.text)).toBe('{"city":"Ely"}');
    else expect(answer.json()).toMatchObject(replyOf('{"city":"Ely"}'));
  });

  it('is any object where no schema is given, and leaves calls of tools as they are', async () => {
    await using served = await startCompletions([inForm]);
    const any = await served.chat({ messages: hi, response_format: { type: 'json_object' } });
    const [choice] = JSON.parse(any.text).choices;
    expect(JSON.parse(choice.message.content)).toBeTypeOf('object');
    const call = await served.chat({
      messages: hi,
      tools: offered,
      tool_choice: 'required',
      response_format: { type: 'json_object' },
    });
    expect(call.json()).toMatchObject({ choices: [{ message: { tool_calls: [{ function: { name: 'find' } }] } }] });
  });
});

describe('words to stop at', () => {
  it.each([
    ['you', 'hello there '],
    [['nothing', 'there y'], 'hello '],
    [[], 'hello there you'],
    ['absent', 'hello there you'],
  ] as const)('%j ends the reply before it', async (stop, words) => {
    await using served = await startCompletions([hello]);
    expect((await served.chat({ messages: hi, stop })).json()).toMatchObject(replyOf(words));
    expect(wordsOf((await served.chat({ messages: hi, stop, stream: true })).text)).toBe(words);
    expect(served.engine.stats().countSequences).toBe(1);
  });
});

it('tells usage last in a stream where that is asked for, and nowhere else', async () => {
  await using served = await startCompletions([hello]);
  const plain = await served.chat({ messages: hi, stream: true });
  expect(plain.text).not.toContain('usage');
  const { text } = await served.chat({ messages: hi, stream: true, stream_options: { include_usage: true } });
  const chunks = chunksOf(text);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
  expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
});

it('draws other words each time where no seed is given, and the same where one is', () => {
  expect(parseChat({ messages: hi }).seed).toBeUndefined();
  expect(parseChat({ messages: hi, seed: 7 }).seed).toBe(7);
});

it('lets only those tools be called that a choice allows', async () => {
  const other = { name: 'other', parameters: { type: 'object', properties: {} } };
  await using served = await startCompletions([hello]);
  const answer = await served.chat({
    messages: hi,
    tools: [...offered, { type: 'function', function: other }],
    tool_choice: {
      type: 'allowed_tools',
      allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'other' } }] },
    },
  });
  expect(answer.json()).toMatchObject({ choices: [{ message: { tool_calls: [{ function: { name: 'other' } }] } }] });
});

it.each([
  ['/v1/embeddings', 'POST', 404, 'path-unknown'],
  ['/v1/chat/completions', 'GET', 405, 'method-not-allowed'],
  ['/v1/models', 'POST', 405, 'method-not-allowed'],
])('answers %s %s in the shape of OpenAI', async (path, method, status, code) => {
  await using served = await startCompletions([]);
  const answer = await fetch(`${served.url}${path}`, { method });
  expect([answer.status, await answer.json()]).toMatchObject([
    status,
    { error: { code, type: 'invalid_request_error' } },
  ]);
});

function named(name: string) {
  return { type: 'function', function: { name } };
}

function nested(levels: number): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}

function cities(count: number) {
  const values = Array.from({ length: count }, (_, index) => `${index}`);
  return { type: 'object', properties: { city: { enum: values } } };
}

function escaped(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}

function chunksOf(text: string) {
  const events = text.split('\n\n').filter((event) => event !== '');
  expect(events.at(-1)).toBe('data: [DONE]');
  return events.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)));
}

function wordsOf(text: string): string {
  return chunksOf(text)
    .map(({ choices: [choice] }) => choice?.delta.content ?? '')
    .join('');
}
