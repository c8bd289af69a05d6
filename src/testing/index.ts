// What authors of agents test their agents with: a call to talk through, recorded callers, time that stands still, a record of every turn.

export {
  type CallFile,
  type CallHeader,
  createCallWriter,
  parseCallFile,
  type RecordedEvent,
} from '../trace/call-file.ts';
export type { Answer, Answers, Asked } from './answers.ts';
export { type CallOptions, call, type TestCall } from './call.ts';
export { type PlayOptions, playCall } from './play-call.ts';
export { SimulatedClock } from './simulated-clock.ts';
export type { Measured, ToolRecord, TurnRecord } from './turn-log.ts';
