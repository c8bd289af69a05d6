// Ten callers of the ski rental.

import type { Random } from '../../../src/base/random.ts';
import { addDays, TODAY } from '../dates.ts';
import { take, wordsAt } from '../results.ts';
import { pick, type Script, type Task, type Values } from '../script.ts';
import { choiceSlot, countSlot, dateSlot, wordsSlot } from '../slot.ts';

const firstNames = ['Nadine', 'Casper', 'Greta', 'Felix', 'Hugo', 'Wilma'];
const gears = {
  skis: ['skis', 'a pair of skis'],
  snowboard: ['a snowboard'],
  snowshoes: ['snowshoes'],
  sledge: ['a sledge'],
};

export const skiScript: Script = {
  slots: {
    gear: choiceSlot(gears, {
      asked: /\b(what|which) (kind|type|sort|gear|equipment|would you|do you|snow gear)\b|\bneed for the snow\b/i,
      phrases: ['{}'],
    }),
    shoe: countSlot(/shoe size|size/, {
      asked: /\bsize\b/i,
      answers: ['{}', 'size {}', "i'm a {}"],
      phrases: ['my shoe size is {}', 'in shoe size {}'],
    }),
    date: dateSlot({
      asked: /\b(what|which|first) (date|day)\b|\bwhen\b|\bdate\b|\bstart/i,
      phrases: ['from {} on', 'starting {}'],
      answers: ['{}', 'from {} on'],
    }),
    days: countSlot(/days?/, {
      asked: /\bhow (many|long)\b|\bnumber of days\b/i,
      answers: ['{} days', '{}'],
      phrases: ['for {} days'],
    }),
    name: wordsSlot(/\bunder (.+)$/, { asked: /\bname\b/i, phrases: ['my name is {}', 'the name is {}'] }),
  },
  requests: ["morning i'd like to hire", 'hello can you keep for me', 'hi could you put aside'],
  takes: [],
  finishes: ['no more than that please put it aside', "that's the lot please keep it for me"],
  done: ({ name, result }) =>
    name === 'reserve_gear' && wordsAt(result, 'reserved') === 'true'
      ? take(result, { gear: 'gear', shoe: 'shoe_size', date: 'date', days: 'days', name: 'name' })
      : undefined,
  denied: ({ error, result }) =>
    error !== undefined || wordsAt(result, 'reserved') === 'false' || wordsAt(result, 'left') === '0',
};

export function skiTasks(random: Random): Task[] {
  const draw = (): Values => ({
    gear: pick(['skis', 'snowboard', 'sledge'], random),
    shoe: String(36 + Math.floor(random() * 10)),
    date: addDays(TODAY, 5 + Math.floor(random() * 12)),
    days: String(2 + Math.floor(random() * 5)),
    name: pick(firstNames, random),
  });
  const [wrong, snowless] = [draw(), { ...draw(), gear: 'snowshoes' }];
  const opening = ['gear'];
  return [
    { kind: 'straight', goal: draw(), opening },
    { kind: 'straight', goal: draw(), opening: ['gear', 'date', 'days'] },
    { kind: 'out of order', goal: draw(), opening: ['gear', 'name', 'shoe'] },
    {
      kind: 'correction',
      goal: { ...wrong, days: '3' },
      opening: ['gear', 'days'],
      slip: { slot: 'days', value: '4', when: 'next' },
    },
    { kind: 'denial', goal: snowless, opening, otherwise: null },
    { kind: 'denial', goal: snowless, opening, otherwise: { gear: 'skis' } },
    {
      kind: 'question',
      goal: { gear: 'snowboard' },
      opening: [],
      question: {
        isFirst: true,
        lines: ['what do you take for a snowboard per day', 'how much is a snowboard a day'],
        fact: (tools) => tools.flatMap(({ result }) => priceOf(result, 'snowboard') ?? [])[0],
      },
    },
    { kind: 'refusal', goal: draw(), opening: ['gear', 'date'], refusesReadBack: true },
    { kind: 'relative date', goal: { ...draw(), date: addDays(TODAY, 3) }, opening: ['gear', 'date'], isNear: true },
    { kind: 'change of mind', goal: draw(), opening, leavesAtTurn: 2 },
  ];
}

function priceOf(result: unknown, gear: string): string | undefined {
  return wordsAt(result, 'gear') === gear ? wordsAt(result, 'price_a_day') : undefined;
}
