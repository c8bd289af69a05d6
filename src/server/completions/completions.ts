// Replies and filled gaps for HTTP clients, by the engine that answers calls: requests in, growing text out. Knows no
// HTTP.

import { randomInt } from 'node:crypto';
import { infill } from '../../engine/decoding/infill.ts';
import { spellAsGiven } from '../../engine/prompt/given-names.ts';
import type { Prompt } from '../../engine/prompt/prompt.ts';
import type { Act, DraftState, Engine, PromptPrefix, Sequence } from '../../engine/sequence.ts';
import { isOwnTokenizer, type Tokenizer } from '../../engine/tokenizer/tokenizer.ts';
import { EngineError, RuntimeError, toMessage } from '../../errors.ts';
import type { ChatRequest, FillRequest } from './completion-requests.ts';
import { toDialogue } from './messages.ts';
import { stopAt } from './stop-at.ts';
import { toOffer } from './tools.ts';

export interface CompletionParts {
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  readonly prompt: Prompt;
  readonly modelName: string;
}

export interface Completion {
  /** What will not change any more. */
  readonly text: string;
  readonly call?: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
  readonly isDone: boolean;
  readonly isTruncated: boolean;
  readonly countContextTokens: number;
  readonly countTokens: number;
  readonly countForwards: number;
}

export interface Completions {
  readonly modelName: string;
  /** Throws RuntimeError `request-invalid`, EngineError. */
  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<Completion>;
  /** The text between `prompt` and `suffix`. Throws EngineError. */
  fill(request: FillRequest, signal: AbortSignal): AsyncIterable<Completion>;
}

const MAX_SEED = 2 ** 31;

/** All at the priority of drafts: no caller of a voice call waits for an HTTP client. */
export function createCompletions({ engine, tokenizer, prompt, modelName }: CompletionParts): Completions {
  async function* chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<Completion> {
    const { tools, mustCall, form } = toOffer(request, prompt.limits);
    const { instructions, messages } = toDialogue(request.messages, prompt.limits);
    const prefix = prompt.renderPrefix({ instructions, tools });
    const context = [...prefix, ...prompt.renderMessages(messages, tools)];
    const { temperature, top_p: topP, seed = randomInt(MAX_SEED), latency_ms: latencyBudgetMs } = request;
    const maxTokens = request.max_completion_tokens ?? request.max_tokens;
    const acts: Act[] = mustCall ? ['call'] : tools.length > 0 ? ['say', 'call'] : ['say'];
    const written = write({ prefix, tools }, context.length, (sequence) =>
      sequence.draft({
        context,
        acts,
        priority: 'draft',
        signal,
        effort: request.effort ?? (temperature > 0 ? 'autoregressive' : 'low'),
        ...(temperature > 0 ? { sampling: { temperature, topP, seed } } : {}),
        ...(latencyBudgetMs === undefined ? {} : { latencyBudgetMs }),
        ...(maxTokens === undefined ? {} : { maxTokens }),
      }),
    );
    yield* stopAt(spell(written), request.stop);

    async function* spell(states: AsyncIterable<Completion>): AsyncIterable<Completion> {
      try {
        for await (const { call: decoded, ...completion } of states) {
          const call = decoded && spellAsGiven(decoded, tools, messages);
          if (call === undefined) yield completion;
          else if (call.name === form?.name) yield { ...completion, text: JSON.stringify(call.arguments) };
          else yield { ...completion, call };
        }
      } catch (error) {
        // It is asked for under another name.
        const of = `tool ${form?.name}: `;
        if (!(error instanceof RuntimeError && form && toMessage(error).startsWith(of))) throw error;
        throw new EngineError(error.code, `response_format: ${toMessage(error).slice(of.length)}`);
      }
    }
  }

  async function* fill(request: FillRequest, signal: AbortSignal): AsyncIterable<Completion> {
    const { effort, max_tokens: maxTokens } = request;
    if (!isOwnTokenizer(tokenizer))
      throw new EngineError('infill-unsupported', `${modelName} was not trained to fill gaps: leave out suffix`);
    const { specials } = tokenizer;
    const gap = {
      context: [specials.bos],
      before: tokenizer.encode(` ${request.prompt.trim()}`),
      after: tokenizer.encode(` ${request.suffix.trim()}`),
      maxTokens,
    };
    const written = write({ prefix: [specials.bos], tools: [] }, gap.before.length + gap.after.length, (sequence) =>
      infill(sequence, specials, gap, { effort, priority: 'draft', signal }),
    );
    yield* stopAt(written, request.stop);
  }

  async function* write(
    promptPrefix: PromptPrefix,
    countContextTokens: number,
    start: (sequence: Sequence) => AsyncIterable<DraftState>,
  ): AsyncIterable<Completion> {
    const sequence = engine.open(promptPrefix);
    try {
      for await (const state of start(sequence)) yield { ...toCompletion(state, promptPrefix), countContextTokens };
    } finally {
      sequence.close();
    }
  }

  function toCompletion(state: DraftState, { tools }: PromptPrefix): Omit<Completion, 'countContextTokens'> {
    const { isDone, isTruncated, countForwards, tokens } = state;
    const call = isDone && state.act === 'call' ? prompt.parseCall(tokenizer.decode(tokens), tools) : undefined;
    const stable = tokenizer.decode(isDone ? tokens : tokens.slice(0, state.countStable)).trimStart();
    return {
      // The next token may still lengthen the last word.
      text: state.act === 'call' ? '' : isDone ? stable : stable.slice(0, Math.max(0, stable.lastIndexOf(' '))),
      ...(call ? { call } : {}),
      isDone,
      isTruncated,
      countTokens: tokens.length,
      countForwards,
    };
  }

  return { modelName, chat, fill };
}
