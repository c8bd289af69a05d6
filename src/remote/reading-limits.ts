import type { ReadingLimits } from '../agent/reading-limits.ts';

/** How much of an agent a model over the network is given: what all servers of OpenAI's API take. */
export const remoteReadingLimits: ReadingLimits = {
  maxInstructionsLength: 100_000,
  maxResultLength: 100_000,
  maxDescriptionLength: 1024,
  maxArgumentDescriptionLength: 1024,
  maxEnumValues: 500,
  maxTools: 128,
};
