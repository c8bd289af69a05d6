// Everything that the machine hears, and everything that it says.

import type { Agent, AgentTool } from '../agent/agent.ts';
import type { CallAction } from '../agent/call-context.ts';
import type { CallEvent, CallerEvent } from '../events.ts';
import type { Call } from './transcript.ts';
import type { WriterEvent } from './writer.ts';

export interface ToolInput {
  readonly runId: number;
  readonly turn: number;
  readonly agent: Agent;
  readonly tool: AgentTool;
  readonly call: Call;
}

export type ToolEvent =
  | { readonly type: 'tool.returned'; readonly runId: number; readonly result: unknown }
  | { readonly type: 'tool.failed'; readonly runId: number; readonly message: string; readonly code?: string };

export type OutputCommand =
  | { readonly type: 'grow'; readonly text: string; readonly isFinal: boolean }
  /** Silent at once; the next `grow` goes on after what was heard. */
  | { readonly type: 'pause' }
  | { readonly type: 'playback.position'; readonly playedMs: number };

export type OutputReport =
  | { readonly type: 'reply.heard'; readonly heard: string }
  | { readonly type: 'utterance.finished' }
  | { readonly type: 'utterance.failed'; readonly message: string };

export type MachineEvent =
  | CallerEvent
  | WriterEvent
  | ToolEvent
  | OutputReport
  | { readonly type: 'action.requested'; readonly action: Exclude<CallAction, { type: 'update-instructions' }> }
  /** Code of the agent's threw where nobody could catch it. */
  | { readonly type: 'agent.failed' }
  | { readonly type: 'pause.passed'; readonly pausedMs: number }
  /** The caller's sound went on for long enough to make the agent pause. */
  | { readonly type: 'sound.lasted' }
  /** No words came after the sound. */
  | { readonly type: 'interruption.lapsed' }
  /** Sounds came and came, and none of them became words. */
  | { readonly type: 'interruption.overdue' }
  /** The tool has outlived its budget. */
  | { readonly type: 'tool.lingered' }
  /** The recogniser never said that the words at hand are all. */
  | { readonly type: 'final.missed' }
  | { readonly type: 'idle.passed' }
  /** The caller can't be heard until the network connects them again. */
  | { readonly type: 'line.lost' }
  | { readonly type: 'line.back' }
  | { readonly type: 'call.overlong' }
  | { readonly type: 'reply.overdue' }
  /** The model has not gone on with the reply. */
  | { readonly type: 'reply.stalled' };

/** Marks for the ledger; they stay inside the process. */
export type Mark =
  /** The turn's words are frozen: the ledger's zero. `isHit`: the draft is the reply. `isFinalMissed`: nobody said that they are all. */
  | {
      readonly type: 'turn.committed';
      readonly turn: number;
      readonly isHit: boolean;
      readonly isContinued: boolean;
      readonly isFinalMissed?: true;
    }
  | { readonly type: 'turn.taken-back'; readonly turn: number }
  /** A sound of the caller made the agent fall silent; `reply.resumed` or the end of the reply follows. */
  | { readonly type: 'reply.paused'; readonly turn: number };

export type Emitted = CallEvent | Mark;
