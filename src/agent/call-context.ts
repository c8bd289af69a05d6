// A call as its agent's tools and hooks see it: what the call brought, what the agent keeps, what the agent may ask of
// it.

import type { CallParties, RequestedAction } from '../events.ts';
import { checkDigits, checkLanguage, checkLine, checkSource, checkTransfer, checkWords } from './call-actions.ts';

export type Values = Readonly<Record<string, unknown>>;

export interface CallFacts<Variables = Values, State = Record<string, unknown>> {
  readonly callId: string;
  /**
   * Who calls, as the wire has it: "+15550100", "sip:ann@example.com". Undefined: it doesn't say. No proof of who it
   * is.
   */
  readonly from: string | undefined;
  /** Who is called: the number that was dialled. Undefined: the wire doesn't say. */
  readonly to: string | undefined;
  /** `outbound`: the call was made for the agent. Undefined: the wire doesn't say. */
  readonly direction: CallParties['direction'];
  /** What the call brought along (a wire's custom parameters), checked against the agent's `variables`. */
  readonly variables: Variables;
  /** The agent's own, for as long as the call lasts. */
  readonly state: State;
}

/** What was said, of the agent as far as it was heard, and what tools came to. */
export type TranscriptLine =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'agent'; readonly text: string }
  /** `result`: as the model was told. */
  | {
      readonly role: 'tool';
      readonly name: string;
      readonly arguments: Readonly<Record<string, unknown>>;
      readonly result: unknown;
    };

/**
 * A call whose agent may ask something of it. Each throws a ToolError `action-invalid` for what can't be done.
 * @example
 * ```ts
 * const takeMessage = defineTool({
 *   description: 'Take a message, and end the call',
 *   parameters: z.object({ message: z.string() }),
 *   effect: 'write',
 *   execute: async ({ message }, { call, idempotencyKey }) => {
 *     await messages.add({ message, from: call.from, to: call.to, idempotencyKey });
 *     call.say('I will pass that on.');
 *     call.hangUp();
 *     return { taken: true };
 *   },
 * });
 * ```
 */
export interface CallContext<Variables = Values, State = Record<string, unknown>> extends CallFacts<Variables, State> {
  /**
   * All lines so far, of every agent of the call, as they are when it is read. Without what the caller is still saying.
   * `redact` is for traces: here values are as they were.
   */
  readonly transcript: readonly TranscriptLine[];
  /** Says goodbye, unless something was just said, and ends the call. */
  hangUp(): void;
  /**
   * Says so, and asks the wire to take the caller to a number, a `sip:` address or a `client:`; the note is for whoever
   * answers there.
   */
  transfer(to: string, note?: string): void;
  /**
   * Says this, 1000 characters at most: at once in a tool's run, else as soon as nobody speaks, after what is being
   * said. A line of the agent's like others: callers may interrupt it, and the model reads what was heard of it. Twenty
   * may wait at a time.
   */
  say(text: string): void;
  /** Asks the wire to play a sound file. */
  play(source: string): void;
  /** Asks the wire to press keys; `w` waits half a second. */
  sendDigits(digits: string): void;
  /** Asks the wire to speak and to understand another language, as BCP 47 has it: "es-MX". */
  setLanguage(language: string): void;
  /**
   * Other instructions of this agent, for all that the model writes in this call from here on. Longer ones than it
   * reads are refused, unless the agent says `truncate`.
   */
  updateInstructions(text: string): void;
}

/** What an agent asks of its call: of the conversation, which decides when, or of what the model reads. */
export type CallAction = RequestedAction | { readonly type: 'update-instructions'; readonly text: string };

/** The same call, with actions that go to `ask`. */
export function createCallContext(
  call: CallFacts,
  ask: (action: CallAction) => void,
  readTranscript: () => readonly TranscriptLine[],
): CallContext {
  return {
    ...call,
    get transcript() {
      return readTranscript();
    },
    say: (text) => ask({ type: 'say', text: checkLine(text) }),
    hangUp: () => ask({ type: 'hang-up' }),
    transfer: (to, note) =>
      ask({ type: 'transfer', transfer: { to: checkTransfer(to), ...(note === undefined ? {} : { note }) } }),
    play: (source) => ask({ type: 'play', source: checkSource(source) }),
    sendDigits: (digits) => ask({ type: 'send-digits', digits: checkDigits(digits) }),
    setLanguage: (language) => ask({ type: 'set-language', language: checkLanguage(language) }),
    updateInstructions: (text) => ask({ type: 'update-instructions', text: checkWords('updateInstructions', text) }),
  };
}
