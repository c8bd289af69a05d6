// Finds doctors and dentists, tells their opening hours and books appointments; its database survives a restart.

import { defineAgent, defineTool, spokenDate, spokenTime, ToolError } from 'repartee';
import { z } from 'zod';
import register from './data/clinic.json' with { type: 'json' };
import { createStore, type Database } from './kit/database.ts';
import { pickClosest, toCanonical } from './kit/match.ts';
import { joinSpelled } from './kit/spelling.ts';
import { parseDate, parseTime, readNow, readToday, spellDate, spellTime, toMinutes, toWeekday } from './kit/when.ts';

/** A bare "five" for an appointment is the afternoon's, a bare "eight" is the morning's. */
const LAST_AFTERNOON_HOUR = 6;
const VISIT_MINUTES = 15;
const MOST_RESULTS = 3;

const hoursOfWeek = z.record(z.string(), z.tuple([z.string(), z.string()]));
const providerRow = z.object({
  id: z.number(),
  name: z.string(),
  city: z.string(),
  type: z.string(),
  street_address: z.string(),
  phone_number: z.string(),
  rating: z.number(),
  offers_cosmetic_services: z.number(),
  hours: z.string().transform((text) => hoursOfWeek.parse(JSON.parse(text))),
});
type Provider = z.output<typeof providerRow>;

const appointmentRow = z.object({ provider_id: z.number(), date: z.string(), time: z.string() });
type Appointment = z.output<typeof appointmentRow>;

const store = createStore({
  name: 'clinic',
  schema: `
    create table if not exists providers (
      id integer primary key, name text not null unique, city text not null, type text not null,
      street_address text not null, phone_number text not null, rating real not null,
      offers_cosmetic_services integer not null, hours text not null
    );
    create table if not exists appointments (
      id integer primary key, idempotency_key text not null unique, provider_id integer not null,
      date text not null, time text not null, unique (provider_id, date, time)
    );`,
  seedText: JSON.stringify(register),
  seed: (db) => {
    db.run(
      `insert into providers
      select null, value ->> 'name', value ->> 'city', value ->> 'type', value ->> 'streetAddress',
        value ->> 'phoneNumber', value ->> 'rating', value ->> 'offersCosmeticServices', value ->> 'hours'
      from json_each(?) where true
      on conflict (name) do update set city = excluded.city, type = excluded.type,
        street_address = excluded.street_address, phone_number = excluded.phone_number, rating = excluded.rating,
        offers_cosmetic_services = excluded.offers_cosmetic_services, hours = excluded.hours`,
      [JSON.stringify(register.providers)],
    );
  },
});

const findProvider = defineTool({
  description: 'Find a doctor or dentist by location and speciality',
  parameters: z.object({
    city: z.string(),
    type: z.enum([
      'General Practitioner',
      'Dentist',
      'Dermatologist',
      'ENT Specialist',
      'Gynecologist',
      'Ophthalmologist',
    ]),
    offersCosmeticServices: z.boolean().optional(),
  }),
  effect: 'read',
  timeoutMs: 2000,
  // As long as the model is ever told: room for two.
  maxResultLength: 420,
  execute: ({ city, type, offersCosmeticServices }, { signal }) =>
    store.use(signal, (db) => {
      const where = [toCanonical(register.cities, city), type];
      const rows = db.all('select * from providers where city = ? and type = ? order by rating desc, name', where);
      const found = z
        .array(providerRow)
        .parse(rows)
        .filter((row) => offersCosmeticServices !== true || row.offers_cosmetic_services === 1);
      return { count: found.length, results: found.slice(0, MOST_RESULTS).map(toListing) };
    }),
});

const openingHours = defineTool({
  description: 'Get the opening hours of a doctor or dentist',
  parameters: z.object({
    doctorName: z.string(),
    date: spokenDate().optional(),
  }),
  effect: 'read',
  timeoutMs: 2000,
  execute: ({ doctorName, date }, { signal }) => {
    const day = date === undefined ? undefined : parseDate(date, readToday());
    return store.use(signal, (db) => {
      const provider = findByName(db, doctorName);
      if (!provider) return { count: 0, results: [], reason: `no doctor named ${doctorName}` };
      const days = day === undefined ? Object.keys(provider.hours) : [toWeekday(day)];
      const opening_hours = Object.fromEntries(days.map((name) => [name, spellHours(provider.hours[name])]));
      return { count: 1, results: [{ doctor_name: provider.name, opening_hours }] };
    });
  },
});

const bookParameters = z.object({
  doctorName: z.string(),
  appointmentTime: spokenTime({ earliest: `0${LAST_AFTERNOON_HOUR + 1}:00` }),
  appointmentDate: spokenDate(),
});

const bookAppointment = defineTool({
  description: 'Book an appointment with a specific doctor for the given date and time',
  parameters: bookParameters,
  effect: 'write',
  confirm: true,
  describe: (args) => {
    const { date, time } = readWishes(args);
    return `an appointment with ${joinSpelled(args.doctorName)}, ${spellDate(date)} at ${spellTime(time)}`;
  },
  execute: (args, { signal, idempotencyKey }) => {
    const { date, time } = readWishes(args);
    return store.use(signal, (db) => {
      const provider = findByName(db, args.doctorName);
      if (!provider) return { count: 0, results: [], reason: `no doctor named ${args.doctorName}` };
      const earlier = db.get('select * from appointments where idempotency_key = ?', [idempotencyKey]);
      if (earlier !== null) return toConfirmation(provider, appointmentRow.parse(earlier));
      const hours = provider.hours[toWeekday(date)];
      if (!isWithin(hours, time)) {
        return { count: 0, results: [], reason: `${toWeekday(date)}: ${spellHours(hours)}` };
      }
      const free = findFree(db, provider, date, time, hours);
      if (free !== time) {
        return { count: 0, results: [], reason: 'taken', ...(free !== undefined && { next_free: free }) };
      }
      db.run('insert into appointments (idempotency_key, provider_id, date, time) values (?, ?, ?, ?)', [
        idempotencyKey,
        provider.id,
        date,
        time,
      ]);
      return toConfirmation(provider, { provider_id: provider.id, date, time });
    });
  },
});

function readWishes(args: z.output<typeof bookParameters>) {
  const date = parseDate(args.appointmentDate, readToday());
  const time = parseTime(args.appointmentTime, LAST_AFTERNOON_HOUR);
  if (date === undefined) throw new ToolError('refused', `no date in "${args.appointmentDate}"`);
  if (time === undefined) throw new ToolError('refused', `no time in "${args.appointmentTime}"`);
  return { date, time };
}

function findByName(db: Database, name: string): Provider | undefined {
  const rows = z.array(providerRow).parse(db.all('select * from providers order by name'));
  const bare = joinSpelled(name).replace(/^(dr|doctor)\.? /i, '');
  return pickClosest(rows, (row) => row.name.replace(/^Dr\. /, ''), bare);
}

/** The wished time, or the first after it on that day that nobody has. */
function findFree(
  db: Database,
  provider: Provider,
  date: string,
  wish: string,
  hours: readonly [string, string] | undefined,
): string | undefined {
  const rows = db.all('select * from appointments where provider_id = ? and date = ?', [provider.id, date]);
  const taken = z
    .array(appointmentRow)
    .parse(rows)
    .map((row) => toMinutes(row.time));
  for (let minutes = toMinutes(wish); ; minutes += VISIT_MINUTES) {
    const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    if (!isWithin(hours, time)) return undefined;
    if (taken.every((other) => Math.abs(other - minutes) >= VISIT_MINUTES)) return time;
  }
}

function isWithin(hours: readonly [string, string] | undefined, time: string): boolean {
  if (!hours) return false;
  return toMinutes(time) >= toMinutes(hours[0]) && toMinutes(time) + VISIT_MINUTES <= toMinutes(hours[1]);
}

function spellHours(hours: readonly [string, string] | undefined): string {
  return hours ? `${spellTime(hours[0])} to ${spellTime(hours[1])}` : 'closed';
}

function toListing(row: Provider) {
  return {
    average_rating: row.rating.toFixed(2),
    city: row.city,
    doctor_name: row.name,
    phone_number: row.phone_number,
    street_address: row.street_address,
    type: row.type,
  };
}

function toConfirmation(row: Provider, appointment: Appointment) {
  const when = { appointment_date: appointment.date, appointment_time: appointment.time };
  return { count: 1, results: [{ ...when, ...toListing(row) }] };
}

export default defineAgent({
  name: 'clinic',
  instructions: () =>
    'You are a friendly voice assistant on a phone call. You cover these services: A popular provider for finding the ' +
    'right doctor or dentist for your needs and scheduling your visit. ' +
    `Today is ${spellDate(readToday())}. Ask for missing details one at a time. Keep replies short and natural.`,
  greeting: 'Hello! Are you looking for a doctor or a dentist, and in which city?',
  description: 'Find a doctor or dentist and book an appointment',
  now: readNow,
  tools: { findProvider, openingHours, bookAppointment },
  // Seeds a new database while the greeting is spoken, not while a caller waits for a search.
  onCallStart: () => store.use(AbortSignal.timeout(3000), () => undefined),
});
