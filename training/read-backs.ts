// Takes a dialogue whose agent reads calls back in its own words, gives it as the runtime plays it: the call is decided
// there, and the runtime reads it back. Knows no tokens.

import { describeCall } from '../src/agent/describe-call.ts';
import { createRandom } from '../src/base/random.ts';
import { type PromptTool, plain } from '../src/engine/prompt/prompt.ts';
import type { Dialogue, DialogueMessage, ToolCall } from './dialogues.ts';
import { toSeed } from './hearing.ts';

const CONVERTED_SHARE = 0.7;
/** Of the names in a call that a read-back must say. */
const SAID_SHARE = 0.6;
/** An earlier read-back of the same call, which the caller corrected, is at most so many messages before. */
const CORRECTED_WITHIN = 7;

const asks = /\b(confirm|correct|right\?|(look|sound)s? (right|good|ok(ay)?|alright)|good to go)\b/i;
const accepts =
  /^(\W*(oh|ok|okay|um|uh|well|great|cool|perfect|wonderful|awesome|excellent|nice|alright|all right),?)*\W*(yes|yeah|yep|yup|yea|sure|correct|right|exactly|absolutely|definitely|of course|indeed|please do|that('s| is) (right|correct|fine|perfect|good|great|it)|that (works|sounds|will work)|sounds (good|great|right|perfect|fine)|works for me|looks? (good|great|right|correct)|it('s| is) (all )?(good|right|correct)|it (works|sounds|looks)|(they|it|everything) (is|are|looks?|seems?) (good|right|correct|fine|perfect)|go ahead|great|perfect|ok|okay|good|fine|cool)\b/i;
const datePattern =
  /\b(today|tonight|tomorrow|week|weekend|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(st|nd|rd|th)|now|day|morning|afternoon|evening)\b/i;
const numberWords = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

/**
 * Which calls of the dialogue follow the agent's own read-back and a yes. Seven dialogues of ten that have any are
 * converted, the same ones each time.
 */
export function decideReadBacks(dialogue: Dialogue): Dialogue {
  if (createRandom(toSeed(`read-backs ${dialogue.id}`))() >= CONVERTED_SHARE) return dialogue;
  const { messages } = dialogue;
  const decisions = new Map<number, ToolCall>();
  for (const [index, call] of messages.entries()) {
    if (call.role === 'call' && isReadBack(messages, index))
      decisions.set(index, withoutInvented(dialogue, index, call));
  }
  const isAlways = ({ name }: PromptTool) =>
    messages.every((message, index) => message.role !== 'call' || message.name !== name || decisions.has(index));
  const confirmed = new Set(
    dialogue.tools
      .filter((tool) => [...decisions.values()].some(({ name }) => name === tool.name) && isAlways(tool))
      .map(({ name }) => name),
  );
  if (confirmed.size === 0) return dialogue;
  const kept = [...decisions].filter(([, { name }]) => confirmed.has(name));
  const corrected = kept.flatMap(([index]) => findCorrected(messages, index));
  return {
    ...dialogue,
    instructions: withoutConfirming(dialogue.instructions, confirmed),
    tools: dialogue.tools.map((tool) => (confirmed.has(tool.name) ? { ...tool, confirm: true } : tool)),
    messages: messages.map((message, index): DialogueMessage => {
      const made = kept.find(([at]) => at === index)?.[1];
      if (made !== undefined && message.role === 'call') return { role: 'call', ...made };
      const decided = kept.find(([at]) => at - 2 === index)?.[1];
      if (message.role !== 'say') return message;
      if (decided !== undefined) return { role: 'say', text: toReadBack(decided), decided };
      return corrected.includes(index) ? { ...message, isInterrupted: true } : message;
    }),
  };
}

/** As the runtime says it by default. */
function toReadBack({ name, arguments: values }: ToolCall): string {
  return `Please confirm: ${describeCall(name, values)}. Is that right?`;
}

function isReadBack(messages: readonly DialogueMessage[], index: number): boolean {
  const [said, answer, call] = [messages[index - 2], messages[index - 1], messages[index]];
  if (said?.role !== 'say' || answer?.role !== 'user' || call?.role !== 'call') return false;
  const isSaid = says(said.text, call);
  // Right after a result only a read-back with the call's names is one: "does your order look right?" may come before
  // the caller is done.
  const before = messages[index - 3]?.role;
  if (before !== 'user' && !(before === 'result' && isSaid)) return false;
  return accepts.test(answer.text) && (asks.test(said.text) || isSaid);
}

/** Does a text say most of a call's names, at least two? */
function says(text: string, call: ToolCall): boolean {
  const names = namesOf(call);
  const found = names.filter((name) => plain(text).includes(name));
  return found.length >= 2 && found.length >= names.length * SAID_SHARE;
}

/** Values that are said as they are written: no dates, times, numbers or flags. */
function namesOf(call: ToolCall): string[] {
  return Object.values(call.arguments).flatMap((value) =>
    typeof value === 'string' && !/^\d+([-:]\d+)*$/.test(value) && plain(value) !== '' ? [plain(value)] : [],
  );
}

/** Places of earlier read-backs of the call, which the caller corrected: their values are not known. */
function findCorrected(messages: readonly DialogueMessage[], index: number): number[] {
  const call = messages[index];
  if (call?.role !== 'call') return [];
  return messages.flatMap((message, at) =>
    at < index - 2 &&
    at >= index - CORRECTED_WITHIN &&
    message.role === 'say' &&
    asks.test(message.text) &&
    says(message.text, call)
      ? [at]
      : [],
  );
}

/** Leaves out optional numbers, dates and times that nobody had said before the read-back. */
function withoutInvented({ messages, tools }: Dialogue, index: number, call: ToolCall): ToolCall {
  const tool = tools.find(({ name }) => name === call.name);
  const required = Array.isArray(tool?.parameters.required) ? tool.parameters.required : [];
  const said = messages.slice(0, index - 2).flatMap((message) => {
    if (message.role === 'user' || message.role === 'say') return [message.text.toLowerCase()];
    return message.role === 'result' ? [message.content] : [Object.values(message.arguments).join(' ')];
  });
  const text = said.join('\n');
  const isSaid = (value: unknown): boolean => {
    if (typeof value === 'number') {
      const words = [
        String(value),
        numberWords[value] ?? '',
        ...(value === 1 ? ['a', 'an', 'myself'] : value === 2 ? ['couple', 'me and'] : []),
      ];
      return words.some((word) => word !== '' && new RegExp(`\\b${word}\\b`).test(text));
    }
    return (
      typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value) || text.includes(value) || datePattern.test(text)
    );
  };
  const kept = Object.entries(call.arguments).filter(([key, value]) => required.includes(key) || isSaid(value));
  return { name: call.name, arguments: Object.fromEntries(kept) };
}

/** The runtime reads back: what told the agent to do it is not said. */
function withoutConfirming(instructions: string, names: ReadonlySet<string>): string {
  return instructions
    .split(/(?<=\.) /)
    .filter(
      (sentence) =>
        !(/\b(confirm|read back|repeat)\b/i.test(sentence) && [...names].some((name) => sentence.includes(name))),
    )
    .join(' ');
}
