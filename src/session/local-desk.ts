// The local model's place in one call, where another model may write: opened when it is first asked for something.

import type { Draft, WriteRequest, WriterCommand } from '../conversation/writer.ts';
import type { DraftState } from '../engine/sequence.ts';
import { EngineError } from '../errors.ts';
import { type AgentSequence, type Beginning, type ModelParts, openSequence } from './model-writer.ts';

export type Wish = Extract<WriterCommand, { readonly type: 'promote' | 'resume' }>;

export interface LocalDesk {
  /** States of one draft; the one before it is over. Throws EngineError, and what the agent's instructions throw. */
  write(
    request: WriteRequest,
    signal: AbortSignal,
  ): AsyncIterable<{ readonly draft: Draft; readonly state: DraftState }>;
  /** As the conversation asks: the request is of a committed turn; its caller has probably ended. */
  wish(command: Wish): void;
  close(): void;
}

export function createLocalDesk(parts: ModelParts, beginning: Beginning): LocalDesk {
  let current: AgentSequence | undefined;
  let wish: Wish | undefined;
  return {
    async *write(request, signal) {
      const promptPrefix = await beginning.promptPrefixOf(request.agent);
      if (signal.aborted) return;
      if (current?.agent !== request.agent || current.promptPrefix !== promptPrefix) {
        current?.sequence.close();
        current = openSequence(parts, request.agent, promptPrefix);
      }
      const { sequence, toDraftRequest, toDraft } = current;
      let isFirst = true;
      for await (const state of sequence.draft({ ...toDraftRequest(request), signal })) {
        if (signal.aborted) return;
        // What was wished before the engine had the request is not known to it.
        if (isFirst && wish?.id === request.id) sequence[wish.type]();
        isFirst = false;
        if (!request.acts.includes(state.act))
          throw new EngineError(
            'act-not-allowed',
            `the model decided to ${state.act} where it may only ${request.acts.join(' or ')}`,
          );
        yield { draft: toDraft(state, request), state };
      }
    },
    wish(command) {
      wish = command;
      current?.sequence[command.type]();
    },
    close: () => current?.sequence.close(),
  };
}
