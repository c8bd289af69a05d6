// What models over the network cost and how they fail, as metrics. No words of a call.

import { Counter, type Registry } from 'prom-client';
import type { CallEvent } from '../../events.ts';
import type { Log } from '../log.ts';

export interface RemoteMetrics {
  observe(event: CallEvent, callId: string): void;
}

export function createRemoteMetrics(registry: Registry, log: Log): RemoteMetrics {
  const registers = [registry];
  const answers = new Counter({
    name: 'repartee_model_answers_total',
    help: 'Answers of models over the network, by whether their words were used.',
    labelNames: ['model', 'use'],
    registers,
  });
  const tokens = new Counter({
    name: 'repartee_model_tokens_total',
    help: 'Tokens of those answers: input, of it cached_input, and output.',
    labelNames: ['model', 'use', 'kind'],
    registers,
  });
  const usd = new Counter({
    name: 'repartee_model_usd_total',
    help: 'What those answers cost at list prices, or at --model-prices, US dollars.',
    labelNames: ['model', 'use'],
    registers,
  });
  const faults = new Counter({
    name: 'repartee_model_faults_total',
    help: 'Answers of models over the network that could not be used, and what was done about it.',
    labelNames: ['model', 'fault', 'reaction'],
    registers,
  });
  return {
    observe(event, callId) {
      if (event.type === 'draft.billed') {
        const { model, use } = event;
        answers.inc({ model, use });
        tokens.inc({ model, use, kind: 'input' }, event.inputTokens);
        tokens.inc({ model, use, kind: 'cached_input' }, event.cachedTokens);
        tokens.inc({ model, use, kind: 'output' }, event.outputTokens);
        if (event.usd !== undefined) usd.inc({ model, use }, event.usd);
      }
      if (event.type === 'model.failed') {
        const { turn, model, fault, reaction, status } = event;
        faults.inc({ model, fault, reaction });
        log('model.failed', { callId, turn, model, fault, reaction, status });
      }
    },
  };
}
