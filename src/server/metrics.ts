// Calls and their measured turns in, the text of /metrics out (Prometheus text format 0.0.4). Knows no words of a call.

import type { CallEvent } from '../events.ts';
import { findOverruns } from '../trace/stages.ts';
import type { AdmissionState } from './admission.ts';
import type { CallSource } from './open-call.ts';

export interface Metrics {
  /** The same calls, with each measured turn counted. */
  watch(calls: CallSource): CallSource;
  render(state: AdmissionState): string;
}

/** Upper ends of the buckets of a turn's time. */
const bucketsMs = [1, 5, 10, 25, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2500, 5000];

type Measured = Extract<CallEvent, { readonly type: 'turn.measured' }>;

interface Turns {
  /** At or below each of `bucketsMs`. */
  readonly counts: number[];
  count: number;
  sumUs: number;
}

export function createMetrics(): Metrics {
  const turnsByDraft = new Map<Measured['draft'], Turns>();
  const usByStage = new Map<string, number>();
  const overrunsByStage = new Map<string, number>();

  function count({ draft, totalMs, partsUs }: Measured): void {
    const turns = turnsByDraft.get(draft) ?? { counts: bucketsMs.map(() => 0), count: 0, sumUs: 0 };
    turnsByDraft.set(draft, turns);
    for (const [index, mostMs] of bucketsMs.entries())
      if (totalMs <= mostMs) turns.counts[index] = (turns.counts[index] ?? 0) + 1;
    turns.count++;
    turns.sumUs += Math.round(totalMs * 1000);
    for (const [stage, us] of Object.entries(partsUs)) usByStage.set(stage, (usByStage.get(stage) ?? 0) + us);
    for (const { stage } of findOverruns(partsUs, totalMs))
      overrunsByStage.set(stage, (overrunsByStage.get(stage) ?? 0) + 1);
  }

  function* renderTurns(): Generator<string> {
    const name = 'repartee_turn_seconds';
    yield* describe(name, 'histogram', 'From the end of the words of the caller to the first audio, or first words.');
    for (const [draft, { counts, count, sumUs }] of turnsByDraft) {
      for (const [index, mostMs] of bucketsMs.entries())
        yield `${name}_bucket{draft="${draft}",le="${mostMs / 1000}"} ${counts[index] ?? 0}`;
      yield `${name}_bucket{draft="${draft}",le="+Inf"} ${count}`;
      yield `${name}_sum{draft="${draft}"} ${sumUs / 1e6}`;
      yield `${name}_count{draft="${draft}"} ${count}`;
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
            if (event.type === 'turn.measured') count(event);
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
        ...renderTurns(),
        ...renderStages('repartee_stage_seconds_total', 'Time of turns by stage.', usByStage, 1e6),
        ...renderStages(
          'repartee_stage_overruns_total',
          'Turns in which a stage took more than its budget.',
          overrunsByStage,
          1,
        ),
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

function renderStages(name: string, help: string, values: ReadonlyMap<string, number>, unit: number): string[] {
  return [
    ...describe(name, 'counter', help),
    ...[...values].map(([stage, value]) => `${name}{stage="${stage}"} ${value / unit}`),
  ];
}
