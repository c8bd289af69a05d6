import { expect, it } from 'vitest';
import { z } from 'zod';
import { createPrompt, type Message } from '../../../src/engine/prompt/prompt.ts';
import { EngineError } from '../../../src/errors.ts';
import { createCompletions } from '../../../src/server/completions/completions.ts';
import { createRig, encode } from '../../support/engine-rig.ts';
import { reciting } from '../../support/fake-device.ts';
import { startServerRig } from '../../support/server-rig.ts';
import { manifest, tokenizer } from '../../support/small-vocabulary.ts';

const { specials } = tokenizer;
const { bos, end } = manifest.specials;
const prompt = createPrompt(tokenizer);
const tools = [
  {
    name: 'find',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
];
const asked = [
  { role: 'system', content: 'be brief' },
  { role: 'user', content: 'hi' },
];
const offered = tools.map((tool) => ({ type: 'function', function: tool }));

/** What the model knows to say: instructions and dialogue, then the message. */
function knowing(messages: readonly Message[], its: typeof tools | [] = []) {
  return [...prompt.renderPrefix({ instructions: 'be brief', tools: its }), ...prompt.renderMessages(messages, its)];
}

const hello = knowing([
  { role: 'user', text: 'hi' },
  { role: 'say', text: 'hello there you' },
]);
const finding = knowing(
  [
    { role: 'user', text: 'hi' },
    { role: 'call', name: 'find', arguments: { city: 'Ely' } },
  ],
  tools,
);
const gap = [
  bos,
  specials.suffix,
  ...encode(' at eight'),
  specials.prefix,
  ...encode(' a table'),
  ...encode(' for two'),
  end,
];

const usageSchema = z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() });
const askedCall = z.object({ function: z.object({ name: z.string(), arguments: z.string() }) });
const callAnswer = z.object({ choices: z.array(z.object({ message: z.object({ tool_calls: z.array(askedCall) }) })) });
const chunkSchema = z.object({
  choices: z.tuple([
    z.object({
      delta: z.object({ role: z.string().optional(), content: z.string().optional() }),
      finish_reason: z.string().nullable(),
    }),
  ]),
});

async function startRig(apiKey?: string) {
  const { engine } = createRig(reciting([hello, finding, gap]));
  const completions = createCompletions({ engine, tokenizer, prompt, modelName: 'fake' });
  const rig = await startServerRig(undefined, { completions, ...(apiKey === undefined ? {} : { apiKey }) });
  const ask = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${rig.url}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers,
    });
  return { rig, engine, ask, [Symbol.asyncDispose]: () => rig.server.drain(0) };
}

it('answers a chat as OpenAI does, with what it took', async () => {
  await using served = await startRig();
  const answer = await served.ask('/v1/chat/completions', { model: 'any', messages: asked });
  expect(answer.status).toBe(200);
  const body: unknown = await answer.json();
  expect(body).toMatchObject({
    object: 'chat.completion',
    model: 'fake',
    choices: [{ index: 0, message: { role: 'assistant', content: 'hello there you' }, finish_reason: 'stop' }],
  });
  const { usage } = z.object({ usage: usageSchema }).parse(body);
  expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
  expect(served.engine.stats().countSequences).toBe(1);
});

it('streams words once they will not change, and ends the stream', async () => {
  await using served = await startRig();
  const answer = await served.ask('/v1/chat/completions', { messages: asked, stream: true });
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  const events = (await answer.text()).split('\n\n').filter((event) => event !== '');
  expect(events.at(-1)).toBe('data: [DONE]');
  const chunks = events
    .slice(0, -1)
    .map((event) => chunkSchema.parse(JSON.parse(event.slice('data: '.length))).choices[0]);
  expect(chunks[0]?.delta).toMatchObject({ role: 'assistant' });
  expect(chunks.map(({ delta }) => delta.content ?? '').join('')).toBe('hello there you');
  expect(chunks.at(-1)?.finish_reason).toBe('stop');
});

it('calls a tool that it must call, with arguments of its schema', async () => {
  await using served = await startRig();
  const answer = await served.ask('/v1/chat/completions', {
    messages: asked,
    tools: offered,
    tool_choice: 'required',
  });
  const body: unknown = await answer.json();
  expect(body).toMatchObject({
    choices: [{ finish_reason: 'tool_calls', message: { role: 'assistant', content: null } }],
  });
  const calls = callAnswer.parse(body).choices.flatMap(({ message }) => message.tool_calls);
  expect(calls).toMatchObject([{ function: { name: 'find', arguments: '{"city":"Ely"}' } }]);
});

it('fills the gap between a prompt and its suffix', async () => {
  await using served = await startRig();
  const answer = await served.ask('/v1/completions', { prompt: 'a table', suffix: 'at eight' });
  expect(await answer.json()).toMatchObject({ object: 'text_completion', choices: [{ text: 'for two' }] });
});

it('names its model', async () => {
  await using served = await startRig();
  const answer = await fetch(`${served.rig.url}/v1/models`);
  expect(await answer.json()).toMatchObject({ data: [{ id: 'fake' }] });
  const one = await fetch(`${served.rig.url}/v1/models/fake`);
  expect(await one.json()).toMatchObject({ id: 'fake', object: 'model' });
  const other = await fetch(`${served.rig.url}/v1/models/gpt%20x`);
  expect([other.status, await other.json()]).toMatchObject([404, { error: { code: 'model-unknown' } }]);
});

it.each([
  ['no JSON', '{', 400, 'the body is no JSON'],
  ['no messages', { messages: [] }, 400, 'messages'],
  ['an unknown role', { messages: [{ role: 'robot', content: 'x' }] }, 400, 'messages.0.role'],
  ['nobody to answer', { messages: [{ role: 'assistant', content: 'x' }] }, 400, 'expected user, tool or system'],
  ['a tool that is not there', { messages: asked, tool_choice: 'required' }, 400, 'tool_choice'],
  ['several replies', { messages: asked, n: 2 }, 400, 'n'],
  ['chance at another effort', { messages: asked, temperature: 1, effort: 'low' }, 400, 'autoregressive'],
  ['too long a dialogue', { messages: [{ role: 'user', content: 'x y '.repeat(2000) }] }, 400, '640'],
  ['too large a body', { messages: asked, more: 'x'.repeat(1_000_000) }, 413, '1000000'],
] as const)('refuses %s with the reason, and leaves nothing open', async (_, body, status, reason) => {
  await using served = await startRig();
  const answer = await served.ask('/v1/chat/completions', body);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining(reason) } });
  expect(served.engine.stats().countSequences).toBe(1);
});

it('refuses too large a body whose length nobody sent', async () => {
  await using served = await startRig();
  const chunk = new TextEncoder().encode('x'.repeat(600_000));
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(chunk);
      controller.enqueue(chunk);
      controller.close();
    },
  });
  const init = { method: 'POST', body, duplex: 'half' as const };
  const answer = await fetch(`${served.rig.url}/v1/chat/completions`, init);
  expect([answer.status, await answer.json()]).toMatchObject([413, { error: { code: 'body-too-large' } }]);
});

it('tells of an error within a stream as its last event, and frees its place', async () => {
  const state = {
    text: 'hello',
    isDone: false,
    isTruncated: false,
    countContextTokens: 1,
    countTokens: 1,
    countForwards: 1,
  };
  async function* breaking() {
    yield state;
    throw new EngineError('worker-dead', 'the thread of the engine ended');
  }
  const completions = { modelName: 'fake', chat: breaking, fill: breaking };
  await using rig = await startServerRig(undefined, { completions });
  const init = { method: 'POST', body: JSON.stringify({ messages: asked, stream: true }) };
  for (let count = 0; count < 20; count++) {
    const answer = await fetch(`${rig.url}/v1/chat/completions`, init);
    const events = (await answer.text()).trimEnd().split('\n\n');
    expect([answer.status, events.length]).toEqual([200, 3]);
    expect(JSON.parse(events[2]?.slice('data: '.length) ?? '')).toMatchObject({ error: { code: 'worker-dead' } });
  }
});

it('wants the key where the server has one, and says when the model is not there yet', async () => {
  await using served = await startRig('open-sesame-1234');
  const refused = await served.ask('/v1/chat/completions', { messages: asked });
  expect(refused.status).toBe(401);
  const headers = { authorization: 'Bearer open-sesame-1234' };
  expect((await served.ask('/v1/chat/completions', { messages: asked }, headers)).status).toBe(200);
  await using early = await startServerRig();
  const answer = await fetch(`${early.url}/v1/models`);
  expect(answer.status).toBe(503);
});
