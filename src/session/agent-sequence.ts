// An agent's place in the engine, and the translation between what the conversation says and what the engine says of
// the same: lines become tokens, states become drafts.

import type { Agent, Moment } from '../agent/agent.ts';
import type { Line } from '../conversation/transcript.ts';
import type { Draft, WriteRequest } from '../conversation/writer.ts';
import { spellAsGiven } from '../engine/prompt/given-names.ts';
import type { Message, Prompt } from '../engine/prompt/prompt.ts';
import { toSpacedJson } from '../engine/prompt/spaced-json.ts';
import type { DraftRequest, DraftState, Engine, Priority, PromptPrefix, Sequence } from '../engine/sequence.ts';
import type { Tokenizer } from '../engine/tokenizer/tokenizer.ts';
import { unreachable } from '../errors.ts';
import { createSpokenArguments } from './spoken-arguments.ts';

export interface ModelParts {
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  readonly prompt: Prompt;
}

/** What the model reads before all that was said. */
export interface Beginning {
  /** Of the agent that answers first. */
  readonly first: PromptPrefix;
  /** Of whoever answers next; it may be another one than before. A promise that rejects fails the draft. */
  promptPrefixOf(agent: Agent): PromptPrefix | Promise<PromptPrefix>;
}

const priorityByPurpose: Readonly<Record<WriteRequest['purpose'], Priority>> = {
  draft: 'draft',
  committed: 'committed',
  step: 'step',
};

const momentByPurpose: Readonly<Record<WriteRequest['purpose'], Moment>> = {
  draft: 'draft',
  committed: 'reply',
  step: 'step',
};

/** An agent's place in the engine. */
export interface AgentSequence extends Translation {
  readonly agent: Agent;
  readonly promptPrefix: PromptPrefix;
  readonly sequence: Sequence;
}

/** Throws EngineError. */
export function openSequence(parts: ModelParts, agent: Agent, promptPrefix: PromptPrefix): AgentSequence {
  return {
    agent,
    promptPrefix,
    sequence: parts.engine.open(promptPrefix),
    ...createTranslation(parts, agent, promptPrefix),
  };
}

interface Translation {
  toDraftRequest(request: WriteRequest): DraftRequest;
  /** `request`: what it answers. */
  toDraft(state: DraftState, request: WriteRequest): Draft;
}

/** Between what the conversation says and what the engine says of the same. */
function createTranslation(parts: ModelParts, agent: Agent, promptPrefix: PromptPrefix): Translation {
  const spoken = createSpokenArguments(agent);
  const messages = new WeakMap<Line, Message>();

  /** Lines don't change: the prompt knows a message again by its identity. */
  function messageOf(line: Line): Message {
    const message = messages.get(line) ?? toModelMessage(line);
    messages.set(line, message);
    return message;
  }

  function toDraftRequest({ lines, purpose, acts, holdBelow, previous }: WriteRequest): DraftRequest {
    const context = [...promptPrefix.prefix, ...parts.prompt.renderMessages(lines.map(messageOf), agent.tools)];
    const mayCall = acts.includes('call');
    const given = mayCall ? spoken.given(lines) : undefined;
    return {
      context,
      ...(given ? { given } : {}),
      ...(mayCall ? { likely: spoken.likely(lines) } : {}),
      ...toWork(agent, momentByPurpose[purpose]),
      acts,
      priority: priorityByPurpose[purpose],
      isSliding: true,
      ...(holdBelow === undefined ? {} : { holdBelow }),
      ...(previous && previous.tokens.length > 0 ? { previous: previous.tokens } : {}),
    };
  }

  function toDecidedCall(text: string, { argumentConfidences = {} }: DraftState, lines: readonly Line[]) {
    const decoded = parts.prompt.parseCall(text, agent.tools);
    return decoded && { ...spoken.ground(spellAsGiven(decoded, agent.tools, lines), lines), argumentConfidences };
  }

  function toDraft(state: DraftState, { id, lines }: WriteRequest): Draft {
    const { act, isDone } = state;
    const text = parts.tokenizer.decode(state.tokens).trim();
    const stable = parts.tokenizer.decode(state.tokens.slice(0, state.countStable)).trimStart();
    const facts = {
      id,
      text,
      stableText: isDone ? text : toWholeWords(stable),
      pEndOfTurn: state.pEndOfTurn,
      pWait: state.pWait,
      countForwards: state.countForwards,
      countSteps: state.countSteps,
      countReused: state.countReused,
      tokens: [...parts.prompt.opening(act), ...state.tokens],
    };
    if (!isDone) return { ...facts, isDone, act };
    switch (act) {
      case 'say':
        return { ...facts, isDone, act, callFollows: state.pCallNext > 0.5 };
      case 'call':
        return { ...facts, isDone, act, decided: toDecidedCall(text, state, lines) };
      case 'wait':
        return { ...facts, isDone, act };
      default:
        return unreachable(act);
    }
  }

  return { toDraftRequest, toDraft };
}

function toWork(
  { effort, latencyBudgetMs, effortBy }: Agent,
  moment: Moment,
): Pick<DraftRequest, 'effort' | 'latencyBudgetMs'> {
  return { effort, ...(latencyBudgetMs === undefined ? {} : { latencyBudgetMs }), ...effortBy[moment] };
}

export function toModelMessage(line: Line): Message {
  return line.role === 'result' ? { role: 'result', content: toSpacedJson(JSON.parse(line.content)) } : line;
}

/** The next token may still lengthen the last word. */
export function toWholeWords(text: string): string {
  return text.slice(0, Math.max(0, text.lastIndexOf(' ')));
}
