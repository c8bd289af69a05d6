// The engine's place in one call: one sequence at a time, which begins as the answering agent's calls do.

import type { Draft, WriteRequest, WriterCommand } from '../conversation/writer.ts';
import type { DraftState } from '../engine/sequence.ts';
import { EngineError } from '../errors.ts';
import { type AgentSequence, type Beginning, type ModelParts, openSequence } from './agent-sequence.ts';

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

/** @param current where the first agent is: opened already. Without it, nothing is before something is asked for. */
export function createLocalDesk(parts: ModelParts, beginning: Beginning, current?: AgentSequence): LocalDesk {
  let place = current;
  let wish: Wish | undefined;
  return {
    async *write(request, signal) {
      const { agent } = request;
      const asked = beginning.promptPrefixOf(agent);
      const promptPrefix = asked instanceof Promise ? await asked : asked;
      if (signal.aborted) return;
      if (place?.agent !== agent || place.promptPrefix !== promptPrefix) {
        const last = place;
        place = openSequence(parts, agent, promptPrefix);
        last?.sequence.close();
      }
      const { sequence, toDraftRequest, toDraft } = place;
      let isFirst = true;
      for await (const state of sequence.draft({ ...toDraftRequest(request), signal })) {
        if (signal.aborted) return;
        // What was wished before the engine had the request is not known to it.
        if (isFirst && wish?.id === request.id) sequence[wish.type]();
        isFirst = false;
        if (!request.acts.includes(state.act)) throw toForeignAct(state.act, request);
        yield { draft: toDraft(state, request), state };
      }
    },
    wish(command) {
      wish = command;
      place?.sequence[command.type]();
    },
    close: () => place?.sequence.close(),
  };
}

/** A model that talks where only a call may come, or calls where it may only talk: nothing of that is heard or done. */
function toForeignAct(act: DraftState['act'], { acts }: WriteRequest): EngineError {
  return new EngineError('act-not-allowed', `the model decided to ${act} where it may only ${acts.join(' or ')}`);
}
