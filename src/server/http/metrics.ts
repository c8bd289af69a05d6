// Calls and their measured turns in, the text of /metrics out (Prometheus text format 0.0.4). Knows no words of a call.

import type { CallEvent } from '../../events.ts';
import { findOverruns } from '../../trace/ledger/stages.ts';
import type { SpanCounts } from '../../trace/store/call-sink.ts';
import type { AdmissionState } from '../calls/admission.ts';
import type { CallSource } from '../calls/open-call.ts';
import type { Log } from '../log.ts';

export interface Metrics {
  /** The same calls, with each measured turn counted. */
  watch(calls: CallSource): CallSource;
  render(state: AdmissionState): string;
}

/** Upper ends of the buckets of a turn's time. */
const bucketsMs = [1, 5, 10, 25, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2500, 5000];

type Measured = Extract<CallEvent, { readonly type: 'turn.measured' }>;

interface Times {
  /** At or below each of `bucketsMs`. */
  readonly counts: number[];
  count: number;
  sumUs: number;
}

/** `log` hears of each turn whose ledger leaves more unexplained than it may: a fault of the measuring, or a held-up event loop. */
export function createMetrics(log: Log, spanCounts?: () => SpanCounts): Metrics {
  const timesByDraft = new Map<string, Times>();
  const timesByStage = new Map<string, Times>();
  const overrunsByStage = new Map<string, number>();
  const errorsByTool = new Map<string, number>();

  function count({ turn, draft, totalMs, partsUs }: Measured, callId: string): void {
    add(timesByDraft, draft, Math.round(totalMs * 1000));
    for (const [stage, us] of Object.entries(partsUs)) add(timesByStage, stage, us);
    for (const { stage, tookUs, budgetUs } of findOverruns(partsUs, totalMs)) {
      overrunsByStage.set(stage, (overrunsByStage.get(stage) ?? 0) + 1);
      if (stage === 'unexplained') log('turn.unexplained', { callId, turn, tookUs, budgetUs });
    }
  }

  return {
    watch: (calls) => ({
      ...calls,
      openCall: (options) =>
        calls.openCall({
          ...options,
          report(event) {
            options.report(event);
            if (event.type === 'turn.measured') count(event, options.callId);
            if (event.type === 'tool.ended' && event.error !== undefined)
              errorsByTool.set(event.name, (errorsByTool.get(event.name) ?? 0) + 1);
          },
        }),
    }),

    render({ isReady, countCalls, countSockets, counters }) {
      const { countCallsStarted, countCallsFailed, countSocketsRefused, countMessagesRefused } = counters;
      const lines = [
        ...renderOne('repartee_ready', 'gauge', '1: takes calls.', isReady ? 1 : 0),
        ...renderOne('repartee_calls', 'gauge', 'Calls in progress.', countCalls),
        ...renderOne('repartee_sockets', 'gauge', 'Sockets open.', countSockets),
        ...renderOne('repartee_calls_started_total', 'counter', 'Calls that began.', countCallsStarted),
        ...renderOne('repartee_calls_failed_total', 'counter', 'Calls that broke.', countCallsFailed),
        ...renderOne('repartee_sockets_refused_total', 'counter', 'Sockets turned away.', countSocketsRefused),
        ...renderOne(
          'repartee_messages_refused_total',
          'counter',
          'Messages that made no sense.',
          countMessagesRefused,
        ),
        ...renderTimes(
          'repartee_turn_seconds',
          'From the end of the words of the caller to the first audio, or first words.',
          'draft',
          timesByDraft,
        ),
        ...renderTimes('repartee_stage_seconds', 'Time of turns by stage.', 'stage', timesByStage),
        ...describe('repartee_stage_overruns_total', 'counter', 'Turns in which a stage took more than its budget.'),
        ...[...overrunsByStage].map(([stage, count]) => `repartee_stage_overruns_total{stage="${stage}"} ${count}`),
        ...describe('repartee_tool_errors_total', 'counter', 'Runs of tools that ended in an error.'),
        ...[...errorsByTool].map(([tool, count]) => `repartee_tool_errors_total{tool="${tool}"} ${count}`),
        ...(spanCounts === undefined ? [] : renderSpans(spanCounts())),
      ];
      return `${lines.join('\n')}\n`;
    },
  };
}

function describe(name: string, type: 'gauge' | 'counter' | 'histogram', help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function renderOne(name: string, type: 'gauge' | 'counter', help: string, value: number): string[] {
  return [...describe(name, type, help), `${name} ${value}`];
}

function add(times: Map<string, Times>, label: string, us: number): void {
  const known = times.get(label) ?? { counts: bucketsMs.map(() => 0), count: 0, sumUs: 0 };
  times.set(label, known);
  for (const [index, mostMs] of bucketsMs.entries())
    if (us <= mostMs * 1000) known.counts[index] = (known.counts[index] ?? 0) + 1;
  known.count++;
  known.sumUs += us;
}

function* renderTimes(name: string, help: string, label: string, times: ReadonlyMap<string, Times>): Generator<string> {
  yield* describe(name, 'histogram', help);
  for (const [value, { counts, count, sumUs }] of times) {
    const one = `${label}="${value}"`;
    for (const [index, mostMs] of bucketsMs.entries())
      yield `${name}_bucket{${one},le="${mostMs / 1000}"} ${counts[index] ?? 0}`;
    yield `${name}_bucket{${one},le="+Inf"} ${count}`;
    yield `${name}_sum{${one}} ${sumUs / 1e6}`;
    yield `${name}_count{${one}} ${count}`;
  }
}

function renderSpans({ countExported, countDropped }: SpanCounts): string[] {
  return [
    ...renderOne('repartee_spans_exported_total', 'counter', 'Spans that the collector took.', countExported),
    ...renderOne('repartee_spans_dropped_total', 'counter', 'Spans that it did not take in time.', countDropped),
  ];
}
