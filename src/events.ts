// The vocabulary of a call: what the caller's side reports, and what the call reports back. Imports nothing.

/** What reaches a call from its wire or its ear. Turns count up from 1; the greeting is turn 0. */
export type CallerEvent =
  | { readonly type: 'speech.started'; readonly turn: number }
  | {
      readonly type: 'speech.heard';
      readonly turn: number;
      /** All words of this turn so far. */
      readonly text: string;
      /** Only `final` commits; `resumed` takes a final back while nothing was heard and no write tool has started. */
      readonly state: 'partial' | 'final' | 'resumed';
    }
  | { readonly type: 'playout.advanced'; readonly turn: number; readonly playedMs: number }
  | { readonly type: 'call.ended' };

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
  | { readonly type: 'reply.grew'; readonly turn: number; readonly text: string }
  | { readonly type: 'audio.started'; readonly turn: number }
  | { readonly type: 'audio.framed'; readonly turn: number; readonly samples: Int16Array }
  | { readonly type: 'audio.ended'; readonly turn: number }
  | { readonly type: 'playout.cleared'; readonly turn: number }
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
    }
  | {
      readonly type: 'tool.ended';
      readonly turn: number;
      readonly name: string;
      readonly arguments: Readonly<Record<string, unknown>>;
      readonly result?: unknown;
      readonly error?: string;
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
  | { readonly type: 'error'; readonly code: string; readonly message: string };
