// A reply as server-sent events: words as soon as they will not change, a call when it is whole.

import { streamSSE } from 'hono/streaming';
import type { Completion } from '../completions/completions.ts';
import { type ApiError, goneError, type Made, toMessageOf, toReason, toUsage } from './completion-answers.ts';
import type { HttpContext } from './http-context.ts';

export interface StreamOptions {
  readonly includesUsage: boolean;
  /** How an error is told that comes when the stream has begun. */
  readonly toError: (error: unknown) => ApiError;
}

/** Rejects with errors that come before the first state: they are the request's, and get a plain answer. */
export async function streamChat(
  context: HttpContext,
  made: Made,
  start: (signal: AbortSignal) => AsyncIterable<Completion>,
  { includesUsage, toError }: StreamOptions,
): Promise<Response> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  context.req.raw.signal.addEventListener('abort', stop, { once: true });
  const states = start(stopping.signal)[Symbol.asyncIterator]();
  const first = await states.next();
  if (first.done) throw goneError();
  let markOver = (): void => undefined;
  context.set(
    'streamed',
    new Promise<void>((resolve) => {
      markOver = resolve;
    }),
  );
  const response = streamSSE(context, async (events) => {
    events.onAbort(stop);
    const write = (value: unknown) => events.writeSSE({ data: JSON.stringify(value) });
    const chunk = (choices: readonly object[], usage: object | null) =>
      write({ ...made, object: 'chat.completion.chunk', choices, ...(includesUsage ? { usage } : {}) });
    const tell = (delta: object, finish_reason: string | null = null) =>
      chunk([{ index: 0, delta, finish_reason, logprobs: null }], null);
    try {
      const role = tell({ role: 'assistant', content: '' });
      let told = '';
      for (let next: IteratorResult<Completion> = first; !next.done; next = await states.next()) {
        const state = next.value;
        const writes = [role];
        if (state.text.length > told.length) writes.push(tell({ content: state.text.slice(told.length) }));
        told = state.text;
        if (state.isDone) {
          const { tool_calls } = toMessageOf(state);
          if (tool_calls) writes.push(tell({ tool_calls: tool_calls.map((call, index) => ({ index, ...call })) }));
          writes.push(tell({}, toReason(state)));
          if (includesUsage) writes.push(chunk([], toUsage(state)));
          writes.push(events.writeSSE({ data: '[DONE]' }));
        }
        // Together, so that the first words don't wait for what goes before them to be sent.
        await Promise.all(writes);
      }
    } catch (error) {
      // As other servers of this API do: their clients raise it.
      await write({ error: toError(error) });
    } finally {
      markOver();
    }
  });
  response.headers.set('cache-control', 'no-store');
  return response;
}
