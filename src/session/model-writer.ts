// The conversation's writer, done by the engine: drafts as it has them, told as they grow.

import { fromCallback } from 'xstate';
import type { Agent } from '../agent/agent.ts';
import type { WriteRequest, WriterCommand } from '../conversation/writer.ts';
import type { DraftState } from '../engine/sequence.ts';
import { toMessage, unreachable } from '../errors.ts';
import type { CallObserver } from '../recording/observer.ts';
import { type Beginning, type ModelParts, openSequence } from './agent-sequence.ts';
import { createLocalDesk } from './local-desk.ts';

/** The observer sees each request and each state. */
export function createModelWriter(parts: ModelParts, first: Agent, beginning: Beginning, observer: CallObserver) {
  return fromCallback<WriterCommand>(({ receive, sendBack }) => {
    const desk = createLocalDesk(parts, beginning, openSequence(parts, first, beginning.first));
    let running: AbortController | undefined;
    receive((command) => {
      switch (command.type) {
        case 'write': {
          running?.abort();
          running = new AbortController();
          observer.asked(command.request);
          void write(command.request, running.signal);
          return;
        }
        case 'promote':
        case 'resume':
          return desk.wish(command);
        case 'cancel':
          running?.abort();
          return;
        default:
          unreachable(command);
      }
    });

    async function write(request: WriteRequest, signal: AbortSignal): Promise<void> {
      try {
        let before: DraftState | undefined;
        for await (const { draft, state } of desk.write(request, signal)) {
          observer.answered({ draft, state, before });
          sendBack({ type: 'draft.grew', draft });
          before = state;
        }
      } catch (error) {
        if (!signal.aborted) sendBack({ type: 'draft.failed', id: request.id, message: toMessage(error) });
      }
    }

    return () => {
      running?.abort();
      desk.close();
    };
  });
}
