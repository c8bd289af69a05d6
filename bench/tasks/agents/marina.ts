// A marina that no model was trained on: what a berth costs, and one that is read back.

import { z } from 'zod';
import { defineAgent } from '../../../src/agent/define-agent.ts';
import { defineTool } from '../../../src/agent/define-tool.ts';
import { spokenDate } from '../../../src/agent/spoken.ts';
import { readNow, spellDate, TODAY } from '../dates.ts';

const MAX_LENGTH_METRES = 16;
const DOLLARS_A_METRE = 4;
const metres = z.int().min(3).max(60).describe('Length of the boat in metres');

const berthPrice = defineTool({
  description: 'Tell what a night in a berth costs',
  parameters: z.object({ lengthMetres: metres }),
  effect: 'read',
  execute: ({ lengthMetres }) =>
    lengthMetres > MAX_LENGTH_METRES
      ? { available: false, reason: `no berth is longer than ${MAX_LENGTH_METRES} metres` }
      : { available: true, length_metres: lengthMetres, price_a_night: `$${lengthMetres * DOLLARS_A_METRE}` },
});

const reserveBerth = defineTool({
  description: 'Reserve a berth for a visiting boat',
  parameters: z.object({
    boatName: z.string().describe('Name of the boat'),
    lengthMetres: metres,
    arrival: spokenDate().describe('Day of arrival'),
    nights: z.int().min(1).max(30).describe('Number of nights'),
  }),
  effect: 'write',
  confirm: true,
  describe: ({ boatName, lengthMetres, arrival, nights }) =>
    `a berth of ${lengthMetres} metres, arriving ${spellDate(arrival)}, for ${nights} ${nights === 1 ? 'night' : 'nights'}, for the boat ${boatName}`,
  execute: ({ boatName, lengthMetres, arrival, nights }) => {
    if (lengthMetres > MAX_LENGTH_METRES)
      return { reserved: false, reason: `no berth is longer than ${MAX_LENGTH_METRES} metres` };
    const total = `$${nights * lengthMetres * DOLLARS_A_METRE}`;
    return {
      reserved: true,
      boat: boatName,
      length_metres: lengthMetres,
      arrival,
      nights,
      total,
    };
  },
});

export default defineAgent({
  name: 'marina',
  instructions:
    `You speak for the harbour master of Gannet Sound Marina, which shelters visiting boats. Today is ${spellDate(TODAY)}. ` +
    "To keep a berth free you must learn the boat's name, its length in whole metres, the arrival day, and for how many " +
    'nights it stays. Short answers, please.',
  now: readNow,
  greeting: 'Gannet Sound Marina, harbour office. How can I help?',
  tools: { berthPrice, reserveBerth },
});
