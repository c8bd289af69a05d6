// What is said to the thread that speaks, and by it.
import type { SpokenWord } from '../voice.ts';
import type { FliteVoiceName } from './flite.ts';

export interface FliteWorkerOptions {
  readonly voice: FliteVoiceName;
}

export interface FliteRequest {
  readonly text: string;
}

export type FliteReply =
  | { readonly type: 'ready' }
  | { readonly type: 'spoken'; readonly samples: Int16Array<ArrayBuffer>; readonly words: readonly SpokenWord[] }
  | { readonly type: 'failed'; readonly message: string };
