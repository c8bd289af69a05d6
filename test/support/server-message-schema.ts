import { z } from 'zod';
import type { ServerMessage } from '../../src/protocol/native-messages.ts';

const turn = z.int().min(0);
const tool = { turn, name: z.string(), arguments: z.record(z.string(), z.unknown()), speculative: z.boolean() };

const serverMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call.ready'), callId: z.string(), agent: z.string() }),
  z.strictObject({
    type: z.literal('draft.changed'),
    turn,
    act: z.enum(['say', 'call', 'wait']),
    text: z.string(),
    pEndOfTurn: z.number().min(0).max(1),
    pWait: z.number().min(0).max(1),
  }),
  z.strictObject({
    type: z.literal('reply.updated'),
    turn,
    text: z.string(),
    isUninterruptible: z.literal(true).exactOptional(),
  }),
  z.strictObject({ type: z.literal('audio.started'), turn }),
  z.strictObject({ type: z.literal('audio.ended'), turn }),
  z.strictObject({ type: z.literal('playback.clear'), turn }),
  z.strictObject({
    type: z.literal('reply.ended'),
    turn,
    text: z.string(),
    heard: z.string(),
    interrupted: z.boolean(),
  }),
  z.strictObject({ type: z.literal('tool.started'), ...tool, idempotencyKey: z.string().exactOptional() }),
  z.strictObject({
    type: z.literal('tool.ended'),
    ...tool,
    result: z.unknown().optional(),
    error: z.string().exactOptional(),
    code: z.string().exactOptional(),
  }),
  z.strictObject({
    type: z.literal('turn.measured'),
    turn,
    firstTextMs: z.number().min(0),
    firstAudioMs: z.number().min(0).exactOptional(),
    totalMs: z.number().min(0),
    partsUs: z.record(z.string(), z.int().min(0)),
    draft: z.enum(['hit', 'repaired', 'missed']),
    forwards: z.int().min(0),
    steps: z.int().min(0),
  }),
  z.strictObject({ type: z.literal('reply.resumed'), turn, heard: z.string() }),
  z.strictObject({ type: z.literal('agent.changed'), turn, agent: z.string() }),
  z.strictObject({ type: z.literal('sound.requested'), source: z.string() }),
  z.strictObject({ type: z.literal('digits.requested'), digits: z.string() }),
  z.strictObject({ type: z.literal('language.requested'), language: z.string() }),
  z.strictObject({
    type: z.literal('call.closed'),
    reason: z.enum([
      'caller-hung-up',
      'agent-hung-up',
      'transferred',
      'caller-silent',
      'too-long',
      'voicemail',
      'agent-failed',
    ]),
    transfer: z.strictObject({ to: z.string(), note: z.string().exactOptional() }).exactOptional(),
  }),
  z.strictObject({ type: z.literal('error'), code: z.string(), message: z.string() }),
]) satisfies z.ZodType<ServerMessage>;

/** Reads a server's text frame; throws when it breaks the native wire as documented. */
export function parseServerMessage(json: string): ServerMessage {
  return serverMessageSchema.parse(JSON.parse(json));
}
