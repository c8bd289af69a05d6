// Everything that the machine hears, and everything that it says.

import type { Agent, AgentTool } from '../agent/agent.ts';
import type { CallEvent, CallerEvent, InnerEvent, Mark } from '../events.ts';
import type { ToolCall } from './transcript.ts';
import type { WriterEvent } from './writer.ts';

export interface ToolInput {
  readonly runId: number;
  readonly turn: number;
  readonly agent: Agent;
  readonly tool: AgentTool;
  readonly toolCall: ToolCall;
}

export type ToolEvent = Extract<InnerEvent, { readonly type: 'tool.returned' | 'tool.failed' }>;

export type OutputCommand =
  /** `voice`: whose the new words are. */
  | { readonly type: 'grow'; readonly text: string; readonly isFinal: boolean; readonly voice?: string }
  /** Silent at once; the next `grow` goes on after what was heard. */
  | { readonly type: 'pause' }
  | { readonly type: 'playback.position'; readonly playedMs: number };

export type OutputReport =
  | { readonly type: 'reply.heard'; readonly heard: string }
  | Extract<InnerEvent, { readonly type: 'utterance.finished' | 'utterance.failed' }>;

export type MachineEvent = CallerEvent | InnerEvent | WriterEvent | OutputReport;

export type Emitted = CallEvent | Mark;
