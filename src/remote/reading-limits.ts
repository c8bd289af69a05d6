import type { ReadingLimits } from '../agent/reading-limits.ts';
import { NEED_NOT_ASK } from './chat-functions.ts';

/** Of a function's description, as OpenAI's API takes it. */
const MAX_DESCRIPTION_LENGTH = 1024;

/** How much of an agent a model over the network is given: what all servers of OpenAI's API take. */
export const remoteReadingLimits: ReadingLimits = {
  maxInstructionsLength: 100_000,
  maxResultLength: 100_000,
  maxDescriptionLength: MAX_DESCRIPTION_LENGTH - NEED_NOT_ASK.length,
  maxArgumentDescriptionLength: 1024,
  maxEnumValues: 500,
  maxTools: 128,
};
