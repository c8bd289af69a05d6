import type { EngineStats } from '../../engine/sequence.ts';
import type { CallEvent, CallerEvent, CallParties } from '../../events.ts';

/** One call in progress, as the server sees it. */
export interface Call {
  /** The caller's voice, PCM16 mono at 16 kHz; undefined: the call was not opened to hear it. */
  readonly hear?: (samples: Int16Array) => void;
  /** Takes what the caller's side reports, in order. */
  receive(event: CallerEvent): void;
  /** The caller's connection is gone, but may come back: silence is not theirs until it does. */
  loseLine(): void;
  regainLine(): void;
  /** Ends the call whatever it is doing; idempotent. Resolves when nothing of it is left. */
  end(): Promise<void>;
  /** Resolves when the call is over for whatever reason; rejects when it broke. */
  readonly ended: Promise<void>;
}

export interface OpenCallOptions {
  readonly agent: string;
  readonly callId: string;
  /** What to speak in; null: text only. */
  readonly audio: { readonly rateHz: 16000 } | null;
  /** The caller's voice comes as audio, and is recognised here. @default false */
  readonly hearsCaller?: boolean;
  /** The other side speaks the words itself: they take time to be heard. */
  readonly clientSynthesizes: boolean;
  /** Who calls whom; never logged. */
  readonly parties: CallParties;
  /** What the call brings along; the agent checks it. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly report: (event: CallEvent) => void;
}

export type OpenCall = (options: OpenCallOptions) => Call;

/** What a server serves: its agents, the first of them being the default, and how a call with one starts. */
export interface CallSource {
  readonly agents: readonly string[];
  readonly openCall: OpenCall;
  /** There is speech-to-text for calls whose caller comes as audio. @default false */
  readonly hasStt?: boolean;
  /** False while calls could not be answered: the engine's thread is down. @default always true */
  readonly isReady?: () => boolean;
  /**
   * True while a turn would wait too long for those of other calls, so that new calls belong elsewhere.
   * @default never
   */
  readonly isBusy?: () => boolean;
  /** Of the engine that answers, for /metrics. @default there are none */
  readonly engineStats?: () => EngineStats;
  /**
   * Agents are reloaded on save: what is wrong with those whose last save can't be used, in a line each.
   * @default they are not
   */
  readonly problems?: () => readonly string[];
}
