// A recorded call in, its drafts decoded anew out: the engine is asked what it was asked, and must come to the same
// states.

import type { Agent } from '../agent/agent.ts';
import type { Draft, WriteRequest } from '../conversation/writer.ts';
import type { PromptPrefix } from '../engine/sequence.ts';
import { type ModelParts, openSequence } from '../session/agent-sequence.ts';
import type { RecordedEvent } from '../trace/format/call-file.ts';
import { type Difference, toSortedJson } from './replay-call.ts';

export interface Redecoding {
  readonly countDrafts: number;
  /** Decoded as recorded, step by step. */
  readonly countStates: number;
  readonly difference?: Difference;
}

export interface RedecodeOptions {
  readonly model: ModelParts;
  readonly agent: Agent;
  readonly promptPrefixOf: (agent: Agent) => PromptPrefix;
  /** In order, as replayCall tells of them. */
  readonly asked: readonly WriteRequest[];
  readonly events: readonly RecordedEvent[];
}

type Stepped = Extract<RecordedEvent, { type: 'draft.stepped' }>;

/** Decodes each draft as far as it came when it was recorded. Throws EngineError. */
export async function redecodeCall({
  model,
  agent,
  promptPrefixOf,
  asked,
  events,
}: RedecodeOptions): Promise<Redecoding> {
  const recorded = new Map<number, Stepped[]>();
  for (const event of events)
    if (event.type === 'draft.stepped') recorded.set(event.draft, [...(recorded.get(event.draft) ?? []), event]);
  let desk = openSequence(model, agent, promptPrefixOf(agent));
  const decoded = new Map<number, Draft>();
  let countStates = 0;
  try {
    for (const request of asked) {
      const steps = recorded.get(request.id) ?? [];
      if (steps.length === 0) continue;
      if (request.agent !== desk.agent) {
        desk.sequence.close();
        desk = openSequence(model, request.agent, promptPrefixOf(request.agent));
      }
      const { sequence, toDraftRequest, toDraft } = desk;
      // Whatever was held then, is told by how far it came.
      const { previous, holdBelow, ...rest } = request;
      const from = previous && decoded.get(previous.id);
      let index = 0;
      for await (const state of sequence.draft(toDraftRequest({ ...rest, ...(from ? { previous: from } : {}) }))) {
        const step = steps[index++];
        if (step === undefined) break;
        const draft = toDraft(state, request);
        decoded.set(request.id, draft);
        const [was, is] = [toJson(step), toJson({ ...draft, step: draft.countForwards })];
        if (was !== is)
          return {
            countDrafts: decoded.size,
            countStates,
            difference: { atMs: step.atMs, recorded: was, replayed: is },
          };
        countStates++;
        if (index === steps.length) break;
      }
    }
    return { countDrafts: decoded.size, countStates };
  } finally {
    desk.sequence.close();
  }
}

/**
 * What a state decided, and in how many forwards; probabilities differ in their last digits from one processor to
 * another.
 */
function toJson({
  act,
  text,
  isDone,
  step,
  countSteps,
}: Pick<Stepped, 'act' | 'text' | 'isDone' | 'step' | 'countSteps'>): string {
  return toSortedJson({ act, text, isDone, step, countSteps });
}
