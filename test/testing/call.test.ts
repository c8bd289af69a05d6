import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadAgent } from '../../src/agent/load.ts';
import { defineAgent, defineTool } from '../../src/index.ts';
import { type Answers, startTestCall, type TestCall } from '../../src/testing/index.ts';

let open: TestCall | undefined;
afterEach(() => open?.hangUp());

const booked: { city: string; key: string }[] = [];
const hotel = defineAgent({
  name: 'hotel',
  instructions: 'You find hotels.',
  greeting: ({ variables }) => `Hello ${String(variables.name)}!`,
  variables: z.object({ name: z.string().default('there') }),
  say: { confirm: 'You want to {call}, right?' },
  tools: {
    findHotels: defineTool({
      description: 'Find a hotel in a city',
      parameters: z.object({ city: z.string() }),
      effect: 'read',
      execute: ({ city }) => ({ count: 1, results: [{ name: 'Harbour House', city }] }),
    }),
    bookHotel: defineTool({
      description: 'Book a hotel in a city',
      parameters: z.object({ city: z.string() }),
      effect: 'write',
      confirm: true,
      execute: ({ city }, { idempotencyKey: key }) => {
        booked.push({ city, key });
        return { booked: true };
      },
    }),
    hangUp: defineTool({
      description: 'End the call',
      parameters: z.object({}),
      effect: 'write',
      execute: (_, context) => context.call.hangUp(),
    }),
  },
});

const answers: Answers = ({ words, results }) => {
  if (words.includes('bye')) return { call: 'hang_up', arguments: {} };
  if (results.length > 0)
    return { say: words.includes('book') || words === 'yes' ? 'Booked.' : 'I found Harbour House.' };
  if (words.includes('book') || words === 'yes') return { call: 'book_hotel', arguments: { city: 'Oslo' } };
  return words.includes('Oslo') ? { call: 'find_hotels', arguments: { city: 'Oslo' } } : { say: 'In which city?' };
};

describe('a call in a test', () => {
  it('gives each turn with its tools, its words and where its time went', async () => {
    open = await startTestCall(hotel, { answers });
    expect(open.greeting).toBe('Hello there!');
    expect((await open.say('I need a hotel')).reply).toBe('In which city?');
    const turn = await open.say('one in Oslo please');
    expect(turn).toMatchObject({
      caller: 'one in Oslo please',
      reply: 'I found Harbour House.',
      interrupted: false,
      errors: [],
    });
    expect(turn.tools.at(-1)).toMatchObject({ name: 'find_hotels', arguments: { city: 'Oslo' }, result: { count: 1 } });
    const { totalMs = 0, partsUs = {} } = turn.measured ?? {};
    expect(Object.values(partsUs).reduce((sum, us) => sum + us, 0)).toBe(totalMs * 1000);
    expect(open.turns.map(({ turn: number }) => number)).toEqual([1, 2]);
  });

  it('shows that a write is read back first, and done once', async () => {
    booked.length = 0;
    open = await startTestCall(hotel, { answers });
    const asked = await open.say('please book it');
    expect([asked.reply, booked]).toEqual(['You want to book hotel: Oslo, right?', []]);
    const done = await open.say('yes');
    expect([done.reply, booked.map(({ city }) => city)]).toEqual(['Booked.', ['Oslo']]);
  });

  it('brings variables along, and refuses what the agent refuses', async () => {
    open = await startTestCall(hotel, { answers, variables: { name: 'Ann' } });
    expect(open.greeting).toBe('Hello Ann!');
    await expect(startTestCall(hotel, { answers, variables: { name: 4 } })).rejects.toMatchObject({
      code: 'variables-invalid',
    });
  });

  it('tells the agent who calls whom', async () => {
    const desk = defineAgent({
      name: 'desk',
      instructions: 'You answer calls.',
      greeting: ({ from, to, direction }) => `${direction} from ${from} to ${to}`,
    });
    open = await startTestCall(desk, { answers, from: '+4722000000', to: '+15550100', direction: 'inbound' });
    expect(open.greeting).toBe('inbound from +4722000000 to +15550100');
  });

  it('is over when the agent hangs up', async () => {
    open = await startTestCall(hotel, { answers });
    await open.say('that is all bye');
    expect(open.closed).toBe('agent-hung-up');
    await expect(open.say('hello?')).rejects.toMatchObject({ code: 'call-over' });
  });

  it('takes keys of the phone as the words of a turn', async () => {
    open = await startTestCall(hotel, { answers: ({ words }) => ({ say: `You pressed ${words}.` }) });
    expect((await open.pressKeys('12#')).caller).toBe('12#');
    await expect(open.pressKeys('1x')).rejects.toMatchObject({ code: 'digits-invalid' });
    await expect(open.say(' ')).rejects.toMatchObject({ code: 'words-missing' });
    await expect(open.say('?!')).rejects.toMatchObject({ code: 'words-missing' });
    expect(open.turns).toHaveLength(1);
    expect(open.turns[0]?.reply).toMatch(/^You pressed .*1.*2/);
  });

  it('has the model play a caller, who reads what the agent says', async () => {
    const lines: Readonly<Record<string, string>> = {
      'Hello there!': 'A hotel, please.',
      'In which city?': 'I am looking in Oslo.',
      'I found Harbour House.': 'Thanks, goodbye!',
    };
    open = await startTestCall(hotel, {
      answers: (asked) => {
        if (asked.agent === 'caller') return { say: lines[asked.words] ?? 'What?' };
        return answers({ ...asked, words: asked.words.replace('oslo', 'Oslo') });
      },
    });
    const turns = await open.play('You are looking for a hotel in Oslo.');
    expect(turns.map(({ caller, reply }) => [caller, reply])).toEqual([
      ['a hotel please', 'In which city?'],
      ['i am looking in oslo', 'I found Harbour House.'],
      ['thanks goodbye', 'Goodbye.'],
    ]);
    expect(open.turns).toEqual(turns);
  });

  it.each([
    [
      'a tool that there is not',
      () => ({ call: 'find_room', arguments: {} }),
      'answers gave a call of find_room for hotel',
    ],
    ['nothing', () => undefined, 'answers gave undefined for hotel'],
  ])('fails the test whose answers give %s', async (_, wrong, message) => {
    open = await startTestCall(hotel, { answers: wrong as Answers });
    const said = open.say('hello');
    await expect(said).rejects.toMatchObject({ code: 'answer-invalid' });
    await expect(said).rejects.toThrow(message);
  });

  it('fails the test whose answers throw', async () => {
    open = await startTestCall(hotel, {
      answers: () => {
        throw new TypeError('no such room');
      },
    });
    await expect(open.say('hello')).rejects.toThrow('no such room');
  });

  it('takes no agent with a tool that no model could be held to', async () => {
    const parameters = z.object({ host: z.string().regex(/a(?=b)/) });
    const find = defineTool({ description: 'Find', parameters, effect: 'read', execute: () => 1 });
    const desk = defineAgent({ name: 'desk', instructions: 'Be brief.', tools: { find } });
    await expect(startTestCall(desk, { answers: () => ({ say: 'Hello.' }) })).rejects.toMatchObject({
      code: 'schema-unsupported',
    });
  });

  it('answers a draft and the final alike, so that a foreseen turn costs no model time', async () => {
    open = await startTestCall(hotel, { answers });
    const turn = await open.say('i need a hotel for the night in town please now');
    expect(turn.measured?.draft).not.toBe('hit');
    expect((await open.say('i need a hotel')).measured).toBeDefined();
  });

  it('runs an agent that comes with the package', async () => {
    const state = await mkdtemp(join(tmpdir(), 'repartee-state-'));
    process.env.REPARTEE_STATE = state;
    process.env.REPARTEE_TODAY = '2019-03-01';
    try {
      const agent = await loadAgent(join(import.meta.dirname, '../../agents/restaurant.ts'));
      open = await startTestCall(agent, {
        answers: ({ results }) =>
          results.length > 0
            ? { say: 'Here you are.' }
            : { call: 'find_restaurants', arguments: { cuisine: 'Italian', city: 'San Jose' } },
      });
      const { tools, reply } = await open.say('an italian place in san jose');
      expect([tools.at(-1)?.error, reply]).toEqual([undefined, 'Here you are.']);
      expect(tools.at(-1)?.result).toHaveProperty('results');
    } finally {
      delete process.env.REPARTEE_STATE;
      delete process.env.REPARTEE_TODAY;
      await open?.hangUp();
      await rm(state, { recursive: true, force: true });
    }
  });
});
