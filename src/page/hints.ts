// Something to begin with, for somebody who has never talked to this agent. Pure.

const openings: Readonly<Record<string, string>> = {
  restaurant: 'a table for two tonight in San Jose',
  clinic: 'I need to see a dentist in Oakland this week',
};

/** Undefined for an agent that this page knows nothing of. */
export function toHint(agent: string): string | undefined {
  return Object.entries(openings).find(([name]) => name === agent)?.[1];
}
