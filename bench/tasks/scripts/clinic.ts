// Callers of the clinic agent: a kind of doctor in a city, one of those found, an appointment.

import type { Random } from '../../../src/base/random.ts';
import type { ToolRecord } from '../../../src/playback/turn-log.ts';
import { addDays, TODAY, weekdayOf } from '../dates.ts';
import { itemsAt, take, wordsAt } from '../results.ts';
import { pick, type Script, shuffle, type Task, type Values } from '../script.ts';
import { dateSlot, timeSlot, wordsSlot } from '../slot.ts';

const cities = ['San Jose', 'Oakland', 'Berkeley', 'Sunnyvale', 'San Mateo', 'Walnut Creek', 'Napa', 'Fremont'];
const types = {
  'General Practitioner': ['a general practitioner', 'a family doctor'],
  Dentist: ['a dentist'],
  Dermatologist: ['a dermatologist', 'a skin doctor'],
  'ENT Specialist': ['an ent specialist', 'an ear nose and throat doctor'],
  Gynecologist: ['a gynecologist'],
  Ophthalmologist: ['an eye doctor', 'an ophthalmologist'],
};
const times = ['09:30', '10:00', '11:15', '13:00', '14:30', '15:00'];

export const clinicScript: Script = {
  slots: {
    type: {
      ...wordsSlot(undefined, {
        asked:
          /\b(what|which) (kind|type|sort|speciali|doctor)|\bspecial(i[sz]ation|i?ty|ist)\b|\bdoctor or a dentist\b/i,
        answers: ['{}', 'i need {}', '{} please'],
        phrases: ['{}'],
      }),
      say: (value) => Object.entries(types).find(([name]) => name === value)?.[1] ?? [value],
    },
    city: wordsSlot(undefined, {
      asked: /\b(what|which) (city|area|town|location)\b|\bwhere\b|\bcity\b/i,
      answers: ['{}', 'in {}', '{} please'],
      phrases: ['in {}'],
    }),
    doctor: {
      asked: /\bwhich (doctor|dentist|one|provider)\b|\bname of the (doctor|dentist)\b|\bwho\b/i,
      answers: ['{}'],
      phrases: ['with {}'],
      say: (value) => [`doctor ${value}`],
      agrees: (text, value) => {
        const [, name] = /\b(?:dr\.?|doctor) (\w+ \w+)/i.exec(text) ?? [];
        return name === undefined ? undefined : value.toLowerCase().includes(name.trim().toLowerCase());
      },
    },
    date: dateSlot({ phrases: ['on {}'] }),
    time: timeSlot(),
  },
  requests: ['hi i need', "hello i'm looking for", 'can you find me', 'i would like to see'],
  takes: ['can you book an appointment', 'please make an appointment', "i'd like an appointment"],
  finishes: ['please book it', "that's all please make the appointment"],
  offers: {
    slot: 'doctor',
    namesIn: (result) => itemsAt(result, 'results').flatMap((item) => toName(wordsAt(item, 'doctor_name')) ?? []),
  },
  done(tool) {
    if (tool.name !== 'book_appointment') return undefined;
    const [booked] = itemsAt(tool.result, 'results');
    if (booked === undefined) return undefined;
    const values = take(booked, { doctor: 'doctor_name', date: 'appointment_date', time: 'appointment_time' });
    return { ...values, doctor: toName(values.doctor) ?? '' };
  },
  denied: ({ error, result }) => error !== undefined || wordsAt(result, 'count') === '0',
};

export function clinicTasks(random: Random, counts: Readonly<Partial<Record<Task['kind'], number>>>): Task[] {
  return Object.entries(counts).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index) => toTask(kind, index, random)),
  );
}

function toTask(kind: string, index: number, random: Random): Task {
  const search = { type: pick(Object.keys(types), random), city: pick(cities, random) };
  const date = toWorkday(addDays(TODAY, 7 + Math.floor(random() * 20)));
  const goal: Values = { ...search, date, time: pick(times, random) };
  const plain = { kind: 'straight', goal, opening: ['type', 'city'] } as const;
  switch (kind) {
    case 'out of order':
      return {
        ...plain,
        kind,
        goal: Object.fromEntries(shuffle(Object.entries(goal), random)),
        opening: ['type', ...shuffle(['city', 'date', 'time'], random).slice(0, 2 + (index % 2))],
      };
    case 'correction': {
      const slot = pick(['date', 'time'] as const, random);
      const wrong = { date: toWorkday(addDays(date, 1)), time: goal.time === '15:00' ? '10:00' : '15:00' };
      return { ...plain, kind, slip: { slot, value: wrong[slot], when: index % 2 === 0 ? 'next' : 'read-back' } };
    }
    case 'second result':
      return { ...plain, kind, picks: index % 2 === 0 ? 'second' : 'first-again' };
    case 'denial': {
      const sunday = toSunday(date);
      const otherwise = index % 2 === 0 ? { date: addDays(sunday, 2) } : null;
      return { ...plain, kind, goal: { ...goal, date: sunday }, otherwise };
    }
    case 'question':
      return { ...plain, kind, goal: search, question: toQuestion(index) };
    case 'refusal':
      return { ...plain, kind, refusesReadBack: true };
    case 'relative date':
      return { ...plain, kind, goal: { ...goal, date: addDays(TODAY, [1, 2, 5][index % 3] ?? 1) }, isNear: true };
    case 'change of mind':
      return { ...plain, kind, leavesAtTurn: 2 + (index % 2) };
    default:
      return plain;
  }
}

function toQuestion(index: number): NonNullable<Task['question']> {
  if (index % 3 === 0)
    return {
      lines: ['what are the opening hours on tuesdays', 'when are they open on a tuesday'],
      fact: (tools, { doctor }) => findHours(tools, doctor, 'Tuesday'),
    };
  const [field, lines] =
    index % 3 === 1
      ? (['phone_number', ['what is the phone number there', 'can you give me their phone number']] as const)
      : (['street_address', ["what's the address", 'which street is that on']] as const);
  return { lines, fact: (tools, { doctor }) => fieldsOf(tools, doctor, field)[0] };
}

function fieldsOf(
  tools: readonly ToolRecord[],
  name: string | undefined,
  ...path: readonly string[]
): readonly string[] {
  return tools
    .flatMap(({ result }) => itemsAt(result, 'results'))
    .filter((item) => name !== undefined && toName(wordsAt(item, 'doctor_name')) === name)
    .flatMap((item) => wordsAt(item, ...path) ?? []);
}

/** "8:30 am to 5 pm" */
function findHours(tools: readonly ToolRecord[], name: string | undefined, day: string): string | undefined {
  return fieldsOf(tools, name, 'opening_hours', day)[0]?.replace(' to ', '|');
}

function toName(full: string | undefined): string | undefined {
  return full?.replace(/^Dr\. /, '');
}

/** The date, or the Monday after it. */
function toWorkday(date: string): string {
  return addDays(date, { saturday: 2, sunday: 1 }[weekdayOf(date)] ?? 0);
}

function toSunday(date: string): string {
  return weekdayOf(date) === 'sunday' ? date : toSunday(addDays(date, 1));
}
