// The message that begins a call on the native wire. The call does not exist yet, so its vocabulary has no such event.

import { z } from 'zod';
import { parties } from '../events/fields.ts';

const identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, {
  error: 'expected 1 to 64 letters, digits or . _ : - with a letter or digit first',
});

export const callStartedSchema = z.strictObject({
  type: z.literal('call.started'),
  version: z.literal(1),
  /** One of the server's agents. @default the first one */
  agent: identifier.optional(),
  /** Chosen by the client to find the call in logs and traces. @default a random UUID */
  callId: identifier.optional(),
  /** Speech as binary frames, or text only. @default null */
  audio: z
    .strictObject({ encoding: z.literal('pcm16'), rateHz: z.literal(16000) })
    .nullable()
    .optional(),
  /** Who calls, and who is called, 1 to 256 characters each; the server can't check them. @default unknown */
  ...parties,
  /** What the agent's tools know of the call; the agent says which it takes. @default none */
  variables: z.record(z.string().max(64), z.union([z.string().max(1000), z.number(), z.boolean()])).optional(),
});
