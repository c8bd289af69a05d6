// Orders of several items, changed on the way: one call for all of them, or one for each.

import type { Random } from '../../src/base/random.ts';
import type { PromptTool } from '../../src/engine/prompt/prompt.ts';
import { type Menu, menus } from './menus.ts';
import type { Play } from './play.ts';
import { createScene, type Scene } from './scene.ts';
import { acknowledgements, affirmations, businessNames, lastNames } from './words.ts';

interface Item {
  readonly item: string;
  readonly quantity: number;
  readonly size?: string;
}

interface Cart {
  readonly scene: Scene;
  readonly business: string;
  readonly menu: Menu;
  readonly items: Item[];
  readonly hasSizes: boolean;
}

export function orderAtOnce(random: Random): Play {
  const cart = createCart(random);
  const { scene, items } = cart;
  const hasName = scene.chance(0.5);
  const tool: PromptTool = {
    name: scene.oneOf(['place_order', 'submit_order', 'send_order', 'order_items']),
    description: 'Send the whole order',
    parameters: {
      type: 'object',
      properties: {
        items: { type: 'array', items: itemSchema(cart), minItems: 1 },
        ...(hasName ? { name: { type: 'string' } } : {}),
      },
      required: ['items', ...(hasName ? ['name'] : [])],
    },
  };
  greet(cart);
  scene.user(`${scene.oneOf(wishes)} ${listItems(cart, items)}${scene.chance(0.4) ? ' please' : ''}`);
  changeItems(cart, () =>
    scene.say(
      scene.oneOf([
        `${listItems(cart, items)}. Anything else?`,
        `Okay. Anything else?`,
        `Sure, ${listItems(cart, items)}. Is that all?`,
      ]),
    ),
  );
  scene.user(scene.oneOf(finished));
  const name = scene.oneOf(lastNames);
  if (hasName) {
    scene.say(scene.oneOf(['What name is that for?', 'Can I have a name for the order?', 'And the name?']));
    scene.user(scene.oneOf([name, `it's ${name}`, `for ${name}`, `${name} please`]));
  }
  const total = scene.wholeNumber(8, 60);
  scene.call(
    tool,
    { items: [...items], ...(hasName ? { name } : {}) },
    scene.oneOf<unknown>([
      { total, ready_in_minutes: 15 },
      { order_id: `${scene.wholeNumber(100, 999)}`, total },
      { success: true, total },
    ]),
  );
  scene.say(
    scene.oneOf([
      `That's ${total} dollars. Thank you!`,
      `Your order is in, ${total} dollars in all.`,
      `Done. It comes to ${total} dollars.`,
    ]),
  );
  return finish(cart, [tool]);
}

export function orderOneByOne(random: Random): Play {
  const cart = createCart(random);
  const { scene, items } = cart;
  const schema = itemSchema(cart);
  const add: PromptTool = {
    name: scene.oneOf(['add_item', 'add_to_order', 'add_to_cart']),
    description: 'Add an item to the order',
    parameters: schema,
  };
  const remove: PromptTool = {
    name: scene.oneOf(['remove_item', 'take_off_order', 'remove_from_cart']),
    description: 'Take an item off the order',
    parameters: { type: 'object', properties: { item: { type: 'string' } }, required: ['item'] },
  };
  const submit: PromptTool = {
    name: scene.oneOf(['submit_order', 'checkout', 'finish_order']),
    description: 'Send the order',
    parameters: { type: 'object', properties: {} },
  };
  greet(cart);
  const all = items.splice(0);
  for (const [index, item] of all.entries()) {
    scene.user(
      index === 0
        ? `${scene.oneOf(wishes)} ${listItems(cart, [item])}`
        : `${scene.oneOf(['and', 'also', 'and then', 'yes,', 'can I also get'])} ${listItems(cart, [item])}`,
    );
    items.push(item);
    scene.call(add, { ...item }, { items: items.length, ok: true });
    scene.say(
      scene.oneOf([
        `${listItems(cart, [item])}. Anything else?`,
        `Okay, ${listItems(cart, [item])}. What else?`,
        'Got it. Anything else?',
        'Added. Anything more?',
      ]),
    );
  }
  const [first, second] = items;
  if (first !== undefined && second !== undefined && scene.chance(0.35)) {
    scene.user(
      scene.oneOf([
        `actually no ${first.item}`,
        `take off the ${first.item}`,
        `oh, I don't want the ${first.item} after all`,
      ]),
    );
    items.shift();
    scene.call(remove, { item: first.item }, { items: items.length, ok: true });
    scene.say(scene.oneOf([`No ${first.item} then. Anything else?`, 'Okay, I took that off. Anything else?']));
  }
  scene.user(scene.oneOf(finished));
  if (scene.chance(0.5)) {
    scene.say(
      scene.oneOf([
        `So that's ${listItems(cart, items)}. Right?`,
        `I have ${listItems(cart, items)}. Is that correct?`,
      ]),
    );
    scene.user(scene.oneOf(affirmations));
  }
  const total = scene.wholeNumber(5, 70);
  scene.call(
    submit,
    {},
    scene.oneOf<unknown>([
      { total, ready_in_minutes: 10 },
      { status: 'sent', total },
    ]),
  );
  scene.say(
    scene.oneOf([
      `That'll be ${total} dollars. See you soon!`,
      `It's ordered, ${total} dollars altogether.`,
      `Thank you, that comes to ${total} dollars.`,
    ]),
  );
  return finish(cart, [add, remove, submit]);
}

const wishes = [
  "I'd like",
  'can I get',
  "I'll have",
  'could I have',
  'hi, I want to order',
  'hello, can I have',
  'give me',
];
const finished = [
  "that's all",
  "no, that's it",
  "nope, that's everything",
  'no thanks',
  "that's all for now",
  "that'll be it",
];

function createCart(random: Random): Cart {
  const scene = createScene(random);
  const menu = scene.oneOf(menus);
  const hasSizes = scene.chance(0.5);
  const names = menu.items.map(([one]) => one);
  const count = scene.wholeNumber(1, 3);
  const items: Item[] = [];
  while (items.length < count) {
    const item = scene.oneOf(names);
    if (items.some((other) => other.item === item)) continue;
    const quantity = scene.chance(0.5) ? 1 : scene.wholeNumber(2, 6);
    items.push({ item, quantity, ...(hasSizes && scene.chance(0.7) ? { size: scene.oneOf(menu.sizes) } : {}) });
  }
  return { scene, menu, items, hasSizes, business: `${scene.oneOf(businessNames)} ${scene.oneOf(menu.titles)}` };
}

function itemSchema({ menu, hasSizes }: Cart) {
  const properties = {
    item: { type: 'string' },
    quantity: { type: 'integer', minimum: 1 },
    ...(hasSizes ? { size: { type: 'string', enum: menu.sizes } } : {}),
  };
  return { type: 'object', properties, required: ['item', 'quantity'], additionalProperties: false };
}

function greet({ scene, business }: Cart): void {
  if (scene.chance(0.7))
    scene.say(
      scene.oneOf([
        `Hi, this is ${business}. What can I get you?`,
        'Hello, what would you like?',
        'Hi there, ready when you are.',
        'Hello! What can I get started for you?',
      ]),
    );
}

/** Now and then another number, another item, something that is not sold. */
function changeItems(cart: Cart, repeatOrder: () => void): void {
  const { scene, menu, items } = cart;
  repeatOrder();
  const [first] = items;
  if (first === undefined) return;
  const kind = scene.random();
  if (kind < 0.3) {
    const quantity = (first.quantity % 6) + 1;
    items[0] = { ...first, quantity };
    scene.user(
      scene.oneOf([
        `make that ${listItems(cart, [items[0]])}`,
        `sorry, ${listItems(cart, [items[0]])}`,
        `no, ${listItems(cart, [items[0]])}`,
      ]),
    );
  } else if (kind < 0.45) {
    const others = menu.items.map(([one]) => one).filter((one) => items.every(({ item }) => item !== one));
    items.push({ item: scene.oneOf(others), quantity: 1 });
    scene.user(`${scene.oneOf(['and', 'yes,', 'also', 'oh and'])} ${listItems(cart, items.slice(-1))}`);
  } else if (kind < 0.6 && items.length > 1) {
    items.shift();
    scene.user(scene.oneOf([`actually no ${first.item}`, `leave out the ${first.item}`, `no ${first.item} after all`]));
  } else if (kind < 0.75) {
    const other = scene.oneOf(menu.outside);
    scene.user(scene.oneOf([`and ${other}`, `do you have ${other}`, `can I also get ${other}`]));
    scene.say(
      scene.oneOf([
        "I'm sorry, we don't have that. Anything else?",
        "We don't sell that, I'm afraid. Anything else?",
        "Sorry, that's not on our menu. Anything else?",
      ]),
    );
    return;
  } else return;
  scene.say(
    scene.oneOf([
      `${scene.oneOf(acknowledgements)}, ${listItems(cart, items)}. Anything else?`,
      `So ${listItems(cart, items)}. Is that all?`,
    ]),
  );
}

/** "two small lattes and a bagel" */
function listItems({ scene, menu }: Cart, items: readonly Item[]): string {
  const words = items.map(({ item, quantity, size }) => {
    const many = menu.items.find(([one]) => one === item)?.[1] ?? item;
    const named = [size ?? '', quantity === 1 ? item : many].join(' ').trim();
    const one = /^[aeiou]/.test(named) ? 'an' : 'a';
    return `${quantity === 1 ? scene.oneOf([one, one, 'one']) : quantity} ${named}`;
  });
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function finish({ scene, menu, business }: Cart, tools: PromptTool[]): Play {
  if (scene.chance(0.5)) {
    scene.user(scene.oneOf(['thanks, bye', 'great, thank you', 'perfect, see you', 'okay, bye']));
    scene.say(scene.oneOf(['Thank you, bye!', 'See you soon!', 'Goodbye, and thanks!']));
  }
  const role = scene.oneOf(['You take orders by phone at', 'You are the order taker of', 'You answer the phone of']);
  const manner = scene.oneOf(['Keep replies short.', 'Be quick and friendly.', 'Only ask for details you still need.']);
  return { instructions: `${role} ${business}, ${menu.subject}. ${manner}`, tools, messages: scene.messages };
}
