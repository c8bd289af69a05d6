// A notary that no model was trained on: free times of a day, a signing that is read back.

import { z } from 'zod';
import { defineAgent } from '../../../agent/define-agent.ts';
import { defineTool } from '../../../agent/define-tool.ts';
import { spellDate, spellTime, TODAY, weekdayOf } from '../dates.ts';
import { requireDate, requireTime } from './wishes.ts';

const document = z.enum(['deed', 'affidavit', 'last will', 'power of attorney']);
const DOLLARS = { deed: 85, affidavit: 20, 'last will': 140, 'power of attorney': 55 } as const;
const FREE_TIMES = ['09:15', '10:45', '13:30', '16:00'];

const isClosed = (date: string) => ['friday', 'saturday', 'sunday'].includes(weekdayOf(date));

const freeTimes = defineTool({
  description: 'List the free times of the notary on a day',
  parameters: z.object({ date: z.string().describe('The day') }),
  effect: 'read',
  execute: ({ date }) => {
    const day = requireDate(date);
    return { date: spellDate(day), free: isClosed(day) ? [] : FREE_TIMES.map(spellTime) };
  },
});

const notaryFee = defineTool({
  description: 'Tell the fee for a kind of document',
  parameters: z.object({ document }),
  effect: 'read',
  execute: ({ document }) => ({ document, fee: `$${DOLLARS[document]}` }),
});

const bookSigning = defineTool({
  description: 'Book a signing with the notary',
  parameters: z.object({
    document,
    date: z.string().describe('Day of the signing'),
    time: z.string().describe('Time of the signing'),
    surname: z.string().describe('Surname of the person who signs'),
  }),
  effect: 'write',
  confirm: true,
  describe: ({ document, date, time, surname }) =>
    `the signing of a ${document}, ${spellDate(requireDate(date))} at ${spellTime(requireTime(time))}, for ${surname}`,
  execute: ({ document, date, time, surname }) => {
    const [day, hour] = [requireDate(date), requireTime(time)];
    if (isClosed(day)) return { booked: false, reason: `closed on ${weekdayOf(day)}s` };
    if (!FREE_TIMES.includes(hour)) {
      const next_free = FREE_TIMES.find((free) => free > hour);
      return { booked: false, reason: 'that time is taken', ...(next_free && { next_free: spellTime(next_free) }) };
    }
    return { booked: true, document, date: day, time: hour, surname, fee: `$${DOLLARS[document]}` };
  },
});

export default defineAgent({
  name: 'notary',
  instructions:
    `You work the switchboard of the notary Philippa Garrick, who witnesses signatures Mondays to Thursdays. Today is ${spellDate(TODAY)}. ` +
    'A signing needs the kind of document, its day and hour, plus the surname. You give no legal advice whatever. Keep it short.',
  greeting: "Notary Garrick's office, hello. Which document would you like to have signed?",
  tools: { freeTimes, notaryFee, bookSigning },
});
