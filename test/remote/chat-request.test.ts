import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { Line } from '../../src/conversation/transcript.ts';
import { toChatBody } from '../../src/remote/chat-request.ts';
import { remoteReadingLimits } from '../../src/remote/reading-limits.ts';
import { toRemoteModel } from '../../src/remote/remote-model.ts';
import { makeAgent, makeTool } from '../support/flow.ts';

const mercury = toRemoteModel('mercury-2.5', { INCEPTION_API_KEY: 'k' });
const voice = toRemoteModel('mercury-voice', { INCEPTION_API_KEY: 'k' });
const other = toRemoteModel('openai:qwen', { OPENAI_BASE_URL: 'http://127.0.0.1/v1' });
const lines: readonly Line[] = [{ role: 'user', text: 'hi' }];
const clock = new SimulatedClock();

const ask = (parameters?: object) => ({
  agent: makeAgent({
    tools: [makeTool(clock, { confirm: true, ...(parameters ? { parameters: { ...parameters } } : {}) })],
  }),
  instructions: 'You answer.',
  lines,
});
const both = ['say', 'call'] as const;

describe('what a model over the network is asked', () => {
  it.each([
    ['talk or call', both, { tool_choice: 'auto', reasoning_effort: 'low' }],
    ['call', ['call'], { tool_choice: 'required', reasoning_effort: 'low' }],
    ['be silent, too', [...both, 'wait'], { tool_choice: 'auto' }],
  ] as const)('where it may %s', (_, acts, expected) => {
    expect(toChatBody(mercury, { ...ask(), acts })).toMatchObject(expected);
  });

  it('offers no tool where it may only talk', () => {
    const body = toChatBody(mercury, { ...ask(), acts: ['say'] });
    expect(body).toMatchObject({ reasoning_effort: 'instant', realtime: true });
    for (const field of ['tools', 'tool_choice', 'parallel_tool_calls']) expect(body).not.toHaveProperty(field);
  });

  it('keeps to what each server takes', () => {
    expect(toChatBody(voice, { ...ask(), acts: ['say'] })).toMatchObject({ reasoning_effort: 'low' });
    const body = toChatBody(other, { ...ask(), acts: both });
    expect(body).toMatchObject({ model: 'qwen', parallel_tool_calls: false });
    for (const field of ['realtime', 'reasoning_effort', 'max_tokens']) expect(body).not.toHaveProperty(field);
    expect(toChatBody(mercury, { ...ask(), acts: both })).toMatchObject({ max_tokens: 2048 });
    expect(toChatBody(mercury, { ...ask(), acts: both })).not.toHaveProperty('parallel_tool_calls');
  });

  it('says of a tool that is read back that it need not ask', () => {
    const [tool] = toChatBody(mercury, { ...ask(), acts: both }).tools ?? [];
    expect(tool?.function.description).toBe(
      'Look something up Call it without asking first: the caller is asked before it runs.',
    );
  });

  it('leaves room for that sentence in the longest description that is taken', () => {
    const description = 'd'.repeat(remoteReadingLimits.maxDescriptionLength);
    const agent = makeAgent({ tools: [makeTool(clock, { confirm: true, description })] });
    const [tool] = toChatBody(mercury, { ...ask(), agent, acts: both }).tools ?? [];
    expect(tool?.function.description.length).toBe(1024);
  });

  it('strips what is for this runtime alone from a schema, and from nothing else', () => {
    const parameters = {
      type: 'object',
      properties: { 'x-y': { type: 'string' }, day: { type: 'string', 'x-spoken': { kind: 'date' } } },
      required: ['day'],
    };
    const [tool] = toChatBody(mercury, { ...ask(parameters), acts: both }).tools ?? [];
    expect(tool?.function.parameters).toEqual({
      type: 'object',
      properties: { 'x-y': { type: 'string' }, day: { type: 'string' } },
      required: ['day'],
    });
  });

  const field = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
  it.each([
    [true, field],
    [true, { ...field, properties: { a: { type: 'array', items: field } } }],
    [false, { ...field, required: [] }],
    [false, { ...field, additionalProperties: true }],
    [false, { ...field, properties: { a: { type: 'string', minLength: 2 } } }],
    [false, { ...field, properties: { a: { type: 'array', items: { ...field, required: [] } } } }],
    [false, { ...field, properties: { a: { anyOf: [{ ...field, required: [] }, { type: 'null' }] } } }],
  ])('is strict: %s, for %j', (isStrict, parameters) => {
    const [tool] = toChatBody(other, { ...ask(parameters), acts: both }).tools ?? [];
    expect(tool?.function.strict ?? false).toBe(isStrict);
    expect(toChatBody(mercury, { ...ask(parameters), acts: both }).tools?.[0]?.function).not.toHaveProperty('strict');
  });
});
