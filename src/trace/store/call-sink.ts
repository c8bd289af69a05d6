// Where calls are written down: a folder, a collector, or both at once. Takes headers and events, and keeps no call
// waiting.

import type { CallHeader, CallWriter } from '../format/call-file.ts';

export type OpenHeader = Omit<CallHeader, 'type' | 'version' | 'callId'>;

export interface OpenTrace extends CallWriter {
  /** Resolves when all events are on their way. */
  close(): Promise<void>;
}

export interface CallSink {
  /** Undefined: this one takes no calls any more. */
  open(callId: string, header: OpenHeader): OpenTrace | undefined;
}

export interface SpanCounts {
  readonly countExported: number;
  /** The queue was full, or the collector did not take them. */
  readonly countDropped: number;
}

/** Writes a call to every sink that takes it; undefined: none does. */
export function openAll(sinks: readonly CallSink[], callId: string, header: OpenHeader): OpenTrace | undefined {
  const started = { startedAt: new Date().toISOString(), ...header };
  const traces = sinks.flatMap((sink) => sink.open(callId, started) ?? []);
  const [only, ...more] = traces;
  if (only === undefined || more.length === 0) return only;
  return {
    append(event, atMs) {
      for (const trace of traces) trace.append(event, atMs);
    },
    close: async () => void (await Promise.all(traces.map((trace) => trace.close()))),
  };
}
