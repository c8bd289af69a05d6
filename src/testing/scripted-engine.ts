import type { Clock } from '../base/clock.ts';
import { createGate } from '../base/gate.ts';
import type { DraftRequest, DraftState, Engine, PromptPrefix, Sequence, SpentUs } from '../engine/sequence.ts';
import type { Tokenizer } from '../engine/tokenizer/tokenizer.ts';
import type { Act } from '../events.ts';

/** What the model decides on a context: a reply or a call, in so many forwards of so long. */
export interface Decision {
  readonly act: Act;
  /** Words of a say, or ` name {json}` of a call. */
  readonly text: string;
  readonly prefillMs?: number;
  readonly denoiseMs?: number;
  /** Forwards after the first; the text becomes stable bit by bit. */
  readonly countSteps?: number;
  readonly pEndOfTurn?: number;
  readonly pCallNext?: number;
  readonly argumentConfidences?: Readonly<Record<string, number>>;
  readonly fails?: string;
}

/** `heard`: the text of the whole context after the agent's prefix, specials left out. `promptPrefix`: the agent's. */
export type Script = (heard: string, request: DraftRequest, promptPrefix: PromptPrefix) => Decision;

export interface ScriptedEngine extends Engine {
  readonly requests: readonly DraftRequest[];
  readonly countOpen: number;
}

/** An engine that decides by script and takes simulated time: real protocol, no model. */
export function createScriptedEngine(tokenizer: Tokenizer, clock: Clock, script: Script): ScriptedEngine {
  const requests: DraftRequest[] = [];
  let countOpen = 0;

  const pass = (durationMs: number, signal: AbortSignal | undefined) =>
    new Promise<void>((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = clock.setTimeout(done, durationMs);
      signal?.addEventListener('abort', done, { once: true });
      function done(): void {
        clock.clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      }
    });

  function open(promptPrefix: PromptPrefix): Sequence {
    countOpen++;
    let gate = createGate();
    return {
      async *draft(request) {
        const own = createGate();
        gate = own;
        requests.push(request);
        const decision = script(
          tokenizer.decode(request.context.slice(promptPrefix.prefix.length)),
          request,
          promptPrefix,
        );
        const { prefillMs = 0, denoiseMs = 0, countSteps = 0, fails } = decision;
        const target = tokenizer.encode(decision.act === 'say' ? ` ${decision.text}` : decision.text);
        let spentUs: SpentUs = { queue: 0, prefill: 0, denoise: 0, constrain: 0 };
        for (let step = 0; step <= countSteps; step++) {
          await pass(step === 0 ? prefillMs : denoiseMs, request.signal);
          if (request.signal?.aborted) return;
          if (fails !== undefined) throw new Error(fails);
          spentUs =
            step === 0
              ? { ...spentUs, prefill: prefillMs * 1000 }
              : { ...spentUs, denoise: spentUs.denoise + denoiseMs * 1000 };
          const countStable = Math.ceil((target.length * (step + 1)) / (countSteps + 1));
          const state = toState(decision, target.slice(0, countStable), step, step === countSteps, spentUs, request);
          const isHeld = step === 0 && !state.isDone && !own.isOpen && state.pEndOfTurn < (request.holdBelow ?? 0);
          yield isHeld ? { ...state, isHeld } : state;
          if (isHeld) await own.pass(request.signal);
        }
      },
      promote: () => gate.open(),
      resume: () => gate.open(),
      close: () => void countOpen--,
    };
  }

  return {
    requests,
    get countOpen() {
      return countOpen;
    },
    prepare: async () => undefined,
    open,
    stats: () => ({
      device: 'scripted',
      countSequences: countOpen,
      countWaiting: 0,
      countForwards: 0,
      forwardMs: 0,
      waitMs: 0,
      kvBytes: 0,
    }),
    close: async () => undefined,
  };
}

function toState(
  decision: Decision,
  tokens: readonly number[],
  step: number,
  isDone: boolean,
  spentUs: SpentUs,
  request: DraftRequest,
): DraftState {
  const previous = request.previous?.slice(1) ?? [];
  const firstChange = tokens.findIndex((token, index) => token !== previous[index]);
  return {
    act: decision.act,
    tokens,
    countStable: tokens.length,
    isDone,
    isTruncated: false,
    pEndOfTurn: decision.pEndOfTurn ?? 0.5,
    pCall: 0,
    pWait: 0.1,
    pCallNext: isDone ? (decision.pCallNext ?? 0) : 0,
    ...(isDone && decision.argumentConfidences ? { argumentConfidences: decision.argumentConfidences } : {}),
    previousLossNats: 0,
    confidence: 1,
    countForwards: step + 1,
    countSteps: step,
    countReused: firstChange === -1 ? tokens.length : firstChange,
    countProposed: 0,
    countAccepted: 0,
    spentUs,
    handoverUs: 0,
  };
}
