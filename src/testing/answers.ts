// What a test lets the model decide: a say or a call for each step of a turn, instead of a model.

import type { Clock } from '../base/clock.ts';
import type { Engine, Setting } from '../engine/sequence.ts';
import { toSpacedJson } from '../engine/spaced-json.ts';
import type { Tokenizer } from '../engine/tokenizer.ts';
import { createScriptedEngine } from './scripted-engine.ts';

export type Answer =
  | { readonly say: string }
  | { readonly call: string; readonly arguments: Readonly<Record<string, unknown>> };

/** Where the model stands when it is asked. */
export interface Asked {
  /** Name of the agent that answers: another one after a hand-off. */
  readonly agent: string;
  /** The caller's words of this turn so far, as the model reads them. */
  readonly words: string;
  /** Results of this turn's calls, in order, as JSON. */
  readonly results: readonly string[];
}

/** Decides for each draft and each reply: the same question must get the same answer. Names of tools and arguments as the model knows them: snake_case. */
export type Answers = (asked: Asked) => Answer;

/** A forward of the shipped model takes about so long. */
const forwardMs = 20;
const countSteps = 2;

/** `agentOf`: whose setting it is. */
export function createAnsweringEngine(
  tokenizer: Tokenizer,
  clock: Clock,
  answers: Answers,
  agentOf: (setting: Setting) => string,
): Engine {
  const { user, result, end } = tokenizer.specials;

  function readAsked(context: readonly number[]): Omit<Asked, 'agent'> {
    const start = context.lastIndexOf(user);
    const textFrom = (from: number) => tokenizer.decode(context.slice(from + 1, context.indexOf(end, from))).trim();
    const results = context.flatMap((id, at) => (at > start && id === result ? [textFrom(at)] : []));
    return { words: start < 0 ? '' : textFrom(start), results };
  }

  return createScriptedEngine(tokenizer, clock, (_, { context }, setting) => {
    const answer = answers({ agent: agentOf(setting), ...readAsked(context) });
    const costs = { prefillMs: forwardMs, denoiseMs: forwardMs, countSteps };
    if ('say' in answer) return { act: 'say', text: answer.say, ...costs };
    return { act: 'call', text: ` ${answer.call} ${toSpacedJson(answer.arguments)}`, ...costs };
  });
}
