// One request of the conversation, answered by a model over the network: when it is asked, what of its answer is told,
// and what is done when it fails.

import type { Agent } from '../agent/agent.ts';
import type { Clock } from '../base/clock.ts';
import type { ToolCall } from '../conversation/transcript.ts';
import type { DecidedCall, Draft, WriteRequest } from '../conversation/writer.ts';
import { toMessage } from '../errors.ts';
import type { Work } from '../recording/observer.ts';
import type { Bill, Failure } from '../recording/remote-meter.ts';
import type { Chat } from '../remote/chat.ts';
import { ModelFault } from '../remote/model-fault.ts';
import type { AnswerPart } from '../remote/read-answer.ts';
import type { LocalDesk } from './local-desk.ts';
import { toCallDraft, toGrowingDraft, toListeningDraft, toSayDraft } from './remote-draft.ts';
import { chooseReaction } from './remote-reaction.ts';

/** Said in one answer with a call, which is asked for next. */
export interface HeldCall {
  readonly after: string;
  readonly call: ToolCall;
}

export interface RemoteWritingOptions {
  readonly chatOf: (agent: Agent) => Chat | undefined;
  readonly instructionsOf: (agent: Agent) => string | Promise<string>;
  readonly clock: Clock;
  readonly desk: LocalDesk;
  readonly readCall: (call: ToolCall, request: WriteRequest) => DecidedCall;
  /** What an answer before this one decided already. */
  readonly heldCall: ToolCall | undefined;
  readonly hold: (call: HeldCall) => void;
  readonly billed: (bill: Bill) => void;
  readonly failed: (failure: Failure) => void;
  /** Its end is waited for at the end of the call. */
  readonly follow: (work: Promise<unknown>) => void;
  /** `work`: all that it took since the request. */
  readonly tell: (draft: Draft, work: Work) => void;
  readonly fail: (message: string) => void;
  /** The call is over. */
  readonly ended: AbortSignal;
}

export interface RemoteWriting {
  readonly id: number;
  /** The turn is committed: its caller waits from here on. */
  promote(): void;
  /** The caller has probably ended: nothing is held back any more. */
  resume(): void;
  /** Nothing more is told. */
  stop(): void;
}

const noWork: Work = {
  countForwards: 0,
  countSteps: 0,
  countReused: 0,
  handoverUs: 0,
  spentUs: { queue: 0, prefill: 0, denoise: 0, constrain: 0 },
};

export function startRemoteWriting(request: WriteRequest, options: RemoteWritingOptions): RemoteWriting {
  const { clock, desk, chatOf } = options;
  const { id, agent, acts, holdBelow = 0 } = request;
  const chat = chatOf(agent);
  const stopping = new AbortController();
  const listening = new AbortController();
  const { signal } = stopping;
  let work = noWork;
  let pEndOfTurn = 0;
  let isAsked = false;
  let countPieces = 0;
  let heard: Promise<void> | undefined;
  /** Since then the caller waits; undefined: they may still be speaking. */
  let committedMs = request.purpose === 'draft' ? undefined : clock.nowMs();
  /** What the machine was told that will stay; said already, where the turn is committed. */
  let stableText = '';

  const facts = () => ({ id, pEndOfTurn, countForwards: work.countForwards });

  function tell(draft: Draft): void {
    if (signal.aborted) return;
    stableText = draft.stableText;
    options.tell(draft, work);
  }

  /** Times of the answer so far: `acceptedMs` is undefined while the server has not taken the request. */
  function spend(askedMs: number, acceptedMs: number): void {
    const nowMs = clock.nowMs();
    const { isHeld: _, ...before } = work;
    countPieces++;
    work = {
      ...before,
      countForwards: work.countForwards + 1,
      spentRemotelyUs: { network: toUs(acceptedMs - askedMs), model: toUs(nowMs - acceptedMs) },
    };
  }

  /** What the local model makes of the caller's words so far, told unless the answer has begun. */
  async function listen(): Promise<void> {
    // It does no more for the draft than it takes to know p(end of turn).
    const beginning: WriteRequest = { ...request, holdBelow: Number.POSITIVE_INFINITY };
    try {
      for await (const { state } of desk.write(beginning, AbortSignal.any([signal, listening.signal]))) {
        pEndOfTurn = state.pEndOfTurn;
        work = { ...work, spentUs: state.spentUs, countForwards: work.countForwards + 1 };
        if (pEndOfTurn < holdBelow && !isAsked) work = { ...work, isHeld: true };
        break;
      }
    } catch {
      // Without the local model nothing is known ahead of the commit, which asks all the same.
      return;
    }
    if (signal.aborted || listening.signal.aborted) return;
    // An answer that has begun is told with it from its next piece on.
    if (countPieces === 0) tell(toListeningDraft(facts()));
    if (pEndOfTurn >= holdBelow) ask();
  }

  function ask(): void {
    if (isAsked || signal.aborted) return;
    isAsked = true;
    options.follow(
      write().catch((error: unknown) => {
        if (!signal.aborted) options.fail(toMessage(error));
      }),
    );
  }

  async function write(): Promise<void> {
    if (options.heldCall !== undefined) return tell(toCallDraft(facts(), options.readCall(options.heldCall, request)));
    if (chat === undefined) return writeLocally(request);
    const instructions = await options.instructionsOf(agent);
    const askedMs = clock.nowMs();
    for (let countAsked = 1; ; countAsked++) {
      try {
        return await answer(chat, instructions, askedMs);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ModelFault)) throw error;
        const reaction = chooseReaction(error, {
          agent,
          countAsked,
          waitedMs: committedMs === undefined ? undefined : clock.nowMs() - committedMs,
          hasSpoken: committedMs !== undefined && stableText !== '',
        });
        const { kind: fault, status, detail } = error;
        options.failed({
          draft: id,
          model: chat.model,
          fault,
          reaction,
          ...(status === undefined ? {} : { status }),
          ...(detail === undefined ? {} : { detail }),
        });
        if (reaction === 'given-up') return options.fail(error.message);
        work = { ...work, spentRemotelyUs: { network: toUs(clock.nowMs() - askedMs), model: 0 } };
        if (reaction === 'local') return writeLocally(toCommitted());
        if (error.retryAfterMs) await wait(error.retryAfterMs);
      }
    }
  }

  async function answer(chat: Chat, instructions: string, askedMs: number): Promise<void> {
    const { agent, lines } = request;
    const parts = chat.ask(
      { agent, instructions, lines, acts },
      {
        times: agent.modelTimeouts,
        clock,
        signal,
        ended: options.ended,
        billed: ({ isEstimated, ...tokens }, usd) =>
          options.billed({
            draft: id,
            model: chat.model,
            ...tokens,
            ...(usd === undefined ? {} : { usd }),
            ...(isEstimated ? { isEstimated } : {}),
          }),
      },
    );
    let acceptedMs = askedMs;
    for await (const part of parts) {
      if (part.type === 'accepted') acceptedMs = clock.nowMs();
      // Where only a call may come, words beside it are not said.
      if (part.type === 'text' && acts.includes('say')) {
        spend(askedMs, acceptedMs);
        tell(toGrowingDraft(facts(), part.text));
      }
      if (part.type === 'finished') {
        spend(askedMs, acceptedMs);
        // A whole draft is told once, with what the local model makes of the turn: that takes less time as a rule.
        if (committedMs === undefined) await heard;
        tell(toDone(chat, part));
      }
    }
  }

  /** Throws ModelFault `act-not-allowed`. */
  function toDone(chat: Chat, { text, call, isTruncated }: Extract<AnswerPart, { type: 'finished' }>): Draft {
    const refuse = (what: string) =>
      new ModelFault('act-not-allowed', `${chat.model} ${what} where it may only ${acts.join(' or ')}`);
    const isCalling = call !== undefined;
    const isTalking = text.trim() !== '' && acts.includes('say');
    if (isCalling && !acts.includes('call')) throw refuse('called a tool');
    if (!isCalling && !isTalking) throw refuse('said something');
    if (isCalling && !isTalking) return toCallDraft(facts(), options.readCall(call, request));
    const draft = toSayDraft(facts(), text, isCalling, isTruncated);
    if (isCalling) options.hold({ after: draft.text, call });
    return draft;
  }

  /** Nobody but a waiting caller has the local model stand in. */
  function toCommitted(): WriteRequest {
    const { holdBelow: _, ...asked } = request;
    return request.purpose === 'draft' ? { ...asked, purpose: 'committed' } : asked;
  }

  async function writeLocally(asked: WriteRequest): Promise<void> {
    const before = work;
    for await (const { draft, state } of desk.write(asked, signal)) {
      work = addWork(before, state);
      tell({ ...draft, countForwards: work.countForwards });
    }
  }

  function wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.setTimeout(done, delayMs);
      signal.addEventListener('abort', done, { once: true });
      function done(): void {
        clock.clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }

  if (chat === undefined || committedMs !== undefined || holdBelow === 0) ask();
  // A pause may end the turn ahead of its final: by what the local model thinks of it.
  const isHeard = holdBelow > 0 || agent.endpointing.eager !== undefined;
  if (chat !== undefined && committedMs === undefined && isHeard) heard = listen();

  return {
    id,
    resume() {
      if (chat === undefined) desk.wish({ type: 'resume', id });
      ask();
    },
    promote() {
      committedMs ??= clock.nowMs();
      listening.abort();
      desk.wish({ type: 'promote', id });
      ask();
    },
    stop: () => stopping.abort(),
  };
}

function addWork(before: Work, state: Work): Work {
  const { spentUs } = before;
  return {
    ...state,
    ...(before.spentRemotelyUs ? { spentRemotelyUs: before.spentRemotelyUs } : {}),
    countForwards: before.countForwards + state.countForwards,
    spentUs: {
      queue: spentUs.queue + state.spentUs.queue,
      prefill: spentUs.prefill + state.spentUs.prefill,
      denoise: spentUs.denoise + state.spentUs.denoise,
      constrain: spentUs.constrain + state.spentUs.constrain,
    },
  };
}

function toUs(ms: number): number {
  return Math.round(ms * 1000);
}
