// Runs one tool of the agent for one call, under its timeout; leaving the state that started it aborts it.

import { createHash } from 'node:crypto';
import { fromCallback } from 'xstate';
import type { Agent } from '../agent/agent.ts';
import { type CallAction, type CallFacts, createCallContext, type TranscriptLine } from '../agent/call-context.ts';
import type { Clock } from '../base/clock.ts';
import type { ToolEvent, ToolInput } from '../conversation/events.ts';
import { canonical, type ToolCall } from '../conversation/transcript.ts';
import { ToolError, toMessage } from '../errors.ts';
import type { AuthorCode } from './author-code.ts';
import { toCanonicalArguments } from './spoken-arguments.ts';

/** Before a read's second attempt; twice as long before each further one. */
const RETRY_DELAY_MS = 100;

export function createToolRunner(
  factsOf: (agent: Agent) => CallFacts,
  clock: Clock,
  ask: (agent: Agent, action: CallAction) => void,
  author: AuthorCode,
  readTranscript: () => readonly TranscriptLine[],
) {
  return fromCallback<ToolEvent, ToolInput>(({ input, sendBack }) => {
    const { runId, turn, agent, tool, toolCall } = input;
    const context = factsOf(agent);
    const controller = new AbortController();
    const asAuthor = <T>(work: () => T): T => author.run(agent.name, tool.name, work);
    // What listens to the signal is the author's, and may throw.
    const abort = (reason?: ToolError) => asAuthor(() => controller.abort(reason));
    const timer = clock.setTimeout(() => {
      abort(new ToolError('tool-timeout', `${tool.name} took longer than its ${tool.timeoutMs} ms`));
    }, tool.timeoutMs);
    let isOver = false;
    /** Rejects when the run is aborted. */
    const pause = (delayMs: number) =>
      new Promise<void>((resolve, reject) => {
        const wake = clock.setTimeout(resolve, delayMs);
        controller.signal.addEventListener('abort', () => {
          clock.clearTimeout(wake);
          reject(controller.signal.reason);
        });
      });
    const execution = {
      signal: controller.signal,
      call: createCallContext(
        context,
        (action) => {
          if (tool.effect === 'read')
            throw new ToolError(
              'tool-effect',
              `${tool.name} is a read, which may run on a draft: only a write may ask for ${action.type}`,
            );
          if (!isOver) ask(agent, action);
        },
        readTranscript,
      ),
      idempotencyKey: toKey(context.callId, turn, toolCall),
    };
    const end = (event: ToolEvent) => {
      isOver = true;
      clock.clearTimeout(timer);
      sendBack(event);
    };
    const attempt = async (countLeft: number, delayMs: number): Promise<unknown> => {
      try {
        const args = toCanonicalArguments(agent, tool, toolCall.arguments);
        return await asAuthor(() => tool.run(args, execution));
      } catch (error) {
        const isWorthAnother = error instanceof ToolError && error.code === 'tool-failed' && !controller.signal.aborted;
        if (!isWorthAnother || countLeft === 0) throw error;
        await pause(delayMs);
        return attempt(countLeft - 1, 2 * delayMs);
      }
    };
    attempt(tool.maxRetries, RETRY_DELAY_MS).then(
      (result) => end({ type: 'tool.returned', runId, result }),
      (error: unknown) => {
        if (!(error instanceof ToolError)) return end({ type: 'tool.failed', runId, message: toMessage(error) });
        const { code, message } = error;
        const cause = 'cause' in error ? error.cause : error;
        if (!isOver) author.failed(agent.name, tool.name, code, cause);
        end({ type: 'tool.failed', runId, message, code });
      },
    );
    return () => {
      clock.clearTimeout(timer);
      if (!isOver) abort();
      isOver = true;
    };
  });
}

/** The same decision has the same key, however often it is attempted. */
export function toKey(callId: string, turn: number, toolCall: ToolCall): string {
  const decision = `${callId}\n${turn}\n${toolCall.name}\n${canonical(toolCall.arguments)}`;
  return createHash('sha256').update(decision).digest('hex').slice(0, 32);
}
