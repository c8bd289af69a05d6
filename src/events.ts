// The vocabulary of a call: what the caller's side reports, and what the call reports back. Imports nothing.

/** What reaches a call from its wire or its transcript input. Turns count up from 1; the greeting is turn 0. */
export type CallerEvent =
  | { readonly type: 'speech.started'; readonly turn: number }
  | {
      readonly type: 'transcript.updated';
      readonly turn: number;
      /** All words of this turn so far. */
      readonly text: string;
      /** Only `final` commits; `resumed` takes a final back while nothing was heard and no write tool has started. */
      readonly state: 'interim' | 'final' | 'resumed';
      /** For how long the caller had made no sound when this was sent: the ledger's zero lies so far back. @default unknown */
      readonly silentMs?: number;
    }
  /** The caller makes no sound any more, and hasn't for `silentMs` (@default 0), from wires that can tell; words of it may still be on their way. */
  | { readonly type: 'speech.stopped'; readonly turn: number; readonly silentMs?: number }
  /** A key of the phone: 0 to 9, *, # or A to D. The keys pressed in a turn are its words. */
  | { readonly type: 'dtmf.pressed'; readonly turn: number; readonly digit: string }
  | { readonly type: 'playback.position'; readonly turn: number; readonly playedMs: number }
  /** The wire, which speaks by itself, stopped the reply to `turn` because it heard the caller. `heard`: what was spoken of it. */
  | { readonly type: 'playback.interrupted'; readonly turn: number; readonly heard: string }
  /** A machine took the call, says the wire. */
  | { readonly type: 'voicemail.detected' }
  /** Hung up. */
  | { readonly type: 'call.ended' };

/** Who calls whom, as far as the wire tells. On the phone numbers as the network writes them: "+15550100". */
export interface CallParties {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly direction?: 'inbound' | 'outbound' | undefined;
}

/** Why a call is over. */
export type CloseReason =
  | 'caller-hung-up'
  | 'agent-hung-up'
  | 'transferred'
  | 'caller-silent'
  | 'too-long'
  | 'voicemail'
  /** Code of the agent's threw where nobody could catch it. */
  | 'agent-failed';

/** Where the wire is to take a caller whom the agent gave away, and what whoever answers there should know. */
export interface Transfer {
  readonly to: string;
  readonly note?: string;
}

export type Act = 'say' | 'call' | 'wait';

/** How a committed turn used its draft. hit: no forward after the final; repaired: reused after one or more; missed: decoded from masks. */
export type DraftUse = 'hit' | 'repaired' | 'missed';

/** Integer microseconds by stage name (trace/stages.ts); sums to the turn's total. */
export type PartsUs = Readonly<Record<string, number>>;

/** What a call reports to its wire, its trace and its tests. */
export type CallEvent =
  | { readonly type: 'call.ready'; readonly callId: string; readonly agent: string }
  | {
      readonly type: 'draft.changed';
      readonly turn: number;
      readonly act: Act;
      readonly text: string;
      readonly pEndOfTurn: number;
      readonly pWait: number;
    }
  /** All of the reply so far. `isUninterruptible`: it is said to its end, whoever speaks. */
  | { readonly type: 'reply.updated'; readonly turn: number; readonly text: string; readonly isUninterruptible?: true }
  /** No more words will be added to the turn's reply. */
  | { readonly type: 'reply.completed'; readonly turn: number }
  | { readonly type: 'audio.started'; readonly turn: number }
  | { readonly type: 'audio.delta'; readonly turn: number; readonly samples: Int16Array }
  | { readonly type: 'audio.ended'; readonly turn: number }
  | { readonly type: 'playback.clear'; readonly turn: number }
  /** It was no interruption: what comes after `heard` is spoken again, in new audio. */
  | { readonly type: 'reply.resumed'; readonly turn: number; readonly heard: string }
  | {
      readonly type: 'reply.ended';
      readonly turn: number;
      readonly text: string;
      readonly heard: string;
      readonly interrupted: boolean;
    }
  | {
      readonly type: 'tool.started';
      readonly turn: number;
      readonly name: string;
      readonly arguments: Readonly<Record<string, unknown>>;
      readonly speculative: boolean;
      /** Of a write: what its tool was given to pass on. */
      readonly idempotencyKey?: string;
    }
  | {
      readonly type: 'tool.ended';
      readonly turn: number;
      readonly name: string;
      readonly arguments: Readonly<Record<string, unknown>>;
      readonly result?: unknown;
      readonly error?: string;
      /** Of the error: `tool-failed`, `tool-timeout`, or one of the tool's own. */
      readonly code?: string;
      readonly speculative: boolean;
    }
  | {
      readonly type: 'turn.measured';
      readonly turn: number;
      readonly firstTextMs: number;
      readonly firstAudioMs?: number;
      readonly totalMs: number;
      readonly partsUs: PartsUs;
      readonly draft: DraftUse;
      readonly forwards: number;
      readonly steps: number;
    }
  /** Another agent answers from here on. */
  | { readonly type: 'agent.changed'; readonly turn: number; readonly agent: string }
  /** The agent asks the wire to play a sound file, to press keys, to change the language (BCP 47); a wire that can't passes it over. */
  | { readonly type: 'sound.requested'; readonly source: string }
  | { readonly type: 'digits.requested'; readonly digits: string }
  | { readonly type: 'language.requested'; readonly language: string }
  /** Nothing follows but the socket's end. */
  | { readonly type: 'call.closed'; readonly reason: CloseReason; readonly transfer?: Transfer }
  | { readonly type: 'error'; readonly code: string; readonly message: string };
