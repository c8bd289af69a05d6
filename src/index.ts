// What an agent's author imports: definitions, their types, and the errors.

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
  SayLines,
  UninterruptibleLine,
} from './agent/agent.ts';
export type { CallContext, CallFacts, TranscriptLine } from './agent/call-context.ts';
export { copied } from './agent/copied.ts';
export { type AgentOptions, defineAgent } from './agent/define-agent.ts';
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
export { AgentError, EngineError, ModelError, ProtocolError, RuntimeError, ToolError } from './errors.ts';
export { dateInWords, timeInWords } from './spoken/in-words.ts';
