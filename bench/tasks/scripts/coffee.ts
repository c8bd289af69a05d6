// Callers of the coffee agent: some drinks under a name. A value of an item is what the bill says of it.

import type { Random } from '../../../src/base/random.ts';
import { normalise } from '../../model-values.ts';
import { wordsAt } from '../results.ts';
import { pick, type Script, shuffle, type Task, type Values } from '../script.ts';
import { type Slot, wordsSlot } from '../slot.ts';

const names = ['Maria', 'Tom', 'Ruth', 'Victor', 'Anna', 'George', 'Helen', 'Oscar'];
const sizes = ['small', 'medium', 'large'];
const plainDrinks = ['espresso', 'americano', 'tea'];
const milkDrinks = ['cappuccino', 'latte', 'mocha'];
const milks = ['oat', 'soy', 'skimmed', 'whole'];
/** What agents ask for by other words than a question for it would have: said once, and again only as a correction. */
const nobodyAsks = /(?!)/;

export const coffeeScript: Script = {
  slots: {
    first: toItem(['{}']),
    second: toItem(['and {}', '{} as well', 'plus {}']),
    size: wordsSlot(undefined, { asked: /\bsize\b|\bsmall, medium\b/i, answers: ['{}', '{} please'], phrases: [] }),
    milk: wordsSlot(undefined, {
      asked: /\bmilk\b/i,
      answers: ['{}', '{} please'],
      phrases: [],
    }),
    name: wordsSlot(/\bfor (.+)$/, {
      asked: /\bname\b|\bwho is (it|this|the order) for\b/i,
      answers: ['{}', "it's {}", 'the name is {}'],
      phrases: ['the name is {}'],
    }),
  },
  requests: ["hi i'd like", 'hello can i get', 'could i have', 'hi there please give me'],
  takes: [],
  finishes: ["that's all please place the order", "no that's everything", "that's it please"],
  isForeign: (text, goal) =>
    drinksOf(text).some((drink) => ![goal.first, goal.second].some((item) => item?.includes(drink))),
  done(tool) {
    if (tool.name !== 'place_order' || wordsAt(tool.result, 'order_number') === undefined) return undefined;
    return {
      items: toSorted((wordsAt(tool.result, 'items') ?? '').split(', ')),
      name: wordsAt(tool.result, 'name') ?? '',
    };
  },
  denied: ({ error }) => error !== undefined,
  wanted: ({ first = '', second, name = '' }) => ({
    items: toSorted([first, ...(second === undefined ? [] : [second])]),
    name,
  }),
};

export function coffeeTasks(random: Random, counts: Readonly<Partial<Record<Task['kind'], number>>>): Task[] {
  return Object.entries(counts).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index) => toTask(kind, index, random)),
  );
}

function toTask(kind: string, index: number, random: Random): Task {
  const [milk, size, small] = [pick(milks, random), pick(sizes, random), pick(sizes, random)];
  const withMilk = (size: string, milk: string) => `1 ${size} ${pick(milkDrinks, random)} with ${milk} milk`;
  const first = withMilk(size, milk);
  const second = spell(1 + Math.floor(random() * 3), small, pick(plainDrinks, random));
  const isPair = random() < 0.7;
  const goal: Values = { first, ...(isPair ? { second } : {}), size, milk: `${milk} milk`, name: pick(names, random) };
  const plain = {
    kind: 'straight',
    goal,
    opening: isPair && random() < 0.5 ? ['first', 'second'] : ['first'],
  } as const;
  switch (kind) {
    case 'out of order':
      return { ...plain, kind, opening: ['first', ...shuffle(isPair ? ['second', 'name'] : ['name'], random)] };
    case 'correction': {
      const other = sizes.find((one) => one !== size) ?? 'small';
      return {
        ...plain,
        kind,
        slip: { slot: 'first', value: first.replace(size, other), when: 'next' },
        opening: ['first'],
      };
    }
    case 'denial': {
      const almond = first.replace(`${milk} milk`, 'almond milk');
      const otherwise = index % 3 === 0 ? null : { first };
      return { ...plain, kind, goal: { ...goal, first: almond, milk: 'almond milk' }, otherwise, opening: ['first'] };
    }
    case 'question':
      return {
        ...plain,
        kind,
        opening: isPair ? ['first', 'second'] : ['first'],
        goal: { first, ...(isPair ? { second } : {}), size, milk: `${milk} milk` },
        question: {
          lines: ['how much is that', 'what does that come to', "what's the total so far"],
          fact: (tools) => tools.flatMap(({ result }) => wordsAt(result, 'total') ?? []).at(-1),
        },
      };
    case 'refusal':
      return { ...plain, kind, refusesReadBack: true };
    case 'change of mind':
      return { ...plain, kind, leavesAtTurn: 1 + (index % 2) };
    default:
      return plain;
  }
}

function toItem(phrases: readonly string[]): Slot {
  return {
    asked: nobodyAsks,
    answers: ['{}'],
    phrases,
    isOnce: true,
    say: (value) => [value.replace(/^1 /, 'a '), value.replace(/^1 /, 'one ')],
    agrees(text, value) {
      if (!drinksOf(text).some((drink) => value.includes(drink))) return undefined;
      const words = normalise(text);
      const [count = '1'] = value.split(' ');
      const [, quantity = count] = /\bquantity (\d+)/.exec(words) ?? [];
      const isOther = (all: readonly string[]) => {
        const said = all.filter((word) => words.includes(word));
        return said.length > 0 && !said.some((word) => value.includes(word));
      };
      return quantity === count && !isOther(sizes) && !isOther(milks);
    },
  };
}

function drinksOf(text: string): readonly string[] {
  return [...plainDrinks, ...milkDrinks].filter((drink) => new RegExp(`\\b${drink}s?\\b`).test(normalise(text)));
}

/** "2 large lattes" */
function spell(count: number, size: string, drink: string): string {
  return `${count} ${size} ${drink}${count === 1 || drink === 'tea' ? '' : 's'}`;
}

function toSorted(items: readonly string[]): string {
  return [...items].sort().join(', ');
}
