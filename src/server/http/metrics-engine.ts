// What the engine says of itself, as metrics: its queue, its memory, and what became of draft tokens.

import { Counter, Histogram, type Registry } from 'prom-client';
import type { DraftState, EngineStats } from '../../engine/sequence.ts';
import { createReadFigures } from './metrics-read.ts';

export interface EngineMetrics {
  /** To be told of each draft, when it is over, its last state. */
  draftEnded(last: Pick<DraftState, 'spentUs' | 'countProposed' | 'countAccepted'>): void;
}

/** Upper ends of the buckets of a time, seconds. */
export const bucketsS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2.5, 5];

/** All 0 while `stats` gives none: there is no engine yet. */
export function createEngineMetrics(registry: Registry, stats: () => EngineStats | undefined): EngineMetrics {
  const registers = [registry];
  const { gauge, counter } = createReadFigures(registry);
  gauge('repartee_engine_sequences', 'Sequences that are open in the engine.', () => stats()?.countSequences ?? 0);
  gauge('repartee_engine_queue_length', 'Forward passes that wait for the model.', () => stats()?.countWaiting ?? 0);
  gauge(
    'repartee_engine_wait_seconds',
    'What a turn that is committed now would wait for others, predicted.',
    () => (stats()?.waitMs ?? 0) / 1000,
  );
  gauge(
    'repartee_engine_forward_seconds',
    'Time of a forward pass, moving average.',
    () => (stats()?.forwardMs ?? 0) / 1000,
  );
  gauge('repartee_engine_kv_bytes', 'Keys and values of all sequences.', () => stats()?.kvBytes ?? 0);
  counter(
    'repartee_engine_forwards_total',
    'Forward passes since the thread of the engine started.',
    () => stats()?.countForwards ?? 0,
  );
  counter(
    'repartee_engine_restarts_total',
    'Threads of the engine that were started in place of one that died.',
    () => stats()?.countRestarts ?? 0,
  );
  counter(
    'repartee_engine_pass_restarts_total',
    'Threads that run forward passes and were started in place of one that died, since that of the engine started.',
    () => stats()?.countPassRestarts ?? 0,
  );
  const queueSeconds = new Histogram({
    name: 'repartee_engine_queue_seconds',
    help: 'What a draft waited, all its forward passes together: for the thread of the engine, and for other sequences.',
    buckets: bucketsS,
    registers,
  });
  const proposed = new Counter({
    name: 'repartee_draft_tokens_proposed_total',
    help: 'Draft tokens that were held against the model.',
    registers,
  });
  const accepted = new Counter({
    name: 'repartee_draft_tokens_accepted_total',
    help: 'Draft tokens that the model let stand.',
    registers,
  });
  return {
    draftEnded({ spentUs, countProposed, countAccepted }) {
      queueSeconds.observe(spentUs.queue / 1e6);
      proposed.inc(countProposed);
      accepted.inc(countAccepted);
    },
  };
}
