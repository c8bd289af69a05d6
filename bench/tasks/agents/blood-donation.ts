// A blood-donation line that no model was trained on: where a van stands, and a bed that is read back.

import { z } from 'zod';
import { defineAgent } from '../../../src/agent/define-agent.ts';
import { defineTool } from '../../../src/agent/define-tool.ts';
import { spokenTime } from '../../../src/agent/spoken.ts';
import { normalise } from '../../model-values.ts';
import { readNow, spellDate, spellTime, TODAY } from '../dates.ts';

const LEAST_WEEKS = 12;
const places = [
  { place: 'Corn Exchange', town: 'Wexcombe', date: '2026-01-22', from: '10:00', to: '16:00' },
  { place: 'Rowing Club', town: 'Wexcombe', date: '2026-01-29', from: '12:00', to: '19:00' },
  { place: 'Abbey Hall', town: 'Stowleigh', date: '2026-01-20', from: '09:00', to: '15:00' },
  { place: 'Fire Station', town: 'Stowleigh', date: '2026-02-03', from: '13:00', to: '18:00' },
  { place: 'Linen Mill', town: 'Penmarrow', date: '2026-01-27', from: '09:00', to: '14:00' },
  { place: 'Harbour School', town: 'Penmarrow', date: '2026-02-05', from: '11:00', to: '17:00' },
];

const findPlaces = defineTool({
  description: 'Find where blood can be given in a town',
  parameters: z.object({ town: z.string().describe('Town near the donor') }),
  effect: 'read',
  execute: ({ town }) => {
    const found = places.filter((one) => normalise(one.town) === normalise(town));
    const results = found.map(({ place, date, from, to }) => ({
      place,
      date: spellDate(date),
      hours: `${spellTime(from)} to ${spellTime(to)}`,
    }));
    return { count: found.length, results };
  },
});

const bookBed = defineTool({
  description: 'Book a bed for a blood donor',
  parameters: z.object({
    place: z.string().describe('Where the donor wants to come'),
    time: spokenTime().describe('Time of day'),
    weeksSinceLast: z.int().min(0).max(999).describe('Weeks since the last donation'),
    firstName: z.string().describe('First name of the donor'),
  }),
  effect: 'write',
  confirm: true,
  describe: ({ place, time, weeksSinceLast, firstName }) =>
    `a bed at ${place}, at ${spellTime(time)}, ${weeksSinceLast} weeks after the last donation, for ${firstName}`,
  execute: ({ place, time, weeksSinceLast, firstName }) => {
    const found = places.find((one) => normalise(place).includes(normalise(one.place)));
    if (found === undefined) return { booked: false, reason: `no van at ${place}` };
    if (weeksSinceLast < LEAST_WEEKS)
      return { booked: false, reason: `${LEAST_WEEKS} weeks must lie between donations` };
    if (time < found.from || time >= found.to)
      return { booked: false, reason: `open from ${spellTime(found.from)} to ${spellTime(found.to)}` };
    const { place: name, date } = found;
    return {
      booked: true,
      place: name,
      date: spellDate(date),
      time,
      weeks_since_last: weeksSinceLast,
      first_name: firstName,
    };
  },
});

export default defineAgent({
  name: 'blood-donation',
  instructions:
    `You pick up the donor telephone of the Three Rivers Blood Bank, whose vans tour small towns. Today is ${spellDate(TODAY)}. ` +
    "Offer one place after another. A bed takes the place, an hour, the donor's first name, plus the weeks gone by since " +
    'blood was last given. Keep every answer short.',
  now: readNow,
  greeting: 'Three Rivers Blood Bank, thank you for calling. In which town would you like to give blood?',
  tools: { findPlaces, bookBed },
});
