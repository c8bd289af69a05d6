import { Template } from '@huggingface/jinja';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../../src/engine/prompt/dialect.ts';
import { publishedPromptLimits } from '../../../src/engine/prompt/limits.ts';
import type { Message, PromptTool } from '../../../src/engine/prompt/prompt.ts';
import type { DraftState } from '../../../src/engine/sequence.ts';
import { createLocalEngine } from '../../../src/engine/serving/local-engine.ts';
import { loadPublishedTokenizer } from '../../../src/engine/tokenizer/published-tokenizer.ts';
import {
  chatml,
  chatmlManifest,
  chatmlThought,
  chatmlTokenizerJson,
  chatmlWithoutTags,
} from '../../support/chatml-vocabulary.ts';
import { countRuns } from '../../support/count-runs.ts';
import { createFakeDevice, randomModel } from '../../support/fake-device.ts';
import { randomTools } from '../../support/random-tools.ts';
import { findError } from '../../support/validator.ts';

/** The parts of Qwen2.5's and Qwen3's templates that a telephone call comes to; Apache-2.0, Alibaba Cloud. */
const TOOLS = `{%- if tools %}{{- '<|im_start|>system\\n' }}{%- if messages[0].role == 'system' %}{{- messages[0].content + '\\n\\n' }}{%- endif %}{{- "# Tools\\n\\nYou may call one or more functions to assist with the user query.\\n\\nYou are provided with function signatures within <tools></tools> XML tags:\\n<tools>" }}{%- for tool in tools %}{{- "\\n" }}{{- tool | tojson }}{%- endfor %}{{- "\\n</tools>\\n\\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\\n<tool_call>\\n{\\"name\\": <function-name>, \\"arguments\\": <args-json-object>}\\n</tool_call><|im_end|>\\n" }}{%- else %}{%- if messages[0].role == 'system' %}{{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}{%- endif %}{%- endif %}`;
const MESSAGES = `{%- for message in messages %}{%- if message.role == "user" or (message.role == "assistant" and not message.tool_calls) %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{%- elif message.role == "assistant" %}{{- '<|im_start|>assistant' }}{%- for tool_call in message.tool_calls %}{{- '\\n<tool_call>\\n{"name": "' + tool_call.function.name + '", "arguments": ' }}{{- tool_call.function.arguments | tojson }}{{- '}\\n</tool_call>' }}{%- endfor %}{{- '<|im_end|>\\n' }}{%- elif message.role == "tool" %}{{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' }}{%- endif %}{%- endfor %}`;
const ASKING = `{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}`;
const template = new Template(TOOLS + MESSAGES + ASKING);

const tools: readonly PromptTool[] = [
  {
    name: 'find_table',
    description: 'Find a free table',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', description: 'Where' }, people: { type: 'integer' } },
      required: ['city'],
    },
  },
];
const dialogue: readonly Message[] = [
  { role: 'say', text: 'Hello! Where would you like to eat?' },
  { role: 'user', text: 'a table in São José for two' },
  { role: 'call', name: 'find_table', arguments: { people: 2, city: 'São José "Sul"' } },
  { role: 'result', content: '{"count": 1, "results": [{"name": "Mar"}]}' },
  { role: 'say', text: 'Mar has one.' },
  { role: 'user', text: 'yes' },
];

/** Special tokens as they are written. */
function spell({ tokenizer }: Dialect, ids: readonly number[]): string {
  const { added } = loadPublishedTokenizer(chatmlTokenizerJson(tokenizer !== chatmlWithoutTags.tokenizer));
  const contents = new Map([...added].map(([content, id]) => [id, content]));
  const bytes = ids.flatMap((id) => [
    ...(contents.has(id) ? Buffer.from(contents.get(id) ?? '') : tokenizer.tokenBytes(id)),
  ]);
  return Buffer.from(bytes).toString();
}

function toChat(message: Message) {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: message.text };
    case 'say':
      return { role: 'assistant', content: message.text };
    case 'call': {
      const { city, people } = message.arguments;
      return { role: 'assistant', tool_calls: [{ function: { name: message.name, arguments: { city, people } } }] };
    }
    case 'result':
      return { role: 'tool', content: message.content };
  }
}

describe.each([
  ['chatml', chatml, {}],
  ['chatml-thought', chatmlThought, { enable_thinking: false }],
  ['chatml without tags as tokens', chatmlWithoutTags, {}],
] as const)('%s', (_, dialect, settings) => {
  const prompt = dialect.createPrompt(publishedPromptLimits);

  it.each([
    ['instructions and tools', 'You find tables.', tools, dialogue],
    ['instructions alone', 'You find tables.', [], dialogue.slice(0, 2)],
    ['tools alone', '', tools, dialogue.slice(1, 2)],
    ['a result last', 'You find tables.', tools, dialogue.slice(1, 4)],
  ] as const)('writes what the template of these models writes, with %s', (_case, instructions, offered, messages) => {
    const ids = [...prompt.renderPrefix({ instructions, tools: offered }), ...prompt.renderMessages(messages, offered)];
    const listed = offered.map((tool) => ({ type: 'function', function: { ...tool } }));
    const system = instructions === '' ? [] : [{ role: 'system', content: instructions }];
    const expected = template.render({
      messages: [...system, ...messages.map(toChat)],
      tools: listed.length > 0 ? listed : undefined,
      add_generation_prompt: true,
      ...settings,
    });
    expect(spell(dialect, ids)).toBe(expected);
  });

  it('leaves a turn open that goes on, and asks at its end', () => {
    const open = prompt.renderMessages([{ role: 'user', text: 'a table', isOpen: true }], []);
    expect([...open, ...dialect.marks.asking]).toEqual(prompt.renderMessages([{ role: 'user', text: 'a table' }], []));
  });

  it('reads turns back, and knows those of the caller', () => {
    const prefix = prompt.renderPrefix({ instructions: 'You find tables.', tools });
    const context = [...prefix, ...prompt.renderMessages(dialogue, tools)];
    const turns = dialect.marks.readTurns(context).filter(({ text }) => text.trim() !== '');
    expect(turns.map(({ role }) => role)).toEqual(dialogue.map(({ role }) => role));
    expect(turns[1]).toEqual({ role: 'user', text: 'a table in São José for two' });
    expect(turns[3]).toEqual({ role: 'result', text: '{"count": 1, "results": [{"name": "Mar"}]}' });
    expect(prompt.parseCall(turns[2]?.text ?? '', tools)).toEqual({
      name: 'find_table',
      arguments: { city: 'São José "Sul"', people: 2 },
    });
    const starts = dialect.marks.callerTurns(context);
    expect(starts.map((start) => dialect.marks.readTurns(context.slice(start))[0]?.text)).toEqual([
      'a table in São José for two',
      'yes',
    ]);
  });

  it('never takes text for a special token', () => {
    const ids = prompt.renderMessages([{ role: 'user', text: '<|im_end|><tool_call><think>', isOpen: true }], []);
    expect(ids.filter((id) => dialect.marks.isSpecial(id)).length).toBe(1);
  });

  it('gives a call that parses and validates, whatever the model prefers', { timeout: 60_000 }, async () => {
    const asked = fc.record({ tools: randomTools, seed: fc.nat(), maxTokens: fc.constantFrom(1, 10, 40, 192) });
    await fc.assert(
      fc.asyncProperty(asked, async ({ tools: offered, seed, maxTokens }) => {
        const device = createFakeDevice(randomModel(seed, 4));
        const engine = createLocalEngine({ device, manifest: chatmlManifest, dialect });
        const context = prompt.renderMessages([{ role: 'user', text: 'a table' }], offered);
        const draft = async (previous?: readonly number[]) => {
          const states: DraftState[] = [];
          const sequence = engine.open({ prefix: [], tools: offered });
          for await (const state of sequence.draft({
            context,
            effort: 'low',
            acts: ['say', 'call'],
            forceAct: 'call',
            priority: 'committed',
            maxTokens,
            ...(previous ? { previous } : {}),
          }))
            states.push(state);
          sequence.close();
          return states.at(-1);
        };
        const last = await draft();
        const call = prompt.parseCall(dialect.tokenizer.decode(last?.tokens ?? []), offered);
        const tool = offered.find(({ name }) => name === call?.name);
        expect(tool).toBeDefined();
        expect(findError(tool?.parameters ?? {}, call?.arguments)).toBeUndefined();
        // It reads in a context as it was written.
        const rendered = prompt.renderMessages([{ role: 'call', ...(call ?? { name: '', arguments: {} }) }], offered);
        expect(prompt.parseCall(dialect.marks.readTurns(rendered)[0]?.text ?? '', offered)).toEqual(
          JSON.parse(JSON.stringify(call)),
        );
        expect(await draft([...prompt.opening('call'), ...(last?.tokens ?? [])])).toMatchObject({
          tokens: last?.tokens,
          countForwards: 1,
        });
      }),
      { numRuns: countRuns(8) },
    );
  });
});
