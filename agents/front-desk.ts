// Answers first, finds out what the caller needs, and hands the call to the agent who can help.

import { defineAgent } from 'repartee';
import clinic from './clinic.ts';
import restaurant from './restaurant.ts';

export default defineAgent({
  name: 'front-desk',
  instructions:
    'You are the friendly front desk of a phone service. You book nothing yourself: transfer callers who look for a ' +
    'restaurant or a table to restaurant, and callers who need a doctor or a dentist to clinic. Keep replies short.',
  greeting: 'Hello! Are you looking for a restaurant, or for a doctor?',
  handoffs: [restaurant, clinic],
});
