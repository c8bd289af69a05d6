// Takes a coffee order of several items, which the caller may change until it is placed; placed orders survive a restart.

import { defineAgent, defineTool, ToolError } from 'repartee';
import { z } from 'zod';
import { createStore, type Database } from './kit/database.ts';

const CENTS_OF_DRINK = { espresso: 250, americano: 300, cappuccino: 400, latte: 425, mocha: 450, tea: 275 };
const CENTS_OF_SIZE = { small: 0, medium: 50, large: 100 };
const MOST_CUPS = 24;

const drink = z.enum(['espresso', 'americano', 'cappuccino', 'latte', 'mocha', 'tea']);
const size = z.enum(['small', 'medium', 'large']);
const milk = z.enum(['whole', 'skimmed', 'oat', 'soy']);
const item = z.object({ drink, size, milk: milk.optional(), quantity: z.int() });
type Item = z.output<typeof item>;

/** What the caller has chosen so far: gone with the call, unless it is placed. */
const state = z.object({ items: z.array(item).default([]) });

const store = createStore({
  name: 'coffee',
  schema: `
    create table if not exists orders (
      id integer primary key, idempotency_key text not null unique, name text not null, items text not null,
      total_cents integer not null
    );`,
  seedText: '',
  seed: () => undefined,
});

const addItem = defineTool({
  description: 'Add drinks to the order',
  parameters: z.object({
    drink,
    size: size.optional(),
    milk: milk.optional(),
    quantity: z.int().min(1).max(12).optional(),
  }),
  effect: 'write',
  // "Another latte" is one more latte.
  allowDuplicate: true,
  state,
  execute: ({ drink, size = 'medium', milk, quantity = 1 }, { call }) => {
    const { items } = call.state;
    if (countCups(items) + quantity > MOST_CUPS) throw new ToolError('refused', `at most ${MOST_CUPS} cups an order`);
    const same = items.find((other) => other.drink === drink && other.size === size && other.milk === milk);
    if (same) same.quantity += quantity;
    else items.push({ drink, size, quantity, ...(milk ? { milk } : {}) });
    return toBill(items);
  },
});

const removeItem = defineTool({
  description: 'Remove drinks from the order',
  parameters: z.object({
    drink,
    size: size.optional(),
    quantity: z.int().min(1).max(12).optional(),
  }),
  effect: 'write',
  allowDuplicate: true,
  state,
  execute: ({ drink, size, quantity }, { call }) => {
    const { items } = call.state;
    const found = items.findLast((other) => other.drink === drink && (size === undefined || other.size === size));
    if (found === undefined) throw new ToolError('refused', `no ${drink} in the order`);
    found.quantity -= quantity ?? found.quantity;
    call.state.items = items.filter((other) => other.quantity > 0);
    return toBill(call.state.items);
  },
});

const readOrder = defineTool({
  description: 'Tell what is in the order and what it costs',
  parameters: z.object({}),
  effect: 'read',
  state,
  execute: (_, { call }) => toBill(call.state.items),
});

const placeOrder = defineTool({
  description: 'Place the order under a name',
  parameters: z.object({ name: z.string() }),
  effect: 'write',
  confirm: true,
  describe: ({ name }) => `the order for ${name}`,
  state,
  execute: ({ name }, { call, signal, idempotencyKey }) => {
    const { items } = call.state;
    if (items.length === 0) throw new ToolError('refused', 'the order is empty');
    return store.use(signal, (db) => {
      const number = findOrder(db, idempotencyKey) ?? insertOrder(db, idempotencyKey, name, items);
      call.state.items = [];
      return { order_number: number, name, ...toBill(items) };
    });
  },
});

function findOrder(db: Database, idempotencyKey: string): number | undefined {
  const row = db.get('select id from orders where idempotency_key = ?', [idempotencyKey]);
  return row === null ? undefined : z.object({ id: z.number() }).parse(row).id;
}

function insertOrder(db: Database, idempotencyKey: string, name: string, items: readonly Item[]): number {
  const values = [idempotencyKey, name, JSON.stringify(items), toCents(items)];
  db.run('insert into orders (idempotency_key, name, items, total_cents) values (?, ?, ?, ?)', values);
  return findOrder(db, idempotencyKey) ?? 0;
}

function toBill(items: readonly Item[]) {
  return {
    count: countCups(items),
    items: items.map(spellItem).join(', '),
    total: `$${(toCents(items) / 100).toFixed(2)}`,
  };
}

/** "2 large lattes with oat milk" */
function spellItem({ drink, size, milk, quantity }: Item): string {
  const plural = quantity === 1 || drink === 'tea' ? drink : `${drink}s`;
  return `${quantity} ${size} ${plural}${milk ? ` with ${milk} milk` : ''}`;
}

function countCups(items: readonly Item[]): number {
  return items.reduce((sum, { quantity }) => sum + quantity, 0);
}

function toCents(items: readonly Item[]): number {
  return items.reduce(
    (sum, { drink, size, quantity }) => sum + quantity * (CENTS_OF_DRINK[drink] + CENTS_OF_SIZE[size]),
    0,
  );
}

export default defineAgent({
  name: 'coffee',
  instructions:
    'You are a helpful phone agent of a coffee shop. You take orders of several drinks, change them as the caller wishes, ' +
    'and place them under a name. Keep replies short and natural.',
  greeting: 'Hello! What can I get you?',
  state,
  tools: { addItem, removeItem, readOrder, placeOrder },
  idle: { afterMs: 10_000 },
});
