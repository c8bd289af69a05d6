// Is a decided write a slip: the last one once more, on words that name none of its values? Pure.

import { toWords } from '../base/words.ts';
import type { Context } from './context.ts';
import { isSameCall, type ToolCall } from './transcript.ts';

/** Shorter words are in every sentence. */
const MIN_WORD_LENGTH = 3;

/** A call without values is none: there was nothing to say. */
export function isSlip({ journal, transcript }: Context, call: ToolCall): boolean {
  const last = journal.at(-1);
  if (last === undefined || !isSameCall(last.call, call)) return false;
  const values = toTexts(call.arguments);
  const said = new Set(toWords(transcript).split(' '));
  return values.length > 0 && !values.some((value) => toTelling(value).some((word) => said.has(word)));
}

/** What is said of a value; of one that is short all of it. */
function toTelling(value: string): readonly string[] {
  const words = toWords(value.replaceAll('_', ' ')).split(' ');
  const telling = words.filter((word) => word.length >= MIN_WORD_LENGTH);
  return telling.length > 0 ? telling : words;
}

function toTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(toTexts) : [];
}
