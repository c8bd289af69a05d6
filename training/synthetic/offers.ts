// Callers who say what they want in one breath: the agent searches, offers one, and books it on a yes, with all that
// was said before. The booking is decided at once; the runtime reads it back.

import { describeCall } from '../../src/agent/describe-call.ts';
import type { Random } from '../../src/base/random.ts';
import type { PromptTool } from '../../src/engine/prompt/prompt.ts';
import type { DialogueMessage, ToolCall } from '../dialogues.ts';
import { type Catalog, catalogs } from './catalogs.ts';
import type { Play } from './play.ts';
import { createScene, fill, type Scene } from './scene.ts';
import type { Slot, Value } from './slots.ts';
import { toTool } from './stage.ts';
import { acknowledgements, affirmations, businessNames, months, openers, weekdays } from './words.ts';

const FIRST_DAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

interface Thing {
  readonly name: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

interface Counter {
  readonly scene: Scene;
  readonly catalog: Catalog;
  readonly searchTool: PromptTool;
  readonly bookTool: PromptTool;
  readonly nameSlot: string;
  readonly searchSlots: readonly Slot[];
  readonly bookSlots: readonly Slot[];
  readonly values: Map<Slot, Value>;
  readonly given: Set<Slot>;
  readonly messages: DialogueMessage[];
}

const agreements = [
  ...[
    'yes',
    'yes',
    'yes please',
    'yeah',
    'sure',
    'okay',
    'yes that works',
    'that works',
    'that sounds good',
    'sounds good',
  ],
  ...['okay book it', "let's do that", "yes let's take that one", 'fine by me', 'great, book that please', 'go ahead'],
  ...['perfect', "I'll take it", 'uh yes', 'yes go for it', 'that would be great', 'all right', 'yep'],
];

export function offer(random: Random): Play {
  const scene = createScene(random);
  const whole = scene.oneOf(catalogs);
  const catalog = { ...whole, facts: shuffle(scene, whole.facts).slice(0, 2) };
  const today = new Date(FIRST_DAY_MS + scene.wholeNumber(0, 1400) * DAY_MS);
  const counter = createCounter(scene, catalog, today);
  const { searchTool, bookTool } = counter;
  request(counter);
  const things = search(counter);
  const thing = choose(counter, things);
  for (const slot of counter.bookSlots)
    if (!counter.given.has(slot) && (!slot.isOptional || scene.chance(0.3))) ask(counter, slot);
  book(counter, thing);
  leave(counter);
  return {
    instructions: toInstructions(counter, today),
    tools: scene.chance(0.5) ? [searchTool, bookTool] : [bookTool, searchTool],
    messages: counter.messages,
  };
}

function createCounter(scene: Scene, catalog: Catalog, today: Date): Counter {
  const searchSlots = catalog.searchSlots.map((make) => make(scene, today));
  const bookSlots = catalog.bookSlots
    .map((make) => make(scene, today))
    .map((slot): Slot => (slot.kind !== 'time' && scene.chance(0.35) ? { ...slot, isOptional: true } : slot));
  const nameSlot = scene.oneOf(catalog.nameKeys);
  const named: Slot = { ...blank, key: nameSlot };
  // Some bookings want what was searched by once more.
  const repeated = searchSlots.filter(
    ({ key }) => ['city', 'location', 'town', 'area'].includes(key) && scene.chance(0.6),
  );
  const order = scene.chance(0.7) ? [named, ...repeated, ...bookSlots] : [...bookSlots, named, ...repeated];
  return {
    scene,
    catalog,
    nameSlot,
    searchSlots,
    bookSlots: [...bookSlots, ...repeated].filter((slot, at, all) => all.indexOf(slot) === at),
    searchTool: toTool(scene.oneOf(catalog.search.names), catalog.search.description, searchSlots),
    bookTool: {
      ...toTool(scene.oneOf(catalog.book.names), catalog.book.description, order),
      ...(scene.chance(0.8) ? { confirm: true } : {}),
    },
    values: new Map([...searchSlots, ...bookSlots].map((slot) => [slot, slot.draw()])),
    given: new Set(),
    messages: [],
  };
}

const blank: Omit<Slot, 'key'> = {
  kind: 'pick',
  schema: { type: 'string' },
  asks: [],
  lead: '{value}',
  draw: () => ({ argument: '', said: '', read: '' }),
};

function toInstructions({ scene, catalog }: Counter, today: Date): string {
  const [weekday = '', month = ''] = [weekdays[today.getUTCDay()], months[today.getUTCMonth()]];
  const business = `${scene.oneOf(businessNames)} ${scene.oneOf(catalog.titles)}`;
  return [
    scene.oneOf([
      `You are a helpful phone agent. You cover this service: ${catalog.subject.replace(/^./, (first) => first.toUpperCase())}.`,
      `You answer the phone at ${business}, ${catalog.subject}.`,
      `You are the voice of ${business}, ${catalog.subject}.`,
    ]),
    scene.oneOf([
      `Today is ${weekday}, ${month} ${today.getUTCDate()}, ${today.getUTCFullYear()}.`,
      `The date is ${today.toISOString().slice(0, 10)}, a ${weekday}.`,
    ]),
    scene.oneOf(['Only ask for details you still need.', 'Never ask for what the caller has said.', '']),
    scene.oneOf(['Keep replies short and natural.', 'Be brief and kind.', 'Your words are spoken aloud.', '']),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** Wish and details, in any order; all of the booking's in half of the calls. */
function request(counter: Counter): void {
  const { scene, catalog, searchSlots, bookSlots } = counter;
  if (scene.chance(0.75))
    say(
      counter,
      scene.oneOf([
        'Hello! How can I help?',
        'Hi, what can I find for you?',
        'Hello! What are you looking for?',
        'Good day! What would you like?',
      ]),
    );
  const isWhole = scene.chance(0.5);
  const said = [...new Set([...searchSlots, ...bookSlots])].filter(
    (slot) => isWhole || scene.chance(searchSlots.includes(slot) ? 0.7 : 0.5),
  );
  for (const slot of said) counter.given.add(slot);
  const details = shuffle(
    scene,
    said.map((slot) => lead(slot, wanted(counter, slot).said)),
  );
  const wish = scene.oneOf(catalog.wishes);
  const opener = scene.chance(0.3) ? `${scene.oneOf(openers)}, ` : '';
  user(counter, `${opener}${wish} ${details.join(scene.oneOf([' ', ', ', ' ']))}${scene.chance(0.2) ? ' please' : ''}`);
}

function search(counter: Counter): readonly Thing[] {
  const { scene, catalog, searchSlots, searchTool } = counter;
  for (const slot of searchSlots) if (!counter.given.has(slot)) ask(counter, slot);
  const things = Array.from({ length: scene.wholeNumber(1, 3) }, () => createThing(scene, catalog)).filter(
    ({ name }, at, all) => all.findIndex((other) => other.name === name) === at,
  );
  const args = Object.fromEntries(searchSlots.map((slot) => [slot.key, wanted(counter, slot).argument]));
  const listing = things.map(({ name, facts }) => ({ [counter.nameSlot]: name, ...facts }));
  const result = scene.oneOf<unknown>([{ count: things.length, results: listing }, { results: listing }, listing]);
  call(counter, searchTool, args, result);
  return things;
}

function createThing(scene: Scene, { firstWords, lastWords, facts }: Catalog): Thing {
  return {
    name: `${scene.oneOf(firstWords)} ${scene.oneOf(lastWords)}`,
    facts: Object.fromEntries(facts.map(({ key, values }) => [key, scene.oneOf(values)])),
  };
}

/** The first is offered; some callers ask about it, want another, or name one. */
function choose(counter: Counter, [first, ...others]: readonly Thing[]): Thing {
  const { scene, catalog } = counter;
  if (first === undefined) throw new RangeError('nothing was found');
  const [one, many] = catalog.noun;
  const count = others.length + 1;
  const found = count === 1 ? `I found one ${one}` : `I found ${count} ${many}`;
  say(
    counter,
    fill(
      scene.oneOf([
        `${found}. How about {name}?`,
        `${found}. What about {name}?`,
        `There is {name}. Would that work?`,
        `${found}. The first is {name}. Shall I book it?`,
        `I can offer {name}. Is that all right?`,
        `How about {name}?`,
      ]),
      { name: first.name },
    ),
  );
  const kind = scene.random();
  const [second] = others;
  if (kind < 0.2) {
    const fact = scene.oneOf(catalog.facts);
    user(counter, scene.oneOf(fact.asks));
    say(counter, fill(scene.oneOf(fact.answers), { value: String(first.facts[fact.key]) }));
  } else if (kind < 0.4 && second !== undefined) {
    user(
      counter,
      scene.oneOf([
        'no, something else',
        'what else is there',
        'do you have another one',
        "no I don't like that",
        'any others',
      ]),
    );
    say(
      counter,
      fill(scene.oneOf(['There is also {name}. How about that?', 'Then how about {name}?', 'What about {name}?']), {
        name: second.name,
      }),
    );
    user(counter, scene.oneOf(agreements));
    return second;
  }
  user(counter, scene.chance(0.1) ? `${first.name.toLowerCase()} is fine, book it` : scene.oneOf(agreements));
  return first;
}

function book(counter: Counter, thing: Thing): void {
  const { scene, bookTool, catalog } = counter;
  const toArguments = (): ToolCall => {
    const keys = Object.keys(toRecord(bookTool.parameters.properties));
    const values = new Map<string, unknown>(
      counter.bookSlots
        .filter((slot) => counter.given.has(slot))
        .map((slot) => [slot.key, wanted(counter, slot).argument] as const),
    );
    values.set(counter.nameSlot, thing.name);
    return {
      name: bookTool.name,
      arguments: Object.fromEntries(keys.filter((key) => values.has(key)).map((key) => [key, values.get(key)])),
    };
  };
  if (bookTool.confirm === true) {
    readBack(counter, toArguments());
    const [slot] = counter.bookSlots.filter(
      (one) => counter.given.has(one) && (one.kind === 'time' || one.kind === 'count'),
    );
    if (slot !== undefined && scene.chance(0.15)) {
      const before = wanted(counter, slot).argument;
      while (wanted(counter, slot).argument === before) counter.values.set(slot, slot.draw());
      const { said } = wanted(counter, slot);
      user(counter, scene.oneOf([`no, ${said}`, `make that ${said}`, `actually ${said} please`, `sorry, ${said}`]));
      readBack(counter, toArguments());
    }
    user(counter, scene.oneOf(affirmations));
  }
  const made = toArguments();
  const isFull = scene.chance(0.1);
  const done = scene.oneOf<unknown>([{ count: 1, results: [made.arguments] }, { success: true }, { status: 'booked' }]);
  const reason = scene.oneOf(['nothing left at that time', 'closed on that day', 'fully booked']);
  call(counter, bookTool, made.arguments, isFull ? { count: 0, results: [], reason } : done);
  const sorry = [`I'm sorry, ${thing.name} says: ${reason}.`, `That didn't work: ${reason}. Nothing was booked.`];
  say(counter, scene.oneOf(isFull ? sorry : catalog.done));
}

function readBack({ messages }: Counter, decided: ToolCall): void {
  const text = `Please confirm: ${describeCall(decided.name, decided.arguments)}. Is that right?`;
  messages.push({ role: 'say', text, decided });
}

function leave(counter: Counter): void {
  const { scene } = counter;
  if (scene.chance(0.4)) return;
  user(counter, scene.oneOf(["no that's all, thanks", 'thank you, bye', "great, that's it", 'thanks a lot']));
  say(counter, scene.oneOf(["You're welcome. Goodbye!", 'Thanks for calling, bye!', 'Have a nice day!']));
}

function ask(counter: Counter, slot: Slot): void {
  const { scene, given } = counter;
  say(counter, `${scene.chance(0.4) ? `${scene.oneOf(acknowledgements)}. ` : ''}${scene.oneOf(slot.asks)}`);
  const { said } = wanted(counter, slot);
  user(counter, scene.oneOf([said, `${said} please`, lead(slot, said), `um ${said}`]));
  given.add(slot);
}

function wanted({ values }: Counter, slot: Slot): Value {
  const value = values.get(slot);
  if (value === undefined) throw new RangeError(`no value for ${slot.key}`);
  return value;
}

function lead(slot: Slot, words: string): string {
  return fill(slot.lead, { value: words });
}

function shuffle<Item>(scene: Scene, items: readonly Item[]): Item[] {
  const left = [...items];
  return items.map(() => left.splice(scene.wholeNumber(0, left.length - 1), 1)[0] as Item);
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** What the scene tidies up, after what else was said. */
function take({ scene, messages }: Counter, add: () => void): void {
  const before = scene.messages.length;
  add();
  messages.push(...scene.messages.slice(before));
}

function user(counter: Counter, text: string): void {
  take(counter, () => counter.scene.user(text));
}

function say(counter: Counter, text: string): void {
  take(counter, () => counter.scene.say(text));
}

function call(counter: Counter, tool: PromptTool, args: Readonly<Record<string, unknown>>, result: unknown): void {
  take(counter, () => counter.scene.call(tool, args, result));
}
