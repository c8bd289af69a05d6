// Callers of the restaurant agent: a kind of food in a city, one of the places found, a table there.

import type { Random } from '../../../src/base/random.ts';
import type { ToolRecord } from '../../../src/playback/turn-log.ts';
import { addDays, TODAY } from '../dates.ts';
import { itemsAt, take, wordsAt } from '../results.ts';
import { pick, type Script, shuffle, type Task, type Values } from '../script.ts';
import { countSlot, dateSlot, timeSlot, wordsSlot } from '../slot.ts';

/** Each has two places or more of each kind of food. */
const cities = ['San Jose', 'Oakland', 'Berkeley', 'Palo Alto'];
const cuisines = ['Italian', 'Mexican', 'Chinese', 'Japanese', 'Indian', 'Thai', 'Seafood', 'American'];
const evenings = ['17:30', '18:00', '18:30', '19:00', '19:30', '20:00'];

export const restaurantScript: Script = {
  slots: {
    cuisine: wordsSlot(undefined, {
      asked:
        /\bwhat (kind|type|sort)\b|\bcuisine\b|\bkind of (food|restaurant)\b|\bwhat (would you like|do you want) to eat\b/i,
      answers: ['{}', '{} food', 'something {}'],
      phrases: ['{} food'],
    }),
    city: wordsSlot(undefined, {
      asked: /\b(what|which) (city|area|town|location)\b|\bwhere\b|\bcity\b/i,
      answers: ['{}', 'in {}', '{} please'],
      phrases: ['in {}'],
    }),
    restaurant: {
      asked: /\b(which|what) (restaurant|place|one)\b|\bname of the restaurant\b/i,
      answers: ['{}'],
      phrases: ['at {}'],
      say: (value) => [value.replaceAll('&', 'and')],
      agrees: (text, value) => {
        if (toKey(text).includes(toKey(value))) return true;
        // Of "Please confirm: Pasta Lucia in San Jose" and "a table at Pasta Lucia in San Jose".
        const [, words] = /(?:\bat|confirm:) (.+?) in [A-Z]/.exec(text) ?? [];
        const name = words?.replace(/^.*\bat /, '');
        return name === undefined ? undefined : toKey(name) === toKey(value);
      },
    },
    party: countSlot(/people|person|guests?/, {
      asked: /\bhow many\b|\b(party|group) size\b|\bsize of (the|your) (party|group)\b|\bnumber of (people|guests)\b/i,
      answers: ['{}', '{} people', 'there will be {} of us'],
      phrases: ['for {} people'],
    }),
    date: dateSlot({ phrases: ['on {}'] }),
    time: timeSlot(),
  },
  requests: ['hi i am looking for', "hello i'd like to have", 'i want to go out for', 'could you find me'],
  takes: ['can you book a table', 'please reserve a table', "i'd like a table there"],
  finishes: ['please book it', "that's all please reserve the table"],
  offers: {
    slot: 'restaurant',
    namesIn: (result) => itemsAt(result, 'results').flatMap((item) => wordsAt(item, 'restaurant_name') ?? []),
  },
  done(tool) {
    if (tool.name === 'find_restaurants') return undefined;
    const [reserved] = itemsAt(tool.result, 'results');
    if (wordsAt(reserved, 'date') === undefined) return undefined;
    return take(reserved, {
      restaurant: 'restaurant_name',
      city: 'city',
      date: 'date',
      time: 'time',
      party: 'party_size',
    });
  },
  denied: ({ error, result }) => error !== undefined || wordsAt(result, 'count') === '0',
};

export function restaurantTasks(random: Random, counts: Readonly<Partial<Record<Task['kind'], number>>>): Task[] {
  return Object.entries(counts).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index) => toTask(kind, index, random)),
  );
}

function toTask(kind: string, index: number, random: Random): Task {
  const party = String(2 + Math.floor(random() * 5));
  const search = { cuisine: pick(cuisines, random), city: pick(cities, random) };
  const date = addDays(TODAY, 7 + Math.floor(random() * 20));
  const goal: Values = { ...search, party, date, time: pick(evenings, random) };
  const plain = { kind: 'straight', goal, opening: ['cuisine', 'city'] } as const;
  switch (kind) {
    case 'out of order':
      return {
        ...plain,
        kind,
        goal: Object.fromEntries(shuffle(Object.entries(goal), random)),
        opening: ['cuisine', ...shuffle(['city', 'party', 'date', 'time'], random).slice(0, 2 + (index % 3))],
      };
    case 'correction': {
      const slot = pick(['party', 'date', 'time'] as const, random);
      const wrong = {
        party: party === '2' ? '4' : '2',
        date: addDays(date, 1),
        time: goal.time === '20:00' ? '18:00' : '20:00',
      };
      return { ...plain, kind, slip: { slot, value: wrong[slot], when: index % 2 === 0 ? 'next' : 'read-back' } };
    }
    case 'second result':
      return { ...plain, kind, picks: index % 2 === 0 ? 'second' : 'first-again' };
    case 'denial':
      if (index % 3 === 0) return { ...plain, kind, goal: { ...goal, time: '23:30' }, otherwise: { time: '19:00' } };
      if (index % 3 === 1) return { ...plain, kind, goal: { ...goal, time: '23:45' }, otherwise: null };
      return { ...plain, kind, goal: { cuisine: 'Ethiopian', city: 'Napa' }, otherwise: null };
    case 'question':
      return { ...plain, kind, goal: search, question: toQuestion(index) };
    case 'refusal':
      return { ...plain, kind, refusesReadBack: true };
    case 'relative date':
      return { ...plain, kind, goal: { ...goal, date: addDays(TODAY, 1 + Math.floor(random() * 5)) }, isNear: true };
    case 'change of mind':
      return { ...plain, kind, leavesAtTurn: 2 + (index % 2) };
    default:
      return plain;
  }
}

function toQuestion(index: number): NonNullable<Task['question']> {
  const [field, lines] = (
    [
      ['phone_number', ['what is their phone number', 'can you give me the phone number']],
      ['street_address', ["what's the address", 'where exactly is it what street']],
      ['price_range', ['is it expensive', 'how expensive is it there']],
    ] as const
  )[index % 3] ?? ['phone_number', ['what is their phone number']];
  return { lines, fact: (tools, { restaurant }) => findField(tools, restaurant, field) };
}

function findField(tools: readonly ToolRecord[], name: string | undefined, field: string): string | undefined {
  return tools
    .flatMap(({ result }) => itemsAt(result, 'results'))
    .filter((item) => wordsAt(item, 'restaurant_name') === name)
    .map((item) => wordsAt(item, field))
    .find((words) => words !== undefined);
}

function toKey(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('&', 'and')
    .replaceAll(/[^a-z]/g, '');
}
