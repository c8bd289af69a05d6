// An agent of your own. `npm start` serves it, `npm test` tests it; docs: docs/guide/agents.md of repartee.

import { defineAgent, defineTool } from 'repartee';
import { z } from 'zod';

const hours: Readonly<Record<string, string>> = {
  monday: '9 to 5',
  tuesday: '9 to 5',
  wednesday: '9 to 1',
  thursday: '9 to 7',
  friday: '9 to 5',
};

export default defineAgent({
  name: 'front-desk',
  instructions: 'You answer the phone of a small library. You tell opening hours and take messages.',
  greeting: 'Hello, this is the library. How can I help you?',
  tools: {
    findHours: defineTool({
      description: 'Find the opening hours of a day',
      parameters: z.object({
        day: z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']),
      }),
      // A read may run on a draft, while the caller is still speaking.
      effect: 'read',
      execute: ({ day }) => ({ day, hours: hours[day] ?? 'closed' }),
    }),
    takeMessage: defineTool({
      description: 'Take a message for the staff',
      parameters: z.object({ name: z.string(), message: z.string() }),
      // A write waits for the caller to finish, is read back, and runs once.
      effect: 'write',
      confirm: true,
      execute: ({ name, message }, { idempotencyKey }) => {
        console.log(`message ${idempotencyKey} from ${name}: ${message}`);
        return { taken: true };
      },
    }),
  },
});
