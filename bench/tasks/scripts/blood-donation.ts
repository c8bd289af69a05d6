// Ten callers of the blood-donation line.

import type { Random } from '../../../src/base/random.ts';
import { itemsAt, take, wordsAt } from '../results.ts';
import { pick, type Script, type Task, type Values } from '../script.ts';
import { countSlot, timeSlot, wordsSlot } from '../slot.ts';

const firstNames = ['Bram', 'Ines', 'Tobias', 'Marlene', 'Otto', 'Judith'];
const towns = ['Wexcombe', 'Stowleigh', 'Penmarrow'];

export const bloodScript: Script = {
  slots: {
    town: wordsSlot(undefined, {
      asked: /\b(what|which) (town|city|area|place)\b|\bwhere\b|\btown\b/i,
      answers: ['{}', 'in {}'],
      phrases: ['in {}'],
    }),
    place: wordsSlot(/\bat (.+?) at \d/, {
      asked: /\b(which|what) (place|one|location|van)\b/i,
      phrases: ['at the {}'],
    }),
    time: timeSlot(),
    weeks: countSlot(/weeks?/, {
      asked: /\bweeks?\b|\blast (time|donat|gave|give)/i,
      answers: ['{} weeks', '{} weeks ago'],
      phrases: ['the last time was {} weeks ago', 'my last one was {} weeks ago'],
    }),
    name: wordsSlot(/\bfor (\w+)$/, { asked: /\bname\b/i, phrases: ['my name is {}', "i'm {}"] }),
  },
  requests: ['hello i would like to give blood', "hi i'd like to donate", 'good morning i want to come and give blood'],
  takes: ['please keep me a bed', 'can i have a bed', 'put me down please'],
  finishes: ['no more please put me down', "that's everything please keep me a bed"],
  offers: {
    slot: 'place',
    namesIn: (result) => itemsAt(result, 'results').flatMap((item) => wordsAt(item, 'place') ?? []),
  },
  done: ({ name, result }) =>
    name === 'book_bed' && wordsAt(result, 'booked') === 'true'
      ? take(result, { place: 'place', time: 'time', weeks: 'weeks_since_last', name: 'first_name' })
      : undefined,
  denied: ({ error, result }) =>
    error !== undefined || wordsAt(result, 'booked') === 'false' || wordsAt(result, 'count') === '0',
};

export function bloodTasks(random: Random): Task[] {
  const draw = (): Values => ({
    town: pick(towns, random),
    time: pick(['13:00', '13:15', '13:30'], random),
    weeks: String(14 + Math.floor(random() * 20)),
    name: pick(firstNames, random),
  });
  const opening = ['town'];
  return [
    { kind: 'straight', goal: draw(), opening },
    { kind: 'straight', goal: draw(), opening: [] },
    { kind: 'out of order', goal: draw(), opening: ['name', 'town', 'weeks'] },
    {
      kind: 'correction',
      goal: { ...draw(), weeks: '20' },
      opening: ['town', 'weeks'],
      slip: { slot: 'weeks', value: '30', when: 'next' },
    },
    { kind: 'second result', goal: draw(), opening, picks: 'second' },
    { kind: 'second result', goal: draw(), opening, picks: 'first-again' },
    { kind: 'denial', goal: { ...draw(), weeks: '7' }, opening, otherwise: null },
    {
      kind: 'question',
      goal: { town: 'Penmarrow' },
      opening: [],
      question: {
        isFirst: true,
        lines: ['where can i give blood in penmarrow', 'where does your van stand in penmarrow'],
        fact: (tools) =>
          tools.flatMap(({ result }) => itemsAt(result, 'results').map((item) => wordsAt(item, 'place')))[0],
      },
    },
    { kind: 'refusal', goal: draw(), opening, refusesReadBack: true },
    { kind: 'change of mind', goal: draw(), opening, leavesAtTurn: 2 },
  ];
}
