// Ten callers of the marina.

import type { Random } from '../../../src/base/random.ts';
import { addDays, TODAY } from '../dates.ts';
import { take, wordsAt } from '../results.ts';
import { pick, type Script, type Task, type Values } from '../script.ts';
import { countSlot, dateSlot, wordsSlot } from '../slot.ts';

const boats = ['Kittiwake', 'Sea Urchin', 'Blue Peter', 'Morning Star', 'Curlew', 'Old Salt'];

export const marinaScript: Script = {
  slots: {
    boat: wordsSlot(/\bfor the boat (.+)$/, {
      asked: /\bname\b|\bwhat is (it|she|the boat) called\b|\bwhich boat\b/i,
      answers: ['{}', "it's the {}", 'she is called {}'],
      phrases: ['my boat is the {}', 'the boat is called {}'],
    }),
    metres: countSlot(/metres|meters/, {
      asked: /\bhow (long|big|large) (is|are|was)\b|\blength\b|\bmet(re|er)s\b/i,
      answers: ['{} metres', '{}'],
      phrases: ['she is {} metres long', "it's {} metres long"],
    }),
    date: dateSlot({
      asked: /\b(what|which) (date|day)\b|\bwhen\b|\bdate\b|\barriv/i,
      answers: ['{}', 'on {}', 'we arrive {}'],
      phrases: ['we arrive {}', 'coming in {}'],
    }),
    nights: countSlot(/nights?/, {
      asked: /\bnights\b|\bhow long (will|do|would|are)\b/i,
      answers: ['{} nights', '{}'],
      phrases: ['for {} nights'],
    }),
  },
  requests: ['hello i need a berth', 'hi have you got a berth for us', "ahoy we'd like to lie in your harbour"],
  takes: [],
  finishes: ['no more please keep it for us', "that's everything please note it down"],
  done: ({ name, result }) =>
    name === 'reserve_berth' && wordsAt(result, 'reserved') === 'true'
      ? take(result, { boat: 'boat', metres: 'length_metres', date: 'arrival', nights: 'nights' })
      : undefined,
  denied: ({ error, result }) =>
    error !== undefined || wordsAt(result, 'reserved') === 'false' || wordsAt(result, 'available') === 'false',
};

export function marinaTasks(random: Random): Task[] {
  const draw = (): Values => ({
    boat: pick(boats, random),
    metres: String(7 + Math.floor(random() * 9)),
    date: addDays(TODAY, 8 + Math.floor(random() * 25)),
    nights: String(2 + Math.floor(random() * 6)),
  });
  const huge = { ...draw(), metres: '22' };
  return [
    { kind: 'straight', goal: draw(), opening: [] },
    { kind: 'straight', goal: draw(), opening: ['nights'] },
    { kind: 'out of order', goal: draw(), opening: ['nights', 'metres'] },
    { kind: 'out of order', goal: draw(), opening: ['boat', 'date', 'metres', 'nights'] },
    {
      kind: 'correction',
      goal: { ...draw(), metres: '12' },
      opening: ['metres'],
      slip: { slot: 'metres', value: '10', when: 'read-back' },
    },
    { kind: 'denial', goal: huge, opening: ['metres'], otherwise: null },
    {
      kind: 'question',
      goal: { metres: '9' },
      opening: [],
      question: {
        isFirst: true,
        lines: ['what would a berth for 9 metres cost a night', 'how much is a night for a boat of 9 metres'],
        fact: (tools) =>
          tools.flatMap(({ result }) =>
            wordsAt(result, 'length_metres') === '9' ? (wordsAt(result, 'price_a_night') ?? []) : [],
          )[0],
      },
    },
    { kind: 'refusal', goal: draw(), opening: ['nights'], refusesReadBack: true },
    { kind: 'relative date', goal: { ...draw(), date: addDays(TODAY, 2) }, opening: ['date'], isNear: true },
    { kind: 'change of mind', goal: draw(), opening: [], leavesAtTurn: 2 },
  ];
}
