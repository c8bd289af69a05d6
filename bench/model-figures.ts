// From answers to figures: one source, one way. Pure functions; know no engine.

import { percentile } from '../src/base/percentile.ts';
import type { PromptTool } from '../src/engine/prompt/prompt.ts';
import type { Act } from '../src/engine/sequence.ts';
import { bootstrapInterval, type Counted } from './bootstrap.ts';
import type { ActProbabilities, Answer, Draft } from './model-answers.ts';
import { createCallValidator, judgeCall, type Slot, type ToolCall } from './model-calls.ts';
import { says } from './model-entities.ts';
import type { Point } from './model-points.ts';
import { chrf, countChrf, countWords, distinct2, isLooping } from './model-text.ts';
import { type EndOfTurnFigures, endOfTurnFigures } from './model-turns.ts';

type Interval = readonly [number, number] | null;

export interface ActFigures {
  readonly n: number;
  readonly accuracy: number | null;
  readonly accuracyInterval: Interval;
  readonly recall: Readonly<Record<Act, number | null>>;
  /** Right among whole turns and results alone. */
  readonly sayOrCall: number | null;
  /** Share of whole turns after which waiting would have been likeliest; the runtime does not wait there. */
  readonly wouldWait: number | null;
}

interface SlotFigures {
  readonly n: number;
  readonly precision: number | null;
  readonly recall: number | null;
}

export interface CallFigures {
  readonly n: number;
  readonly name: number | null;
  readonly exact: number | null;
  readonly exactInterval: Interval;
  readonly arguments: SlotFigures;
  readonly slots: Readonly<Record<string, SlotFigures>>;
  /** The same, had the act always been right. */
  readonly givenAct: { readonly name: number | null; readonly exact: number | null };
  readonly jsonValid: number | null;
}

export interface ReplyFigures {
  readonly n: number;
  readonly entities: number;
  readonly entityRecall: number | null;
  readonly entityRecallInterval: Interval;
  readonly chrf: number | null;
  readonly distinct2: number | null;
  readonly rep4: number | null;
  readonly empty: number | null;
  readonly truncated: number | null;
  /** Mean difference to the reference, in words. */
  readonly lengthError: number | null;
  /** Nats a token, its end included. */
  readonly arLoss: number | null;
}

/** Of replies; calls are not among them. */
export interface SpeedFigures {
  readonly forwards: number | null;
  readonly tokens: number | null;
  readonly tokensPerForward: number | null;
  readonly msP50: number | null;
}

export interface Figures {
  readonly acts: ActFigures;
  readonly calls: CallFigures;
  readonly replies: ReplyFigures;
  readonly endOfTurn: EndOfTurnFigures;
  readonly speed: SpeedFigures;
}

/** The answers of one dialogue. */
export interface AnsweredDialogue {
  readonly id: string;
  readonly tools: readonly PromptTool[];
  readonly answers: readonly Answer[];
}

export function figuresOf(dialogues: readonly AnsweredDialogue[], way: string, seed: number): Figures {
  return {
    acts: actFigures(dialogues, seed),
    calls: callFigures(dialogues, way, seed),
    replies: replyFigures(dialogues, way, seed),
    endOfTurn: endOfTurn(dialogues.flatMap(({ answers }) => answers)),
    speed: speedFigures(
      dialogues.flatMap(({ answers }) => [...draftsOf(answers, 'say', way)].map(([, draft]) => draft)),
    ),
  };
}

/** After a whole turn or a result the runtime chooses among say and call; only while the caller speaks may it wait. */
export function decide({ pSay, pCall, pWait }: ActProbabilities, after: Point['after']): Act {
  if (after === 'cut' && pWait > Math.max(pSay, pCall)) return 'wait';
  return pCall > pSay ? 'call' : 'say';
}

function actFigures(dialogues: readonly AnsweredDialogue[], seed: number): ActFigures {
  const isRight = ({ point, actProbabilities }: Answer) =>
    decide(actProbabilities, point.after) === point.reference.act;
  const answers = dialogues.flatMap((dialogue) => dialogue.answers);
  const ofAct = (act: Act) => share(answers.filter(({ point }) => point.reference.act === act).map(isRight));
  const counted = dialogues.map((dialogue) => count(dialogue.answers.map(isRight)));
  const turns = answers.filter(({ point }) => point.after === 'turn');
  return {
    n: answers.length,
    accuracy: share(answers.map(isRight)),
    accuracyInterval: bootstrapInterval(counted, seed),
    recall: { say: ofAct('say'), call: ofAct('call'), wait: ofAct('wait') },
    sayOrCall: share(answers.filter(({ point }) => point.after !== 'cut').map(isRight)),
    wouldWait: share(
      turns.map(
        ({ actProbabilities }) => actProbabilities.pWait > Math.max(actProbabilities.pSay, actProbabilities.pCall),
      ),
    ),
  };
}

interface JudgedCall {
  readonly isChosen: boolean;
  readonly isValid: boolean;
  readonly chosen: ReturnType<typeof judgeCall>;
  readonly given: ReturnType<typeof judgeCall>;
}

function callFigures(dialogues: readonly AnsweredDialogue[], way: string, seed: number): CallFigures {
  const isValid = createCallValidator();
  const judged = dialogues.map(({ answers, tools }) =>
    [...draftsOf(answers, 'call', way)].map(([{ point, actProbabilities }, { call }]): JudgedCall => {
      const made: ToolCall = point.reference.act === 'call' ? point.reference : { name: '', arguments: {} };
      const isChosen = decide(actProbabilities, point.after) === 'call';
      return {
        isChosen,
        isValid: isValid(tools, call),
        chosen: judgeCall(made, isChosen ? call : undefined),
        given: judgeCall(made, call),
      };
    }),
  );
  const all = judged.flat();
  const slots = all.flatMap(({ chosen }) => chosen.slots);
  const names = [...new Set(slots.map(({ name }) => name))].sort();
  return {
    n: all.length,
    name: share(all.map(({ chosen }) => chosen.isNameRight)),
    exact: share(all.map(({ chosen }) => chosen.isExact)),
    exactInterval: bootstrapInterval(
      judged.map((calls) => count(calls.map(({ chosen }) => chosen.isExact))),
      seed,
    ),
    arguments: slotFigures(slots),
    slots: Object.fromEntries(names.map((name) => [name, slotFigures(slots.filter((slot) => slot.name === name))])),
    givenAct: {
      name: share(all.map(({ given }) => given.isNameRight)),
      exact: share(all.map(({ given }) => given.isExact)),
    },
    jsonValid: share(all.map((call) => call.isValid)),
  };
}

function slotFigures(slots: readonly Slot[]): SlotFigures {
  const made = slots.filter((slot) => slot.isMade);
  return {
    n: made.length,
    precision: share(slots.filter((slot) => slot.isDrafted).map((slot) => slot.isRight)),
    recall: share(made.map((slot) => slot.isRight)),
  };
}

function replyFigures(dialogues: readonly AnsweredDialogue[], way: string, seed: number): ReplyFigures {
  const replies = dialogues.map(({ answers }) =>
    [...draftsOf(answers, 'say', way)].map(([{ point }, draft]) => {
      const { text, entities } = point.reference.act === 'say' ? point.reference : { text: '', entities: [] };
      return { draft, said: text, found: entities.map((entity) => says(draft.text, entity)) };
    }),
  );
  const all = replies.flat();
  const found = all.flatMap((reply) => reply.found);
  const losses = all.map(({ draft }) => draft.lossNats);
  const countScored = all.reduce((sum, { draft }) => sum + draft.countTokens - 1, 0);
  return {
    n: all.length,
    entities: found.length,
    entityRecall: share(found),
    entityRecallInterval: bootstrapInterval(
      replies.map((list) => count(list.flatMap((reply) => reply.found))),
      seed,
    ),
    chrf: chrf(all.map(({ draft, said }) => countChrf(draft.text, said))),
    distinct2: distinct2(all.map(({ draft }) => draft.text)),
    rep4: share(all.map(({ draft }) => isLooping(draft.text))),
    empty: share(all.map(({ draft }) => draft.text === '')),
    truncated: share(all.map(({ draft }) => draft.isTruncated)),
    lengthError: mean(all.map(({ draft, said }) => Math.abs(countWords(draft.text) - countWords(said)))),
    arLoss: countScored === 0 ? null : losses.reduce((sum, loss) => sum + loss, 0) / countScored,
  };
}

function endOfTurn(answers: readonly Answer[]): EndOfTurnFigures {
  const at = (after: Point['after']) =>
    answers.flatMap(({ point, actProbabilities }) => (point.after === after ? [actProbabilities.pEndOfTurn] : []));
  return endOfTurnFigures(at('turn'), at('cut'));
}

function speedFigures(drafts: readonly Draft[]): SpeedFigures {
  const forwards = mean(drafts.map((draft) => draft.countForwards));
  const tokens = mean(drafts.map((draft) => draft.countTokens));
  return {
    forwards,
    tokens,
    tokensPerForward: forwards === null || tokens === null ? null : tokens / forwards,
    msP50: percentile(
      drafts.map((draft) => draft.ms),
      0.5,
    ),
  };
}

function* draftsOf(answers: readonly Answer[], act: Act, way: string): Generator<readonly [Answer, Draft]> {
  for (const answer of answers) {
    const draft = answer.point.reference.act === act ? answer.drafts.get(way) : undefined;
    if (draft !== undefined) yield [answer, draft];
  }
}

function count(outcomes: readonly boolean[]): Counted {
  return { right: outcomes.filter(Boolean).length, all: outcomes.length };
}

function share(outcomes: readonly boolean[]): number | null {
  return mean(outcomes.map(Number));
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
