// What a model over the network answered, as a draft of the conversation: words that may be spoken, calls with what
// callers said. Knows no network.

import type { Agent } from '../agent/agent.ts';
import type { ToolCall } from '../conversation/transcript.ts';
import type { DecidedCall, Draft, WriteRequest } from '../conversation/writer.ts';
import { spellAsGiven } from '../engine/prompt/given-names.ts';
import { toSpacedJson } from '../engine/prompt/spaced-json.ts';
import { toModelMessage, toWholeWords } from './agent-sequence.ts';
import { createSpokenArguments, type SpokenArguments } from './spoken-arguments.ts';

type Facts = Pick<Draft, 'id' | 'pEndOfTurn' | 'countForwards'>;

/** Nothing was written yet: what is told is how likely the caller's turn is over. */
export function toListeningDraft(facts: Facts): Draft {
  return { ...toFacts(facts, '', ''), isDone: false, act: 'say' };
}

/** Words that more may follow. */
export function toGrowingDraft(facts: Facts, text: string): Draft {
  const spoken = toSpoken(text);
  return { ...toFacts(facts, spoken, toWholeWords(spoken)), isDone: false, act: 'say' };
}

/** `isTruncated`: the last word may be half of one. */
export function toSayDraft(facts: Facts, text: string, callFollows: boolean, isTruncated: boolean): Draft {
  const spoken = isTruncated ? toWholeWords(toSpoken(text)) : toSpoken(text).trimEnd();
  return { ...toFacts(facts, spoken, spoken), isDone: true, act: 'say', callFollows };
}

export function toCallDraft(facts: Facts, decided: DecidedCall): Draft {
  const { name, arguments: args } = decided.call;
  return { ...toFacts(facts, `${name} ${toSpacedJson(args)}`, ''), isDone: true, act: 'call', decided };
}

/** Holds calls to what was said and given, as those of the local model are. */
export function createCallReader() {
  const spokenOf = new WeakMap<Agent, SpokenArguments>();
  return (call: ToolCall, { agent, lines }: WriteRequest): DecidedCall => {
    const spoken = spokenOf.get(agent) ?? createSpokenArguments(agent);
    spokenOf.set(agent, spoken);
    const messages = lines.map(toModelMessage);
    return { ...spoken.ground(spellAsGiven(call, agent.tools, messages), lines), argumentConfidences: {} };
  };
}

function toFacts(facts: Facts, text: string, stableText: string) {
  return { ...facts, text, stableText, pWait: 0, countSteps: 0, countReused: 0, tokens: [] };
}

/** Chats are written in lines; speech has none. What was words stays the same words as more comes. */
function toSpoken(text: string): string {
  return text.replace(/\s+/g, ' ').trimStart();
}
