// What is imported of repartee: definitions of agents, a server of them within one's own program, what can be put in
// its place, and the errors.

export type {
  Agent,
  AgentTool,
  ConfirmationWords,
  EagerEndpointing,
  Effort,
  Endpointing,
  ExecuteContext,
  IdleRules,
  InterruptionRules,
  ModelTimeouts,
  SayLines,
  UninterruptibleLine,
} from './agent/agent.ts';
export type { AgentOptions } from './agent/agent-options.ts';
export type { CallContext, CallFacts, TranscriptLine } from './agent/call-context.ts';
export { copied } from './agent/copied.ts';
export { defineAgent } from './agent/define-agent.ts';
export { defineTool, type ToolDefinition, type ToolOptions } from './agent/define-tool.ts';
export {
  type SpokenDateOptions,
  type SpokenDigitsOptions,
  type SpokenNumberOptions,
  type SpokenTimeOptions,
  spokenDate,
  spokenDigits,
  spokenEmail,
  spokenNumber,
  spokenPhone,
  spokenTime,
} from './agent/spoken.ts';
export type { EndedTool, EndedTurn, HeardTranscript, TurnLedger } from './agent/turn-hooks.ts';
export type {
  Act,
  DraftRequest,
  DraftState,
  EffortName,
  Engine,
  EngineStats,
  Priority,
  PromptPrefix,
  Sampling,
  Sequence,
  SpentUs,
  ToolSchema,
} from './engine/sequence.ts';
export {
  AgentError,
  EngineError,
  ModelError,
  ProtocolError,
  RuntimeError,
  ToolError,
  VoiceError,
} from './errors.ts';
export type { CallEvent, CallerEvent, CallParties, CloseReason, DraftUse, Transfer } from './events.ts';
export type { Prices } from './remote/known-models.ts';
export {
  type CreateServerOptions,
  createServer,
  type RunningServer,
  type StartCallOptions,
} from './runtime/create-server.ts';
export type { Call } from './server/calls/open-call.ts';
export type { Log, LogFields } from './server/log.ts';
export { dateInWords, timeInWords } from './spoken/in-words.ts';
export type { Stt, SttEvent, SttFault, SttStream, SttWords } from './stt/stt.ts';
export type { Redaction } from './trace/format/redact.ts';
export type { SpokenClause, SpokenWord, Voice } from './tts/voice.ts';
