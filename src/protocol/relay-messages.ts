// ConversationRelay's messages, as Twilio and Telnyx send and take them: JSON in text frames. The border of that wire.
// Fields that nothing here reads are passed over: either side may add some.

import { z } from 'zod';
import { parseJson } from '../base/parse-json.ts';
import { nativeLimits, type Problem } from './native-messages.ts';

export const RELAY_PATH = '/v1/relay';

export const relayLimits = {
  /** Of the words of one prompt, UTF-16 code units. */
  textLength: 4000,
} as const;

const party = z.string().max(nativeLimits.partyLength).nullish();
const words = z.string().max(relayLimits.textLength);
/** Twilio and Telnyx differ: one sends a number where the other sends its digits. */
const milliseconds = z.union([z.number().min(0), z.string().regex(/^\d+(\.\d+)?$/)]);

const relayMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('setup'),
    sessionId: z.string().max(200).optional(),
    callSid: z.string().max(200).optional(),
    from: party,
    to: party,
    direction: party,
    customParameters: z.record(z.string().max(64), z.string().max(1000)).nullish(),
  }),
  z.object({ type: z.literal('prompt'), voicePrompt: words, last: z.boolean().optional() }),
  z.object({ type: z.literal('dtmf'), digit: z.string().regex(/^[0-9*#A-D]$/) }),
  z.object({
    type: z.literal('interrupt'),
    utteranceUntilInterrupt: words.optional(),
    durationUntilInterruptMs: milliseconds.optional(),
  }),
  z.object({ type: z.literal('error'), description: z.string().optional() }),
  z.object({ type: z.literal('info') }),
]);

/** What the telephone network may send. */
export type RelayMessage = z.infer<typeof relayMessageSchema>;

/** What it takes. */
export type RelayReply =
  | { readonly type: 'text'; readonly token: string; readonly last: boolean; readonly interruptible?: false }
  | { readonly type: 'play'; readonly source: string }
  | { readonly type: 'sendDigits'; readonly digits: string }
  | { readonly type: 'language'; readonly ttsLanguage: string; readonly transcriptionLanguage: string }
  | { readonly type: 'end'; readonly handoffData: string };

export type RelayParseResult =
  | { readonly ok: true; readonly message: RelayMessage }
  | { readonly ok: false; readonly problem: Problem };

/** Reads one text frame; a bad one gives a problem that names the field, never an exception. */
export function parseRelayMessage(text: string): RelayParseResult {
  const value = parseJson(text);
  if (value === undefined) return refuse('malformed-json', 'the frame is not JSON');
  const result = relayMessageSchema.safeParse(value);
  if (result.success) return { ok: true, message: result.data };
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  if (field === 'type' || field === '') return refuse('unknown-type', 'expected an object with a known type');
  if (issue?.code === 'too_big' && (field === 'voicePrompt' || field === 'utteranceUntilInterrupt'))
    return refuse('text-too-long', `${field} is longer than ${relayLimits.textLength} characters`);
  return refuse('invalid-message', `${field}: ${issue?.message ?? 'is missing'}`);
}

function refuse(code: Problem['code'], message: string): RelayParseResult {
  return { ok: false, problem: { code, message } };
}
