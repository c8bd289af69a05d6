// Calls and their measured turns in, the text of /metrics out (Prometheus text format 0.0.4). No words of a call.

import { Counter, Histogram, Registry } from 'prom-client';
import type { CallEvent } from '../../events.ts';
import { findOverruns } from '../../trace/ledger/stages.ts';
import type { SpanCounts } from '../../trace/store/call-sink.ts';
import type { AdmissionState } from '../calls/admission.ts';
import type { CallSource } from '../calls/open-call.ts';
import type { Log } from '../log.ts';
import { bucketsS, createEngineMetrics, type EngineMetrics } from './metrics-engine.ts';
import { processRegistry } from './metrics-process.ts';
import { createReadFigures } from './metrics-read.ts';
import { createRemoteMetrics } from './metrics-remote.ts';

export interface Metrics extends EngineMetrics {
  /** The same calls, with each measured turn and each run of a tool counted. */
  watch(calls: CallSource): CallSource;
  /** Figures of this server, then those of the process. */
  render(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  readonly state: () => AdmissionState;
  /**
   * Hears of each turn whose ledger leaves more unexplained than it may: a fault of the measuring, or a held-up event
   * loop.
   */
  readonly log: Log;
  /** @default no spans are sent */
  readonly spanCounts?: (() => SpanCounts) | undefined;
}

type Measured = Extract<CallEvent, { readonly type: 'turn.measured' }>;

/** One registry a server. */
export function createMetrics({ state, log, spanCounts }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const { gauge, counter } = createReadFigures(registry);
  gauge('repartee_ready', '1: takes calls.', () => (state().isReady ? 1 : 0));
  gauge('repartee_calls', 'Calls in progress.', () => state().countCalls);
  gauge('repartee_sockets', 'Sockets open.', () => state().countSockets);
  counter('repartee_calls_started_total', 'Calls that began.', () => state().counters.countCallsStarted);
  counter('repartee_calls_failed_total', 'Calls ended by an internal error.', () => state().counters.countCallsFailed);
  counter('repartee_sockets_refused_total', 'Sockets turned away.', () => state().counters.countSocketsRefused);
  counter(
    'repartee_messages_refused_total',
    'Messages that failed validation.',
    () => state().counters.countMessagesRefused,
  );
  const turnSeconds = new Histogram({
    name: 'repartee_turn_seconds',
    help: 'From the end of the words of the caller to the first audio, or first words.',
    labelNames: ['draft'],
    buckets: bucketsS,
    registers,
  });
  const turnDrafts = new Counter({
    name: 'repartee_turn_drafts_total',
    help: 'Turns by what became of their draft.',
    labelNames: ['draft'],
    registers,
  });
  for (const draft of ['hit', 'repaired', 'missed']) turnDrafts.inc({ draft }, 0);
  const drafts = new Counter({
    name: 'repartee_drafts_total',
    help: 'Drafts before the commit of their turn: written, or held after their first pass of the model.',
    labelNames: ['state'],
    registers,
  });
  const draftForwards = new Counter({
    name: 'repartee_draft_forwards_total',
    help: 'Passes of the model before the commit of their turn, by whether the reply went on from their draft.',
    labelNames: ['use'],
    registers,
  });
  for (const state of ['written', 'held']) drafts.inc({ state }, 0);
  for (const use of ['kept', 'dropped']) draftForwards.inc({ use }, 0);
  const stageSeconds = new Histogram({
    name: 'repartee_stage_seconds',
    help: 'Time of turns by stage.',
    labelNames: ['stage'],
    buckets: bucketsS,
    registers,
  });
  const overruns = new Counter({
    name: 'repartee_stage_overruns_total',
    help: 'Turns in which a stage took more than its budget.',
    labelNames: ['stage'],
    registers,
  });
  const toolErrors = new Counter({
    name: 'repartee_tool_errors_total',
    help: 'Runs of tools that ended in an error, by its code; tool-timeout: the tool took too long.',
    labelNames: ['tool', 'code'],
    registers,
  });
  if (spanCounts !== undefined) {
    counter('repartee_spans_exported_total', 'Spans that the collector took.', () => spanCounts().countExported);
    counter('repartee_spans_dropped_total', 'Spans that it did not take in time.', () => spanCounts().countDropped);
  }
  let calls: CallSource | undefined;
  processRegistry();
  const remote = createRemoteMetrics(registry, log);
  const engine = createEngineMetrics(registry, () => calls?.engineStats?.());

  function countDrafts({ begun, held, forwards, forwardsKept }: NonNullable<Measured['drafts']>): void {
    drafts.inc({ state: 'written' }, begun - held);
    drafts.inc({ state: 'held' }, held);
    draftForwards.inc({ use: 'kept' }, forwardsKept);
    draftForwards.inc({ use: 'dropped' }, forwards - forwardsKept);
  }

  function count({ turn, draft, drafts: counts, totalMs, partsUs }: Measured, callId: string): void {
    turnDrafts.inc({ draft });
    if (counts) countDrafts(counts);
    turnSeconds.observe({ draft }, totalMs / 1000);
    for (const [stage, us] of Object.entries(partsUs)) stageSeconds.observe({ stage }, us / 1e6);
    for (const { stage, tookUs, budgetUs } of findOverruns(partsUs, totalMs)) {
      overruns.inc({ stage });
      if (stage === 'unexplained') log('turn.unexplained', { callId, turn, tookUs, budgetUs });
    }
  }

  return {
    ...engine,
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    render: () => Registry.merge([registry, processRegistry()]).metrics(),
    watch(watched) {
      calls = watched;
      return {
        ...watched,
        openCall: (options) =>
          watched.openCall({
            ...options,
            report(event) {
              options.report(event);
              remote.observe(event, options.callId);
              if (event.type === 'turn.measured') count(event, options.callId);
              if (event.type === 'tool.ended' && event.error !== undefined)
                toolErrors.inc({ tool: event.name, code: event.code ?? 'tool-failed' });
            },
          }),
      };
    },
  };
}
