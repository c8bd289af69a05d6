// The message that begins a call on the native wire. The call does not exist yet, so its vocabulary has no such event.

import { z } from 'zod';
import { parties } from '../events/fields.ts';

const identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, {
  error: 'expected 1 to 64 letters, digits or . _ : - with a letter or digit first',
});

const format = { encoding: z.literal('pcm16'), rateHz: z.literal(16000) };
const { encoding, rateHz } = format;
const direction = z.strictObject(format).optional();
const audio = z
  .strictObject({ encoding: encoding.optional(), rateHz: rateHz.optional(), in: direction, out: direction })
  .superRefine((given, { addIssue }) => {
    const refuse = (field: string, message: string) => addIssue({ code: 'custom', path: [field], message });
    const isShort = given.encoding !== undefined || given.rateHz !== undefined;
    if (isShort && given.encoding === undefined) refuse('encoding', 'expected "pcm16"');
    if (isShort && given.rateHz === undefined) refuse('rateHz', 'expected 16000');
    if (isShort && given.out !== undefined) refuse('out', 'expected it or encoding and rateHz, not both');
    if (!isShort && given.in === undefined && given.out === undefined) refuse('out', 'expected it, in, or both');
  });

export const callStartedSchema = z.strictObject({
  type: z.literal('call.started'),
  version: z.literal(1),
  /** One of the server's agents. @default the first one */
  agent: identifier.optional(),
  /** Chosen by the client to find the call in logs and traces. @default a random UUID */
  callId: identifier.optional(),
  /**
   * Speech as binary frames, or text only. `out`: the agent's, as `encoding` and `rateHz` alone say it; `in`: the
   * caller's, which the server recognises. @default null
   */
  audio: audio.nullable().optional(),
  /** Who calls, and who is called, 1 to 256 characters each; the server can't check them. @default unknown */
  ...parties,
  /** What the agent's tools know of the call; the agent says which it takes. @default none */
  variables: z.record(z.string().max(64), z.union([z.string().max(1000), z.number(), z.boolean()])).optional(),
});
