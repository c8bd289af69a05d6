import { type Agent, defineAgent, defineTool, spokenDate, spokenNumber, spokenTime } from 'repartee';
import { type Answer, startTestCall } from 'repartee/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';

const now = () => new Date('2026-03-04T10:00:00Z');

/** An agent with one tool, which remembers what it was given. */
function withTool(parameters: z.ZodObject, more: { confirm?: boolean; grounded?: boolean } = {}) {
  const given: unknown[] = [];
  const book = defineTool({
    description: 'Book a table',
    parameters,
    effect: 'write',
    ...more,
    execute: (args) => {
      given.push(args);
      return { ok: true };
    },
  });
  const agent = defineAgent({
    name: 'tables',
    instructions: 'You book tables.',
    tools: { book },
    now,
    timeZone: 'UTC',
  });
  return { agent, given };
}

async function talk(agent: Agent, args: Record<string, unknown>, ...lines: readonly string[]): Promise<string[]> {
  const wish: Answer = { call: 'book', arguments: args };
  const caller = await startTestCall(agent, {
    answers: ({ results }) => (results.length > 0 ? { say: `Done: ${results.at(-1)}` } : wish),
  });
  const replies: string[] = [];
  for (const line of lines) replies.push((await caller.say(line)).reply);
  await caller.hangUp();
  return replies;
}

it('reads a day and a time back in words, and gives the tool the values', async () => {
  const { agent, given } = withTool(z.object({ date: spokenDate(), time: spokenTime() }), { confirm: true });
  const replies = await talk(agent, { date: '2026-03-06', time: '19:00' }, 'a table friday at seven', 'yes');
  expect(replies[0]).toBe('Please confirm: book: Friday, March 6th, 7 PM. Is that right?');
  expect(given).toEqual([{ date: '2026-03-06', time: '19:00' }]);
});

it('takes the words of a model for the value that they name', async () => {
  const { agent, given } = withTool(z.object({ date: spokenDate(), time: spokenTime() }));
  await talk(agent, { date: 'tonight', time: '7 pm' }, 'a table tonight at seven');
  expect(given).toEqual([{ date: '2026-03-04', time: '19:00' }]);
});

it.each([
  ['a day that nobody named', { date: '2027-02-14' }, 'a table tonight in san jose'],
  ['a day that has passed', { date: '2019-03-01' }, 'a table on 2019-03-01'],
  ['no day', {}, 'a table please'],
])('asks for the day instead of booking for %s', async (_, args, words) => {
  const { agent, given } = withTool(z.object({ date: spokenDate() }), { confirm: true });
  expect(await talk(agent, args, words)).toEqual(['Could you tell me the date, please?']);
  expect(given).toEqual([]);
});

it('leaves out an optional value that nobody gave', async () => {
  const parameters = z.object({ city: z.string(), date: spokenDate().optional(), note: z.string().optional() });
  const { agent, given } = withTool(parameters);
  await talk(agent, { city: 'Oslo', date: '2027-02-14', note: 'window seat' }, 'one in oslo');
  expect(given).toEqual([{ city: 'Oslo' }]);
});

it('asks for what a model made up, and books once it was said', async () => {
  const { agent, given } = withTool(z.object({ cuisine: z.string(), city: z.string(), partySize: spokenNumber() }));
  const wish = { cuisine: 'Saxe', city: 'Santa Rosa', party_size: 4 };
  expect(await talk(agent, wish, "what's the weather like?", 'uhm', 'saxe in santa rosa for four')).toEqual([
    'Could you tell me the cuisine, the city and the party size, please?',
    'Could you tell me the cuisine, the city and the party size, please?',
    'Done: {"ok": true}',
  ]);
  expect(given).toEqual([{ cuisine: 'Saxe', city: 'Santa Rosa', partySize: 4 }]);
});

it('takes defaults, listed values and booleans as the model chooses them', async () => {
  const parameters = z.object({
    city: z.string().default('Oslo'),
    kind: z.enum(['bistro', 'bar']),
    outside: z.boolean(),
    seats: z.union([z.literal(2), z.literal(4)]),
  });
  const { agent, given } = withTool(parameters);
  await talk(agent, { city: 'Oslo', kind: 'bar', outside: true, seats: 4 }, 'hello');
  expect(given).toHaveLength(1);
});

it('takes any value where the author says so, and never for a spoken argument', async () => {
  const free = withTool(z.object({ summary: z.string() }), { grounded: false });
  await talk(free.agent, { summary: 'Caller is unhappy' }, 'this is a mess');
  expect(free.given).toHaveLength(1);
  const held = withTool(z.object({ date: spokenDate() }), { grounded: false });
  expect(await talk(held.agent, { date: '2026-03-09' }, 'tomorrow')).toEqual(['Could you tell me the date, please?']);
});

it('refuses rules that a spoken value would not keep, when the agent is loaded', () => {
  expect(() => withTool(z.object({ date: spokenDate().min(3) }))).toThrow(
    "tools.book.parameters.date: minLength of a spoken value can't be kept while the model writes",
  );
  expect(() => spokenDate({ after: 'soon' })).toThrow(/after is "soon"/);
  expect(() => spokenTime({ earliest: '8' })).toThrow(/earliest is "8"/);
});
