// Ten callers of the notary.

import type { Random } from '../../../src/base/random.ts';
import { addDays, TODAY, weekdayOf } from '../dates.ts';
import { take, wordsAt } from '../results.ts';
import { pick, type Script, type Task, type Values } from '../script.ts';
import { choiceSlot, dateSlot, timeSlot, wordsSlot } from '../slot.ts';

const surnames = ['Ashdown', 'Pickering', 'Novak', 'Lindqvist', 'Barnaby', 'Forsyth'];
const documents = {
  deed: ['a deed'],
  affidavit: ['an affidavit'],
  'last will': ['a last will', 'my last will'],
  'power of attorney': ['a power of attorney'],
};
const free = ['09:15', '10:45', '13:30', '16:00'];

export const notaryScript: Script = {
  slots: {
    document: choiceSlot(documents, {
      asked: /\b(what|which) (kind|type|sort|document)\b|\bdocument\b/i,
      answers: ['{}', "it's {}"],
      phrases: ['{}'],
    }),
    date: dateSlot({ phrases: ['on {}'] }),
    time: timeSlot(),
    surname: wordsSlot(/\bfor (\w+)$/, {
      asked: /\b(sur)?name\b/i,
      answers: ['{}', "it's {}", 'my surname is {}'],
      phrases: ['my surname is {}', 'the name is {}'],
    }),
  },
  requests: ['hello i have to get signed', "good day i'd like the notary for", 'hi i need the notary to witness'],
  takes: [],
  finishes: ['no more thanks please put me down', "that's everything please enter it"],
  done: ({ name, result }) =>
    name === 'book_signing' && wordsAt(result, 'booked') === 'true'
      ? take(result, { document: 'document', date: 'date', time: 'time', surname: 'surname' })
      : undefined,
  denied: ({ error, result }) => error !== undefined || wordsAt(result, 'booked') === 'false',
};

export function notaryTasks(random: Random): Task[] {
  const draw = (): Values => ({
    document: pick(Object.keys(documents), random),
    date: toOpenDay(addDays(TODAY, 6 + Math.floor(random() * 14))),
    time: pick(free, random),
    surname: pick(surnames, random),
  });
  const opening = ['document'];
  const saturday = addDays(TODAY, 10);
  return [
    { kind: 'straight', goal: draw(), opening },
    { kind: 'straight', goal: draw(), opening: ['document', 'date'] },
    { kind: 'out of order', goal: draw(), opening: ['document', 'surname', 'time'] },
    {
      kind: 'correction',
      goal: { ...draw(), time: '10:45' },
      opening: ['document', 'time'],
      slip: { slot: 'time', value: '16:00', when: 'next' },
    },
    { kind: 'denial', goal: { ...draw(), date: saturday }, opening: ['document', 'date'], otherwise: null },
    { kind: 'denial', goal: { ...draw(), time: '15:00' }, opening, otherwise: { time: '16:00' } },
    {
      kind: 'question',
      goal: { document: 'affidavit' },
      opening: [],
      question: {
        isFirst: true,
        lines: ['what does an affidavit cost', 'what is your fee for an affidavit'],
        fact: (tools) =>
          tools.flatMap(({ result }) =>
            wordsAt(result, 'document') === 'affidavit' ? (wordsAt(result, 'fee') ?? []) : [],
          )[0],
      },
    },
    { kind: 'refusal', goal: draw(), opening: ['document', 'date'], refusesReadBack: true },
    {
      kind: 'relative date',
      goal: { ...draw(), date: addDays(TODAY, 1) },
      opening: ['document', 'date'],
      isNear: true,
    },
    { kind: 'change of mind', goal: draw(), opening, leavesAtTurn: 2 },
  ];
}

function toOpenDay(date: string): string {
  return addDays(date, { friday: 3, saturday: 2, sunday: 1 }[weekdayOf(date)] ?? 0);
}
