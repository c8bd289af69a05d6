// Where the values of a call may come from: earlier drafts and calls, results, what was said. Context in, weighted
// texts out. Knows no grammar.

import { type Marks, openingOf, readAct } from '../marks.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { type OpenCall, readOpenCall } from './open-call.ts';
import { type AddText, addNames, addSpans } from './spans.ts';
import { fieldsOf, wordsOf } from './turns.ts';

export interface SourceOptions {
  readonly tokenizer: Tokenizer;
  readonly marks: Marks;
  readonly context: readonly number[];
  /** Newest first; each begins with its act. */
  readonly drafts: readonly (readonly number[])[];
  /** Values that were said, as they would be written, likeliest first. */
  readonly likely: readonly (string | number)[];
}

/** A text that may be the value of an argument; its weight is relative to those of others. */
export interface LikelyText {
  readonly text: string;
  readonly weight: number;
}

export interface EarlierCall extends OpenCall {
  /** An earlier draft of the call that is written now. */
  readonly isDraft: boolean;
}

export interface CallSources {
  /** Those of drafts first, newest first. */
  readonly calls: readonly EarlierCall[];
  /** For the argument that `call` is at, given the arguments that it has. */
  valuesOf(call: OpenCall): readonly LikelyText[];
  /** How lately the caller said `words`: 1 in the last turn, 0 never. */
  mentions(words: string): number;
}

/** Set by search on 200 recorded calls (decisions/044). */
const weights = {
  draft: 40,
  sameTool: 8,
  otherTool: 7.4,
  resultOfName: 11,
  result: 1,
  likelyOfKind: 7.8,
  likely: 1.1,
  /** The call has it in another argument already. */
  used: 0.2,
};
/** By each step back. */
const ages = { call: 0.52, result: 0.31, likely: 0.34, mention: 0.7 };
const MAX_MENTIONING_TURNS = 6;

export function createCallSources({ tokenizer, marks, context, drafts, likely }: SourceOptions): CallSources {
  const { decode } = tokenizer;
  const turns = marks.readTurns(context);
  const countOpening = openingOf('call', marks).length;
  const textsOf = (role: string) =>
    turns
      .filter((turn) => turn.role === role)
      .map(({ text }) => text)
      .toReversed();
  const calls: EarlierCall[] = [
    ...drafts
      .filter((draft) => draft.length > 0 && readAct(draft, marks)?.act === 'call')
      .map((draft) => ({ ...readOpenCall(decode(draft.slice(countOpening))), isDraft: true })),
    ...textsOf('call').map((text) => ({ ...readOpenCall(text), isDraft: false })),
  ];
  const results = textsOf('result').map(fieldsOf);
  const replies = textsOf('say');
  const said = turns
    .flatMap(({ role, text }, index) =>
      role === 'user' ? [{ words: wordsOf(text), asked: turns[index - 1]?.text.toLowerCase() ?? '' }] : [],
    )
    .toReversed();
  const saidTexts = said.slice(0, MAX_MENTIONING_TURNS).map(({ words }) => ` ${words.join(' ')} `);
  const known = new Map<string, readonly LikelyText[]>();

  function collect({ key = '', tool, value }: OpenCall): readonly LikelyText[] {
    const found = new Map<string, number>();
    const add: AddText = (text, weight) => {
      if (text !== '') found.set(text, (found.get(text) ?? 0) + weight);
    };
    let age = 1;
    for (const call of calls) {
      const weight = call.isDraft ? weights.draft : call.tool === tool ? weights.sameTool : weights.otherTool;
      for (const [name, text] of call.done) if (name === key) add(text, weight * age);
      age *= ages.call;
    }
    age = 1;
    for (const fields of results) {
      for (const [name, text] of fields) add(text, (isAlike(name, key) ? weights.resultOfName : weights.result) * age);
      age *= ages.result;
    }
    age = 1;
    const kind = kindOf(key);
    for (const one of likely) {
      const isOfKind = kind?.test(String(one)) === true;
      add(String(one), (isOfKind ? weights.likelyOfKind : weights.likely) * age);
      if (isOfKind) age *= ages.likely;
    }
    const first = value.slice(0, 1);
    addSpans(said, key, first, add);
    addNames(replies, first, add);
    return [...found].map(([text, weight]) => ({ text, weight }));
  }

  return {
    calls,

    valuesOf(call) {
      const memo = JSON.stringify([call.tool, call.key, call.value.slice(0, 1)]);
      const texts = known.get(memo) ?? collect(call);
      known.set(memo, texts);
      const used = new Set(call.done.map(([, text]) => text));
      return texts.map((one) => (used.has(one.text) ? { ...one, weight: one.weight * weights.used } : one));
    },

    mentions(words) {
      const wanted = wordsOf(words.replaceAll('_', ' ')).join(' ');
      const back = wanted === '' ? -1 : saidTexts.findIndex((text) => text.includes(` ${wanted}`));
      return back < 0 ? 0 : ages.mention ** back;
    },
  };
}

/** What the name of an argument tells of its value, the first that fits. */
const kinds: readonly (readonly [name: RegExp, value: RegExp])[] = [
  [/date|day|check_?in|check_?out|when|until|since/i, /^\d{4}-\d\d-\d\d$/],
  [/time|hour|start|end|leave|arrive|slot|at$/i, /^\d\d:\d\d$/],
  [/mail/i, /@/],
  [/phone|(?<!num_?.*)number(?!_of)|id$|code|zip|pin|account|order|policy/i, /^\+?\d{3,}$/],
  [
    /people|person|guest|seat|count|size|num|quantity|riders|adults|tickets|rooms|stay|nights|days|stars|rating|travel/i,
    /^\d{1,3}$/,
  ],
];

function kindOf(key: string): RegExp | undefined {
  return kinds.find(([name]) => name.test(key))?.[1];
}

/** `name` of a result and `restaurant_name` of a call are one thing. */
function isAlike(name: string, key: string): boolean {
  return name === key || key.endsWith(`_${name}`) || name.endsWith(`_${key}`) || key.startsWith(`${name}_`);
}
