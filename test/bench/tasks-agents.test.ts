import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import book from '../../agents/data/restaurants.json' with { type: 'json' };
import { TODAY } from '../../bench/tasks/dates.ts';
import { kinds, type Values } from '../../bench/tasks/script.ts';
import { taskedAgents } from '../../bench/tasks/tasked-agents.ts';
import { checkReadingLimits } from '../../src/agent/reading-limits.ts';
import { createRandom } from '../../src/base/random.ts';
import { defaultPromptLimits } from '../../src/engine/prompt/limits.ts';
import { plain } from '../../src/engine/prompt/prompt.ts';
import { linesOf } from '../support/task-wordings.ts';

const data = process.env.REPARTEE_DATA;
const LENGTH = 8;
const unseen = taskedAgents.filter(({ isUnseen }) => isUnseen);
const argumentsOf: Readonly<Record<string, (goal: Values) => Readonly<Record<string, unknown>>>> = {
  'ski-rental': ({ gear, shoe, date, days, name }) => ({
    gear,
    shoe_size: Number(shoe),
    date,
    days: Number(days),
    name,
  }),
  notary: ({ document, date, time, surname }) => ({ document, date, time, surname }),
  'blood-donation': ({ place, time, weeks, name }) => ({
    place,
    time,
    weeks_since_last: Number(weeks),
    first_name: name,
  }),
  marina: ({ boat, metres, date, nights }) => ({
    boat_name: boat,
    length_metres: Number(metres),
    arrival: date,
    nights: Number(nights),
  }),
};
const otherOf: Values = { date: '2026-03-31', time: '03:00' };
const callersOf = (isUnseen: boolean) =>
  taskedAgents.filter((one) => one.isUnseen === isUnseen).flatMap(({ callers }) => callers(createRandom(1)));

it('has 120 callers of the example agents, 40 of unseen ones, and every kind of task in both', () => {
  for (const [isUnseen, count] of [
    [false, 120],
    [true, 40],
  ] as const) {
    const callers = callersOf(isUnseen);
    expect(callers).toHaveLength(count);
    expect(new Set(callers.map(({ task }) => task.kind))).toEqual(new Set(kinds));
  }
});

it('gives every caller words for what it may be asked, and only days that lie ahead', () => {
  for (const seed of [1, 2, 3])
    for (const { callers } of taskedAgents)
      for (const { script, task } of callers(createRandom(seed)))
        for (const values of [task.goal, task.otherwise ?? {}, task.slip ? { [task.slip.slot]: task.slip.value } : {}])
          for (const [name, value] of Object.entries(values)) {
            const slot = script.slots[name];
            expect([name, slot?.say(value, task.isNear === true).every((words) => words !== '')]).toEqual([name, true]);
            if (name === 'date') expect(value > TODAY).toBe(true);
          }
});

it('sends callers of the restaurants only where two places are, unless they are to be refused', () => {
  const searches = callersOf(false).filter(({ task }) => task.goal.cuisine !== undefined && task.kind !== 'denial');
  for (const { task } of searches) {
    const { city, cuisine } = task.goal;
    const found = book.restaurants.filter((one) => one.city === city && one.cuisine === cuisine);
    expect([city, cuisine, found.length >= 2]).toEqual([city, cuisine, true]);
  }
});

it('loads the unseen agents without a warning, each with one write that is read back', async () => {
  for (const { name, load } of unseen) {
    const agent = await load();
    expect([name, agent.name, checkReadingLimits(agent, defaultPromptLimits)]).toEqual([name, name, []]);
    expect(agent.tools.filter(({ confirm }) => confirm)).toHaveLength(1);
  }
});

it('finds in an unseen agent’s read-back the values that it was given, and a wrong one', async () => {
  for (const { name, load, callers } of unseen) {
    const tool = (await load()).tools.find(({ confirm }) => confirm);
    const scripted = callers(createRandom(1)).find(({ task }) => task.kind === 'straight');
    if (tool === undefined || scripted === undefined) throw new Error(`${name} has no write, or no plain caller`);
    const { script, task } = scripted;
    const goal: Values = { place: 'Corn Exchange', ...task.goal };
    const text = tool.describe(argumentsOf[name]?.(goal) ?? {});
    const found = Object.keys(script.slots).filter(
      (slot) => script.slots[slot]?.agrees(text, goal[slot] ?? '') === true,
    );
    expect([name, found]).toEqual([name, Object.keys(script.slots).filter((slot) => slot !== 'town')]);
    for (const slot of found)
      expect([slot, script.slots[slot]?.agrees(text, otherOf[slot] ?? '99')]).toEqual([slot, false]);
  }
});

it.skipIf(data === undefined)(
  'has no eight words in a row from the training data (needs REPARTEE_DATA)',
  { timeout: 300_000 },
  async () => {
    const own = new Map<string, string>();
    for (const { isUnseen, load, callers } of taskedAgents) {
      if (!isUnseen) continue;
      const agent = await load();
      const lines = [String(agent.instructions), String(agent.greeting), ...callers(createRandom(1)).flatMap(linesOf)];
      for (const line of lines) for (const run of runsOf(line)) own.set(run, line);
    }
    expect(own.size).toBeGreaterThan(100);
    const shared = new Set<string>();
    for (const text of trainingTexts(join(data ?? '', 'train')))
      for (const run of runsOf(text)) if (own.has(run)) shared.add(run);
    expect([...shared]).toEqual([]);
  },
);

function* runsOf(text: string): Generator<string> {
  const words = plain(text).split(' ');
  for (let start = 0; start + LENGTH <= words.length; start++) yield words.slice(start, start + LENGTH).join(' ');
}

function* trainingTexts(folder: string): Generator<string> {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl.br'))) {
    const text = brotliDecompressSync(readFileSync(join(folder, file))).toString('utf8');
    for (const line of text.split('\n').filter((one) => one !== '')) {
      const { instructions = '', messages }: { instructions?: string; messages: readonly { content?: string }[] } =
        JSON.parse(line);
      yield instructions;
      for (const { content = '' } of messages) yield content;
    }
  }
}
