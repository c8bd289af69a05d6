// The conversation's writer, done by a model over the network: lines become a chat, pieces of its answers become
// drafts. The local model stays beside it: it says how likely a turn is over, and writes where the other one fails.

import { fromCallback } from 'xstate';
import type { Agent } from '../agent/agent.ts';
import type { Clock } from '../base/clock.ts';
import type { Draft, WriteRequest, WriterCommand, WriterEvent } from '../conversation/writer.ts';
import { unreachable } from '../errors.ts';
import type { CallObserver, Work } from '../recording/observer.ts';
import type { RemoteMeter } from '../recording/remote-meter.ts';
import type { Chat } from '../remote/chat.ts';
import type { Beginning, ModelParts } from './agent-sequence.ts';
import { createLocalDesk } from './local-desk.ts';
import { createCallReader } from './remote-draft.ts';
import { type HeldCall, type RemoteWriting, startRemoteWriting } from './remote-writing.ts';

export interface RemoteWriterOptions {
  readonly parts: ModelParts;
  readonly beginning: Beginning;
  readonly observer: CallObserver;
  /** Undefined: the local model writes for this agent. */
  readonly chatOf: (agent: Agent) => Chat | undefined;
  /** What the agent's model is told it is. A promise that rejects fails the draft. */
  readonly instructionsOf: (agent: Agent) => string | Promise<string>;
  readonly meter: RemoteMeter;
  readonly clock: Clock;
}

export function createRemoteWriter({ parts, beginning, observer, meter, ...options }: RemoteWriterOptions) {
  return fromCallback<WriterCommand>(({ receive, sendBack }) => {
    const desk = createLocalDesk(parts, beginning);
    const ending = new AbortController();
    const readCall = createCallReader();
    let running: RemoteWriting | undefined;
    let held: HeldCall | undefined;

    function start(request: WriteRequest): RemoteWriting {
      observer.asked(request);
      meter.asked(request);
      let before: Work | undefined;
      const call = held && isAskedFor(request, held) ? held.call : undefined;
      held = undefined;
      return startRemoteWriting(request, {
        ...options,
        desk,
        ended: ending.signal,
        readCall,
        heldCall: call,
        hold: (next) => {
          held = next;
        },
        billed: (bill) => meter.billed(bill),
        failed: (failure) => meter.failed(failure),
        follow: (work) => meter.follow(work),
        tell(draft: Draft, state: Work) {
          const answer = { draft, state, before };
          observer.answered(answer);
          meter.answered(answer);
          before = state;
          sendBack({ type: 'draft.grew', draft } satisfies WriterEvent);
        },
        fail: (message) => sendBack({ type: 'draft.failed', id: request.id, message } satisfies WriterEvent),
      });
    }

    receive((command) => {
      switch (command.type) {
        case 'write':
          running?.stop();
          running = start(command.request);
          return;
        case 'promote':
          if (running?.id === command.id) running.promote();
          return;
        case 'resume':
          if (running?.id === command.id) running.resume();
          return;
        case 'cancel':
          running?.stop();
          return;
        default:
          unreachable(command);
      }
    });

    return () => {
      running?.stop();
      ending.abort();
      desk.close();
    };
  });
}

/** The words that the call came with were said, and nothing since. */
function isAskedFor({ acts, lines }: WriteRequest, { after }: HeldCall): boolean {
  const last = lines.at(-1);
  return acts.length === 1 && acts[0] === 'call' && last?.role === 'say' && last.text === after;
}
