// Answers first, finds out what the caller needs, and hands the call to the agent who can help. Whoever is gone before
// that is noted by the number that called, to be called back.

import { defineAgent } from 'repartee';
import clinic from './clinic.ts';
import { createStore } from './kit/database.ts';
import restaurant from './restaurant.ts';

const store = createStore({
  name: 'front-desk',
  schema: 'create table if not exists callbacks (call_id text primary key, number text not null);',
  seedText: '',
  seed: () => {},
});

/** Withheld numbers and SIP addresses can't be called back. */
const isNumber = (from: string | undefined): from is string => from !== undefined && /^\+\d{7,15}$/.test(from);

export default defineAgent({
  name: 'front-desk',
  instructions:
    'You are the friendly front desk of a phone service. You book nothing yourself: transfer callers who look for a ' +
    'restaurant or a table to restaurant, and callers who need a doctor or a dentist to clinic. Keep replies short.',
  greeting: ({ from }) => {
    const offer = isNumber(from)
      ? ` If we get cut off, we will call you back on the number that ends in ${[...from.slice(-4)].join(' ')}.`
      : '';
    return `Hello!${offer} Are you looking for a restaurant, or for a doctor?`;
  },
  handoffs: [restaurant, clinic],
  onCallEnd: async ({ callId, from, transcript }) => {
    const isHandedOver = transcript.some((line) => line.role === 'tool');
    if (isHandedOver || !isNumber(from)) return;
    await store.use(AbortSignal.timeout(4000), (db) =>
      db.run('insert or ignore into callbacks (call_id, number) values (?, ?)', [callId, from]),
    );
  },
});
