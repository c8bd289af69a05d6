import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { toPoints } from '../../bench/model-points.ts';
import { createRandom } from '../../src/base/random.ts';
import { createPrompt } from '../../src/engine/prompt/prompt.ts';
import { loadTokenizer } from '../../src/engine/tokenizer/tokenizer.ts';
import type { Dialogue } from '../../training/dialogues.ts';

const model = fileURLToPath(new URL('../../models/repartee-s/tokenizer.json', import.meta.url));
const tokenizer = loadTokenizer(readFileSync(model, 'utf8'));
const { specials } = tokenizer;
const prompt = createPrompt(tokenizer);

const find = {
  name: 'find',
  description: 'Find a hotel',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const dialogue: Dialogue = {
  id: 'one',
  instructions: 'You find hotels.',
  tools: [find],
  topics: [],
  messages: [
    { role: 'user', text: 'Hi!' },
    { role: 'say', text: 'Hello! Which city?' },
    { role: 'user', text: 'In Napa, please.' },
    { role: 'say', text: 'Let me check.' },
    { role: 'call', name: 'find', arguments: { city: 'Napa' } },
    { role: 'result', content: '{"count":1,"results":[{"name":"Vine Inn"}]}' },
    { role: 'say', text: 'The Vine Inn is in Napa.' },
  ],
};

const { points, promptPrefix } = toPoints(dialogue, prompt, createRandom(1));
const read = ({ context }: { readonly context: readonly number[] }) =>
  tokenizer.decode(context.slice(promptPrefix.prefix.length).filter((id) => id > specials.null));

describe('the points of a dialogue', () => {
  it('are its cut turns, and the replies to whole turns and results', () => {
    expect(points.map(({ after, reference }) => `${after} ${reference.act}`)).toEqual([
      'turn say',
      'cut wait',
      'turn say',
      'result say',
    ]);
  });

  it('have all that was said before, as a recogniser heard it and the runtime writes it', () => {
    expect(read(points[2] ?? { context: [] })).toBe(' hi Hello! Which city? in napa please');
    expect(read(points[3] ?? { context: [] })).toContain('{"count": 1, "results": [{"name": "Vine Inn"}]}');
    for (const { context } of points) {
      expect(context.slice(0, promptPrefix.prefix.length)).toEqual(promptPrefix.prefix);
      expect(context.at(-1)).toBe(specials.end);
    }
  });

  it('cut a turn before its last word, where the seed says', () => {
    const cuts = new Set<string>();
    for (let seed = 0; seed < 30; seed++) {
      const cut = toPoints(dialogue, prompt, createRandom(seed)).points.find(({ after }) => after === 'cut');
      if (cut) cuts.add(read(cut));
    }
    expect([...cuts].sort()).toEqual([' hi Hello! Which city? in', ' hi Hello! Which city? in napa']);
  });

  it('know the entities of the reply', () => {
    expect(points[3]?.reference).toMatchObject({ entities: [['vine inn'], ['napa']] });
  });

  it('have the call as reference where it answers the caller, in a copy of the dialogue without the filler', () => {
    const messages = dialogue.messages.filter((message) => message.role !== 'say' || message.text !== 'Let me check.');
    const direct = toPoints({ ...dialogue, messages }, prompt, createRandom(1)).points;
    expect(direct.map(({ reference }) => reference)).toContainEqual({
      act: 'call',
      name: 'find',
      arguments: { city: 'Napa' },
    });
  });

  it('offer no more tools than the model reads', () => {
    const tools = Array.from({ length: prompt.limits.maxTools + 3 }, (_, index) => ({
      ...find,
      name: `find_${index}`,
    }));
    expect(toPoints({ ...dialogue, tools }, prompt, createRandom(1)).promptPrefix.tools.length).toBe(
      prompt.limits.maxTools,
    );
  });
});
