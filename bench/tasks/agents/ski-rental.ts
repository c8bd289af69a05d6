// A ski rental that no model was trained on: what is left on a day and what it costs, a reservation that is read back.

import { z } from 'zod';
import { defineAgent } from '../../../src/agent/define-agent.ts';
import { defineTool } from '../../../src/agent/define-tool.ts';
import { spokenDate } from '../../../src/agent/spoken.ts';
import { readNow, spellDate, TODAY } from '../dates.ts';

const gear = z.enum(['skis', 'snowboard', 'snowshoes', 'sledge']);
const dollarsADay = { skis: 34, snowboard: 39, snowshoes: 17, sledge: 9 } as const;
/** A pipe burst over the shelf. */
const leftByKind = { skis: 26, snowboard: 8, snowshoes: 0, sledge: 11 } as const;

const checkGear = defineTool({
  description: 'Tell how many of something are left on a day, and the price',
  parameters: z.object({ gear, date: spokenDate().optional().describe('Day of use') }),
  effect: 'read',
  execute: ({ gear, date }) => ({
    gear,
    date: spellDate(date ?? TODAY),
    left: leftByKind[gear],
    price_a_day: `$${dollarsADay[gear]}`,
  }),
});

const reserveGear = defineTool({
  description: 'Put gear aside for somebody',
  parameters: z.object({
    gear,
    shoeSize: z.int().min(20).max(50).describe('European shoe size'),
    date: spokenDate().describe('First day'),
    days: z.int().min(1).max(14).describe('Number of days'),
    name: z.string().describe('First name of the customer'),
  }),
  effect: 'write',
  confirm: true,
  describe: ({ gear, shoeSize, date, days, name }) =>
    `${gear} in shoe size ${shoeSize}, ${spellDate(date)}, for ${days} ${days === 1 ? 'day' : 'days'}, under ${name}`,
  execute: ({ gear, shoeSize, date, days, name }) => {
    if (leftByKind[gear] === 0) return { reserved: false, reason: `no ${gear} left this month` };
    const total = `$${dollarsADay[gear] * days}`;
    return { reserved: true, gear, shoe_size: shoeSize, date, days, name, total };
  },
});

export default defineAgent({
  name: 'ski-rental',
  instructions:
    `You take the calls of Gentian Ridge Ski Hire, at the foot of the Gentian Ridge cable car. Today is ${spellDate(TODAY)}. ` +
    'Snow gear is lent by the day and fetched from half past eight. To put gear aside you need the shoe size in European ' +
    'sizing, the first day, how many days, plus a first name. Be brief.',
  now: readNow,
  greeting: 'Gentian Ridge Ski Hire, good morning. What do you need for the snow?',
  tools: { checkGear, reserveGear },
});
