// What a test lets the model decide: a say or a call for each step of a turn, instead of a model.

import type { Clock } from '../base/clock.ts';
import { toSpacedJson } from '../engine/prompt/spaced-json.ts';
import type { Engine, PromptPrefix } from '../engine/sequence.ts';
import type { OwnTokenizer } from '../engine/tokenizer/tokenizer.ts';
import { RuntimeError } from '../errors.ts';
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

/**
 * Decides for each draft and each reply: the same question must get the same answer. Names of tools and arguments as
 * the model knows them: snake_case.
 * @example
 * ```ts
 * const answers: Answers = ({ words, results }) => {
 *   if (results.length > 0) return { say: 'You are booked.' };
 *   return words.includes('dentist') ? { call: 'book_visit', arguments: { doctor: 'Ito' } } : { say: 'Which doctor?' };
 * };
 * ```
 */
export type Answers = (asked: Asked) => Answer;

/** A forward of the shipped model takes about so long. */
const FORWARD_MS = 20;
const COUNT_STEPS = 2;

export interface AnsweringOptions {
  readonly tokenizer: OwnTokenizer;
  readonly clock: Clock;
  readonly answers: Answers;
  /** Whose prompt it is. */
  readonly agentOf: (promptPrefix: PromptPrefix) => string;
  /** Told what `answers` threw, or that it calls what there is not: a call would go on with an apology. */
  readonly failed: (error: unknown) => void;
}

export function createAnsweringEngine(options: AnsweringOptions): Engine {
  const { tokenizer, clock, agentOf, failed } = options;
  const { user, result, end } = tokenizer.specials;

  function readAsked(context: readonly number[]): Omit<Asked, 'agent'> {
    const start = context.lastIndexOf(user);
    const textFrom = (from: number) => tokenizer.decode(context.slice(from + 1, context.indexOf(end, from))).trim();
    const results = context.flatMap((id, at) => (at > start && id === result ? [textFrom(at)] : []));
    return { words: start < 0 ? '' : textFrom(start), results };
  }

  function answerOf(asked: Asked, promptPrefix: PromptPrefix): Answer {
    try {
      const answer = options.answers(asked);
      checkAnswer(answer, asked.agent, promptPrefix);
      return answer;
    } catch (error) {
      failed(error);
      throw error;
    }
  }

  return createScriptedEngine(tokenizer, clock, (_, { context }, promptPrefix) => {
    const answer = answerOf({ agent: agentOf(promptPrefix), ...readAsked(context) }, promptPrefix);
    const costs = { prefillMs: FORWARD_MS, denoiseMs: FORWARD_MS, countSteps: COUNT_STEPS };
    if ('say' in answer) return { act: 'say', text: answer.say, ...costs };
    return { act: 'call', text: ` ${answer.call} ${toSpacedJson(answer.arguments)}`, ...costs };
  });
}

/** Throws RuntimeError `answer-invalid`. */
function checkAnswer(answer: unknown, agent: string, { tools }: PromptPrefix): void {
  const { say, call }: { say?: unknown; call?: unknown } = Object(answer);
  if (typeof say === 'string') return;
  const names = tools.map(({ name }) => name);
  if (typeof call === 'string' && names.includes(call)) return;
  const gave = call === undefined ? JSON.stringify(answer) : `a call of ${call}`;
  const expected = names.length === 0 ? 'there are no tools' : `its tools are ${names.join(', ')}`;
  throw new RuntimeError(
    'answer-invalid',
    `answers gave ${gave} for ${agent}: expected { say } or { call, arguments }; ${expected}`,
  );
}
