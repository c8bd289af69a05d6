// A model over the network as a call uses it: questions in, answers part by part out, and what each of them cost.

import type { Clock } from '../base/clock.ts';
import { type ChatQuestion, toChatBody } from './chat-request.ts';
import { ModelFault } from './model-fault.ts';
import type { ChatClient } from './openai-client.ts';
import { type AnswerPart, type AnswerTimes, readAnswer } from './read-answer.ts';
import type { RemoteModel } from './remote-model.ts';
import { createUsageEstimate, toUsd, type Usage } from './usage.ts';

export interface Chat {
  /** As `--model` names it. */
  readonly model: string;
  /** Throws ModelFault. */
  ask(question: ChatQuestion, options: AskOptions): AsyncIterable<AnswerPart>;
}

export interface AskOptions {
  readonly times: AnswerTimes;
  readonly clock: Clock;
  /** Stops the answer, unless it is finished: then its count is still waited for. */
  readonly signal: AbortSignal;
  /** Waits for nothing more. */
  readonly ended: AbortSignal;
  /** Told once, when nothing more comes; not at all for what the server refused. */
  readonly billed: (usage: Usage, usd: number | undefined) => void;
}

/** All calls with one model share a chat: what whole answers cost is what stopped ones are estimated by. */
export function createChat(model: RemoteModel, client: ChatClient): Chat {
  const estimate = createUsageEstimate();
  return {
    model: model.name,
    async *ask(question, { times, clock, signal, ended, billed }) {
      const body = toChatBody(model, question);
      const countCharacters = JSON.stringify(body).length;
      const stopping = new AbortController();
      const stop = () => stopping.abort();
      const isOver = signal.aborted || ended.aborted;
      if (isOver) return;
      signal.addEventListener('abort', stop, { once: true });
      ended.addEventListener('abort', stop, { once: true });
      let usage: Usage | undefined;
      let countWritten = 0;
      let isRefused = false;
      try {
        const open = (connection: AbortSignal) => client.open(body, connection);
        for await (const part of readAnswer({ name: model.name, open, times, clock, signal: stopping.signal })) {
          if (part.type === 'text') countWritten = part.text.length;
          if (part.type === 'counted') usage = part.usage;
          if (part.type === 'finished') signal.removeEventListener('abort', stop);
          yield part;
        }
      } catch (error) {
        // What was answered with an error, or never reached, is not charged.
        isRefused = error instanceof ModelFault && (error.status !== undefined || error.kind === 'unreachable');
        throw error;
      } finally {
        signal.removeEventListener('abort', stop);
        ended.removeEventListener('abort', stop);
        stop();
        if (usage) estimate.learn(countCharacters, usage);
        const counted = usage ?? estimate.estimate(countCharacters, countWritten);
        if (!isRefused) billed(counted, model.prices && toUsd(counted, model.prices));
      }
    },
  };
}
