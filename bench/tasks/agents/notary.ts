// A notary that no model was trained on: free times of a day, a signing that is read back.

import { z } from 'zod';
import { defineAgent } from '../../../src/agent/define-agent.ts';
import { defineTool } from '../../../src/agent/define-tool.ts';
import { spokenDate, spokenTime } from '../../../src/agent/spoken.ts';
import { readNow, spellDate, spellTime, TODAY, weekdayOf } from '../dates.ts';

const document = z.enum(['deed', 'affidavit', 'last will', 'power of attorney']);
const dollars = { deed: 85, affidavit: 20, 'last will': 140, 'power of attorney': 55 } as const;
const openTimes = ['09:15', '10:45', '13:30', '16:00'];

const isClosed = (date: string) => ['friday', 'saturday', 'sunday'].includes(weekdayOf(date));

const freeTimes = defineTool({
  description: 'List the free times of the notary on a day',
  parameters: z.object({ date: spokenDate().describe('The day') }),
  effect: 'read',
  execute: ({ date }) => {
    return { date: spellDate(date), free: isClosed(date) ? [] : openTimes.map(spellTime) };
  },
});

const notaryFee = defineTool({
  description: 'Tell the fee for a kind of document',
  parameters: z.object({ document }),
  effect: 'read',
  execute: ({ document }) => ({ document, fee: `$${dollars[document]}` }),
});

const bookSigning = defineTool({
  description: 'Book a signing with the notary',
  parameters: z.object({
    document,
    date: spokenDate().describe('Day of the signing'),
    time: spokenTime().describe('Time of the signing'),
    surname: z.string().describe('Surname of the person who signs'),
  }),
  effect: 'write',
  confirm: true,
  describe: ({ document, date, time, surname }) =>
    `the signing of a ${document}, ${spellDate(date)} at ${spellTime(time)}, for ${surname}`,
  execute: ({ document, date, time, surname }) => {
    if (isClosed(date)) return { booked: false, reason: `closed on ${weekdayOf(date)}s` };
    if (!openTimes.includes(time)) {
      const next_free = openTimes.find((free) => free > time);
      return { booked: false, reason: 'that time is taken', ...(next_free && { next_free: spellTime(next_free) }) };
    }
    return { booked: true, document, date, time, surname, fee: `$${dollars[document]}` };
  },
});

export default defineAgent({
  name: 'notary',
  instructions:
    `You work the switchboard of the notary Philippa Garrick, who witnesses signatures Mondays to Thursdays. Today is ${spellDate(TODAY)}. ` +
    'A signing needs the kind of document, its day and hour, plus the surname. You give no legal advice whatever. Keep it short.',
  now: readNow,
  greeting: "Notary Garrick's office, hello. Which document would you like to have signed?",
  tools: { freeTimes, notaryFee, bookSigning },
});
