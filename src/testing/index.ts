// What authors of agents test their agents with: a call to talk through, recorded callers, time that stands still, a
// record of every turn.

export { SimulatedClock } from '../base/simulated-clock.ts';
export { type PlayOptions, playCall } from '../playback/play-call.ts';
export type { Measured, ToolRecord, TurnRecord } from '../playback/turn-log.ts';
export {
  type CallFile,
  type CallHeader,
  createCallWriter,
  parseCallFile,
  type RecordedEvent,
} from '../trace/format/call-file.ts';
export type { Answer, Answers, Asked } from './answers.ts';
export { startTestCall, type TestCall, type TestCallOptions } from './call.ts';
