// Finds restaurants and books tables. Its tools are those that the model was trained on, its database survives a restart.

import { defineAgent, defineTool, spokenDate, spokenTime, ToolError } from 'repartee';
import { z } from 'zod';
import book from './data/restaurants.json' with { type: 'json' };
import { createStore, type Database } from './kit/database.ts';
import { pickClosest, toCanonical } from './kit/match.ts';
import { parseDate, parseTime, readNow, readToday, spellDate, spellTime, toMinutes } from './kit/when.ts';

/** A bare "seven" for a table is the evening's, a bare "eleven" is the morning's. */
const LAST_EVENING_HOUR = 9;
const timeOfTable = spokenTime({ earliest: `${LAST_EVENING_HOUR + 1}:00` });
const STAY_MINUTES = 90;
const MOST_RESULTS = 3;

const restaurantRow = z.object({
  id: z.number(),
  name: z.string(),
  city: z.string(),
  cuisine: z.string(),
  price_range: z.string(),
  street_address: z.string(),
  phone_number: z.string(),
  serves_alcohol: z.number(),
  has_live_music: z.number(),
  opens: z.string(),
  closes: z.string(),
  seats: z.number(),
});
type Restaurant = z.output<typeof restaurantRow>;

const reservationRow = z.object({
  id: z.number(),
  restaurant_id: z.number(),
  date: z.string(),
  time: z.string(),
  party_size: z.number(),
});
type Reservation = z.output<typeof reservationRow>;

/** What was reserved in this call, which is what the caller may change. */
const state = z.object({ reservationIds: z.array(z.number()).default([]) });

const store = createStore({
  name: 'restaurants',
  schema: `
    create table if not exists restaurants (
      id integer primary key, name text not null, city text not null, cuisine text not null, price_range text not null,
      street_address text not null, phone_number text not null, serves_alcohol integer not null,
      has_live_music integer not null, rating real not null, opens text not null, closes text not null,
      seats integer not null, unique (city, name)
    );
    create table if not exists reservations (
      id integer primary key, idempotency_key text not null unique, restaurant_id integer not null,
      date text not null, time text not null, party_size integer not null
    );`,
  seedText: JSON.stringify(book),
  seed: (db) => {
    // Ids stay with a restaurant when the list changes: reservations point at them.
    db.run(
      `insert into restaurants
      select null, value ->> 'name', value ->> 'city', value ->> 'cuisine', value ->> 'priceRange',
        value ->> 'streetAddress', value ->> 'phoneNumber', value ->> 'servesAlcohol', value ->> 'hasLiveMusic',
        value ->> 'rating', value ->> 'opens', value ->> 'closes', value ->> 'seats'
      from json_each(?) where true
      on conflict (city, name) do update set cuisine = excluded.cuisine, price_range = excluded.price_range,
        street_address = excluded.street_address, phone_number = excluded.phone_number,
        serves_alcohol = excluded.serves_alcohol, has_live_music = excluded.has_live_music, rating = excluded.rating,
        opens = excluded.opens, closes = excluded.closes, seats = excluded.seats`,
      [JSON.stringify(book.restaurants)],
    );
  },
});

const findRestaurants = defineTool({
  description: 'Find a restaurant of a particular cuisine in a city',
  parameters: z.object({
    cuisine: z.string(),
    city: z.string(),
    priceRange: z.enum(['inexpensive', 'moderate', 'expensive', 'very expensive']).optional(),
    hasLiveMusic: z.boolean().optional(),
    servesAlcohol: z.boolean().optional(),
  }),
  effect: 'read',
  timeoutMs: 2000,
  execute: ({ cuisine, city, priceRange, hasLiveMusic, servesAlcohol }, { signal }) =>
    store.use(signal, (db) => {
      const found = db.all(
        `select * from restaurants
        where city = ?1 and cuisine in (select value from json_each(?2)) and price_range = ifnull(?3, price_range)
          and has_live_music = ifnull(?4, has_live_music) and serves_alcohol = ifnull(?5, serves_alcohol)
        order by rating desc, name`,
        [
          toCanonical(book.cities, city),
          JSON.stringify(toCuisines(cuisine)),
          priceRange ?? null,
          hasLiveMusic ?? null,
          servesAlcohol ?? null,
        ],
      );
      return {
        count: found.length,
        results: z.array(restaurantRow).parse(found.slice(0, MOST_RESULTS)).map(toListing),
      };
    }),
});

const reserveParameters = z.object({
  restaurantName: z.string(),
  city: z.string(),
  time: timeOfTable,
  date: spokenDate().optional(),
  partySize: z.literal([1, 2, 3, 4, 5, 6]).optional(),
});

const reserveRestaurant = defineTool({
  description: 'Reserve a table at a restaurant',
  parameters: reserveParameters,
  effect: 'write',
  confirm: true,
  describe: (args) => {
    const { date, time, partySize } = readWishes(args);
    return `a table for ${spellParty(partySize)} at ${args.restaurantName} in ${args.city}, ${spellDate(date)} at ${spellTime(time)}`;
  },
  state,
  execute: (args, { signal, idempotencyKey, call }) => {
    const wishes = readWishes(args);
    return store.use(signal, (db) => {
      const restaurant = pickClosest(listRestaurants(db, args.city), (row) => row.name, args.restaurantName);
      if (!restaurant) return { count: 0, results: [], reason: `no ${args.restaurantName} in ${args.city}` };
      const { date, time, partySize: party_size } = wishes;
      let reservation = findReservation(db, idempotencyKey);
      if (!reservation) {
        const wish = { id: 0, restaurant_id: restaurant.id, date, time, party_size };
        const reason = findObstacle(db, restaurant, wish);
        if (reason !== undefined) return { count: 0, results: [], reason };
        const values = [idempotencyKey, restaurant.id, date, time, party_size];
        const { lastInsertRowid } = db.run(
          'insert into reservations (idempotency_key, restaurant_id, date, time, party_size) values (?, ?, ?, ?, ?)',
          values,
        );
        reservation = { ...wish, id: Number(lastInsertRowid) };
      }
      call.state.reservationIds.push(reservation.id);
      return toConfirmation(restaurant, reservation);
    });
  },
});

const changeParameters = z.object({
  restaurantName: z.string(),
  time: timeOfTable.optional(),
  date: spokenDate().optional(),
  partySize: z.literal([1, 2, 3, 4, 5, 6]).optional(),
});

const changeReservation = defineTool({
  description: 'Change time, date or party size of a reservation that was made',
  parameters: changeParameters,
  effect: 'write',
  confirm: true,
  describe: (args) => {
    const { date, time, partySize } = readChanges(args);
    const changes = [
      partySize && `for ${spellParty(partySize)}`,
      date && `on ${spellDate(date)}`,
      time && `at ${spellTime(time)}`,
    ];
    return `your table at ${args.restaurantName} now ${changes.filter(Boolean).join(', ')}`;
  },
  state,
  execute: (args, { signal, call }) => {
    const changes = readChanges(args);
    return store.use(signal, (db) => {
      const made = listReservations(db, call.state.reservationIds);
      const found = pickClosest(made, ({ restaurant }) => restaurant.name, args.restaurantName);
      if (!found) return { count: 0, results: [], reason: `no reservation at ${args.restaurantName} in this call` };
      const { restaurant, reservation } = found;
      const { date = reservation.date, time = reservation.time, partySize = reservation.party_size } = changes;
      const changed = { ...reservation, date, time, party_size: partySize };
      const reason = findObstacle(db, restaurant, changed);
      if (reason !== undefined) return { count: 0, results: [], reason };
      const values = [date, time, partySize, reservation.id];
      db.run('update reservations set date = ?, time = ?, party_size = ? where id = ?', values);
      return toConfirmation(restaurant, changed);
    });
  },
});

function readChanges({ time, date, partySize }: z.output<typeof changeParameters>) {
  if (time === undefined && date === undefined && partySize === undefined)
    throw new ToolError('refused', 'nothing to change');
  const changes = { date: date && parseDate(date, readToday()), time: time && parseTime(time, LAST_EVENING_HOUR) };
  if (date !== undefined && changes.date === undefined) throw new ToolError('refused', `no date in "${date}"`);
  if (time !== undefined && changes.time === undefined) throw new ToolError('refused', `no time in "${time}"`);
  return { ...changes, partySize };
}

function spellParty(partySize: number): string {
  return partySize === 1 ? '1 person' : `${partySize} people`;
}

/** Reservations are for today and two people unless the caller says otherwise. */
function readWishes(args: z.output<typeof reserveParameters>) {
  const today = readToday();
  const date = parseDate(args.date ?? 'today', today);
  const time = parseTime(args.time, LAST_EVENING_HOUR);
  if (date === undefined) throw new ToolError('refused', `no date in "${args.date}"`);
  if (time === undefined) throw new ToolError('refused', `no time in "${args.time}"`);
  return { date, time, partySize: args.partySize ?? 2 };
}

/** One cuisine, or those of a group: "Asian" is Chinese, Japanese and more. */
function toCuisines(wanted: string): readonly string[] {
  const name = toCanonical(book.cuisines, wanted);
  const group = pickClosest(Object.entries(book.groups), ([group]) => group, name);
  return group?.[1] ?? [name];
}

/** All restaurants of a city. */
function listRestaurants(db: Database, city: string): readonly Restaurant[] {
  const rows = db.all('select * from restaurants where city = ? order by name', [toCanonical(book.cities, city)]);
  return z.array(restaurantRow).parse(rows);
}

function findReservation(db: Database, idempotencyKey: string): Reservation | undefined {
  const row = db.get('select * from reservations where idempotency_key = ?', [idempotencyKey]);
  return row === null ? undefined : reservationRow.parse(row);
}

/** Reservations with their restaurants, the last one first. */
function listReservations(db: Database, ids: readonly number[]) {
  const wanted = 'id in (select value from json_each(?))';
  const rows = db.all(`select * from reservations where ${wanted} order by id desc`, [JSON.stringify(ids)]);
  return z
    .array(reservationRow)
    .parse(rows)
    .map((reservation) => {
      const row = db.get('select * from restaurants where id = ?', [reservation.restaurant_id]);
      return { reservation, restaurant: restaurantRow.parse(row) };
    });
}

/** Why there is no table, or undefined. */
function findObstacle(db: Database, restaurant: Restaurant, wish: Reservation): string | undefined {
  const start = toMinutes(wish.time);
  if (start < toMinutes(restaurant.opens) || start >= toMinutes(restaurant.closes)) {
    return `open from ${spellTime(restaurant.opens)} to ${spellTime(restaurant.closes)}`;
  }
  const sameDay = db.all('select * from reservations where restaurant_id = ? and date = ?', [restaurant.id, wish.date]);
  const taken = z
    .array(reservationRow)
    .parse(sameDay)
    .filter((other) => other.id !== wish.id && Math.abs(toMinutes(other.time) - start) < STAY_MINUTES)
    .reduce((sum, other) => sum + other.party_size, 0);
  return taken + wish.party_size > restaurant.seats ? 'no table left at that time' : undefined;
}

function toListing(row: Restaurant) {
  return {
    city: row.city,
    cuisine: row.cuisine,
    phone_number: row.phone_number,
    price_range: row.price_range,
    restaurant_name: row.name,
    street_address: row.street_address,
  };
}

function toConfirmation(row: Restaurant, reservation: Reservation) {
  const { date, time, party_size } = reservation;
  const has = { has_live_music: row.has_live_music === 1, serves_alcohol: row.serves_alcohol === 1 };
  return { count: 1, results: [{ ...toListing(row), ...has, date, party_size, time }] };
}

export default defineAgent({
  name: 'restaurant',
  instructions: () =>
    'You are a helpful phone agent. You cover this service: A popular restaurant search and reservation service. ' +
    `Today is ${spellDate(readToday())}. Only ask for details you still need. Keep replies short and natural.`,
  greeting: 'Hello! What kind of restaurant are you looking for, and in which city?',
  description: 'Find a restaurant and book a table',
  now: readNow,
  state,
  tools: { findRestaurants, reserveRestaurant, changeReservation },
  // Seeds a new database while the greeting is spoken, not while a caller waits for a search.
  onCallStart: () => store.use(AbortSignal.timeout(3000), () => undefined),
});
