// Takes dialogues, gives the places in them where a model is asked what it would do: whole caller turns, cut ones, and
// results.

import type { Random } from '../src/base/random.ts';
import { type Message, type Prompt, type PromptTool, plain } from '../src/engine/prompt/prompt.ts';
import { toSpacedJson } from '../src/engine/prompt/spaced-json.ts';
import type { PromptPrefix } from '../src/engine/sequence.ts';
import type { Dialogue } from '../training/dialogues.ts';
import { type Entity, entitiesOf } from './model-entities.ts';

/** What the agent of the dialogue did; at a cut turn: what it should have done. */
export type Reference =
  | { readonly act: 'say'; readonly text: string; readonly entities: readonly Entity[] }
  | { readonly act: 'call'; readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }
  | { readonly act: 'wait' };

export interface Point {
  /** What the context ends with. */
  readonly after: 'turn' | 'cut' | 'result';
  /** Everything before the act, the prompt prefix included. */
  readonly context: readonly number[];
  /** The dialogue so far, as the context has it. */
  readonly heard: readonly Message[];
  readonly reference: Reference;
}

export interface EvaluatedDialogue {
  readonly id: string;
  readonly tools: readonly PromptTool[];
  readonly promptPrefix: PromptPrefix;
  readonly points: readonly Point[];
}

/**
 * Every reply and call that answers a caller's turn or a result, the history as it was; before each turn of two words
 * or more, the turn cut somewhere.
 */
export function toPoints(dialogue: Dialogue, prompt: Prompt, random: Random): EvaluatedDialogue {
  const tools = dialogue.tools.slice(0, prompt.limits.maxTools);
  const { instructions } = dialogue;
  const prefix = prompt.renderPrefix({ instructions, tools });
  const promptPrefix = { prefix, tools: tools.map(({ name, parameters }) => ({ name, parameters })) };
  const render = (message: Message) => prompt.renderMessages([asHeard(message)], tools);
  const points: Point[] = [];
  let context: readonly number[] = prefix;
  const heard = dialogue.messages.map(asHeard);
  for (const [index, message] of dialogue.messages.entries()) {
    const before = dialogue.messages[index - 1];
    const after = before?.role === 'user' ? 'turn' : before?.role === 'result' ? 'result' : undefined;
    const cut = message.role === 'user' ? cutTurn(message.text, random) : undefined;
    if (cut !== undefined)
      points.push({
        after: 'cut',
        context: [...context, ...render({ role: 'user', text: cut })],
        heard: [...heard.slice(0, index), { role: 'user', text: cut }],
        reference: { act: 'wait' },
      });
    const reference = toReference(message, dialogue.messages.slice(0, index));
    if (after !== undefined && reference !== undefined)
      points.push({ after, context, heard: heard.slice(0, index), reference });
    context = [...context, ...render(message)];
  }
  return { id: dialogue.id, tools, promptPrefix, points };
}

/** Turns as a recogniser sends them, results as the runtime writes them. */
function asHeard(message: Message): Message {
  if (message.role === 'user') return { role: 'user', text: plain(message.text) };
  return message.role === 'result' ? { role: 'result', content: respace(message.content) } : message;
}

function respace(content: string): string {
  try {
    return toSpacedJson(JSON.parse(content));
  } catch {
    return content;
  }
}

/** At least one word is heard, at least one is still to come. */
function cutTurn(text: string, random: Random): string | undefined {
  const words = plain(text).split(' ');
  return words.length < 2 ? undefined : words.slice(0, 1 + Math.floor(random() * (words.length - 1))).join(' ');
}

function toReference(message: Message, before: readonly Message[]): Reference | undefined {
  if (message.role === 'call') return { act: 'call', name: message.name, arguments: message.arguments };
  if (message.role !== 'say') return undefined;
  const turn = before.findLast((one) => one.role === 'user');
  const last = before.at(-1);
  const result = last?.role === 'result' ? last.content : undefined;
  return { act: 'say', text: message.text, entities: entitiesOf(message.text, turn?.text, result) };
}
