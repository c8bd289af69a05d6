// Told inside: what the conversation's machine hears of its own parts and timers. A trace keeps each in a line
// `machine.told`, for replays.

import { z } from 'zod';
import type { Definitions } from './definition.ts';
import { transfer } from './fields.ts';

/** What an agent asks of its call; the conversation decides when. */
export const requestedAction = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hang-up') }),
  z.strictObject({ type: z.literal('transfer'), transfer }),
  z.strictObject({ type: z.literal('say'), text: z.string() }),
  z.strictObject({ type: z.literal('play'), source: z.string() }),
  z.strictObject({ type: z.literal('send-digits'), digits: z.string() }),
  z.strictObject({ type: z.literal('set-language'), language: z.string() }),
]);

/** A tool that runs; counts up through a call. */
const runId = z.int().min(0);

export const machineEvents = {
  'draft.failed': { fields: { id: z.int().min(0), message: z.string() } },
  'tool.returned': { fields: { runId, result: z.unknown().optional() } },
  'tool.failed': { fields: { runId, message: z.string(), code: z.string().exactOptional() } },
  'utterance.finished': { fields: {} },
  'utterance.failed': { fields: { message: z.string() } },
  'action.requested': { fields: { action: requestedAction } },
  /** Code of the agent's threw where nobody could catch it. */
  'agent.failed': { fields: {} },
  /** No speech-to-text is left that could hear the caller. */
  'stt.failed': { fields: {} },
  'pause.passed': { fields: { pausedMs: z.number() } },
  /** The caller's sound went on for long enough to make the agent pause. */
  'sound.lasted': { fields: {} },
  /** No words came after the sound. */
  'interruption.lapsed': { fields: {} },
  /** Sounds came and came, and none of them became words. */
  'interruption.overdue': { fields: {} },
  /** The tool has outlived its budget. */
  'tool.lingered': { fields: {} },
  /** The recogniser never said that the words at hand are all. */
  'final.missed': { fields: {} },
  /** Nobody speaks, and nobody waits for an answer. */
  'turn.free': { fields: {} },
  'idle.passed': { fields: {} },
  /** The caller can't be heard until the network connects them again. */
  'line.lost': { fields: {} },
  'line.back': { fields: {} },
  'call.overlong': { fields: {} },
  'reply.overdue': { fields: {} },
  /** The model has not gone on with the reply. */
  'reply.stalled': { fields: {} },
} as const satisfies Definitions;
