// The chunks of an answer in, its words, its call and its cost out, each as soon as it is known, and in time. What is
// no answer is a fault.

import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { isRecord } from '../base/is-record.ts';
import { parseJson } from '../base/parse-json.ts';
import { ModelFault } from './model-fault.ts';
import type { Usage } from './usage.ts';

export type AnswerPart =
  /** The server has taken the request. */
  | { readonly type: 'accepted' }
  /** All words so far. */
  | { readonly type: 'text'; readonly text: string }
  /**
   * It is complete; its count may follow. `isTruncated`: the server cut it off. Of several calls the first: the others
   * are decided anew, by what that one gives.
   */
  | {
      readonly type: 'finished';
      readonly text: string;
      readonly call: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> } | undefined;
      readonly isTruncated: boolean;
    }
  | { readonly type: 'counted'; readonly usage: Usage };

/** How long an answer may take, milliseconds. */
export interface AnswerTimes {
  /** From the request to its first word, or the first piece of its call. */
  readonly firstMs: number;
  /** Between two chunks, from then on. */
  readonly betweenMs: number;
  /** From the request to its end. */
  readonly totalMs: number;
}

export interface ReadAnswerOptions {
  /** Of the model, for faults. */
  readonly name: string;
  readonly open: (signal: AbortSignal) => Promise<AsyncIterable<unknown>>;
  readonly times: AnswerTimes;
  readonly clock: Clock;
  /** Ends the answer quietly. */
  readonly signal: AbortSignal;
}

/** Characters of words, or of a call's arguments: three minutes of speech. */
const MAX_ANSWER_LENGTH = 4000;

const count = z.int().min(0).nullish();
const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            tool_calls: z
              .array(
                z.object({
                  index: z.int().nullish(),
                  id: z.string().nullish(),
                  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z
    .object({
      prompt_tokens: count,
      completion_tokens: count,
      prompt_tokens_details: z.object({ cached_tokens: count }).nullish(),
    })
    .nullish(),
});

type Chunk = z.infer<typeof chunkSchema>;
type Delta = NonNullable<NonNullable<Chunk['choices']>[number]['delta']>;
type CallPiece = NonNullable<Delta['tool_calls']>[number];

/** Throws ModelFault. */
export async function* readAnswer({ name, open, times, clock, signal }: ReadAnswerOptions): AsyncIterable<AnswerPart> {
  const connection = new AbortController();
  const stop = () => connection.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const expire = (kind: ModelFault['kind'], what: string) => () =>
    connection.abort(new ModelFault(kind, `${name} ${what}`));
  const total = clock.setTimeout(expire('endless', `did not end its answer within ${times.totalMs} ms`), times.totalMs);
  let next = clock.setTimeout(expire('first-late', `did not answer within ${times.firstMs} ms`), times.firstMs);
  const wait = () => {
    clock.clearTimeout(next);
    next = clock.setTimeout(expire('stalled', `sent nothing for ${times.betweenMs} ms`), times.betweenMs);
  };
  const answer = createAnswer(name);
  try {
    const chunks = await open(connection.signal);
    yield { type: 'accepted' };
    for await (const chunk of chunks) {
      if (connection.signal.aborted) break;
      const parts = answer.take(chunk);
      // A server that thinks may keep the line warm: that is no answer yet.
      if (answer.hasBegun) wait();
      yield* parts;
      if (connection.signal.aborted) break;
    }
    if (!connection.signal.aborted && !answer.isFinished)
      throw new ModelFault('dropped', `${name} closed the connection within its answer`);
  } catch (error) {
    if (!connection.signal.aborted) throw error;
  } finally {
    clock.clearTimeout(next);
    clock.clearTimeout(total);
    signal.removeEventListener('abort', stop);
    connection.abort();
  }
  if (signal.aborted) return;
  if (connection.signal.reason instanceof ModelFault) throw connection.signal.reason;
}

/** An answer as it grows. */
function createAnswer(name: string) {
  let text = '';
  let call: { index: number; id: string; name: string; json: string } | undefined;
  let isFirstCall = true;
  let isFinished = false;

  const isLong = () => text.length > MAX_ANSWER_LENGTH || (call?.json.length ?? 0) > MAX_ANSWER_LENGTH;

  function finish(reason: string): AnswerPart {
    isFinished = true;
    const isTruncated = reason === 'length';
    if (call === undefined && text.trim() === '')
      throw new ModelFault('empty', `${name} ended its answer (${reason}) without a word`);
    return { type: 'finished', text, call: call && toCall(name, call), isTruncated };
  }

  function takePiece({ index, id, function: piece }: CallPiece): void {
    call ??= { index: index ?? 0, id: id ?? '', name: '', json: '' };
    // Where servers leave out the places of calls, ids tell them apart; where they don't, some make up an id a piece.
    if (index != null) isFirstCall = index === call.index;
    else if (id) isFirstCall = id === call.id;
    if (!isFirstCall) return;
    const called = piece?.name ?? '';
    // Some servers send it with each piece.
    if (called !== '' && call.name !== '' && called !== call.name)
      throw new ModelFault('call-garbled', `${name} named the tool of one call ${call.name}, then ${called}`);
    call.name ||= called;
    call.json += piece?.arguments ?? '';
  }

  return {
    get hasBegun() {
      return text !== '' || call !== undefined;
    },
    get isFinished() {
      return isFinished;
    },
    take(chunk: unknown): readonly AnswerPart[] {
      const parsed = chunkSchema.safeParse(chunk);
      if (!parsed.success) throw new ModelFault('garbled', `${name} sent a chunk that is none of a chat completion`);
      const { choices, usage } = parsed.data;
      const [choice] = choices ?? [];
      const parts: AnswerPart[] = [];
      const { content, tool_calls: calls } = choice?.delta ?? {};
      if (!isFinished && content) {
        text += content;
        parts.push({ type: 'text', text });
      }
      for (const piece of isFinished ? [] : (calls ?? [])) takePiece(piece);
      if (isLong()) throw new ModelFault('endless', `${name} answered more than ${MAX_ANSWER_LENGTH} characters`);
      if (!isFinished && choice?.finish_reason) parts.push(finish(choice.finish_reason));
      if (usage) parts.push({ type: 'counted', usage: toUsage(usage) });
      return parts;
    },
  };
}

/** No arguments at all are none. */
function toCall(model: string, { name, json }: { readonly name: string; readonly json: string }) {
  const args = json.trim() === '' ? {} : parseJson(json);
  if (isRecord(args)) return { name, arguments: args };
  throw new ModelFault('call-garbled', `${model} called ${name || 'a tool'} with arguments that are no JSON object`);
}

function toUsage(usage: NonNullable<Chunk['usage']>): Usage {
  const inputTokens = usage.prompt_tokens ?? 0;
  return {
    inputTokens,
    cachedTokens: Math.min(inputTokens, usage.prompt_tokens_details?.cached_tokens ?? 0),
    outputTokens: usage.completion_tokens ?? 0,
    isEstimated: false,
  };
}
