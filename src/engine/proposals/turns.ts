// Takes a context, gives what was said, called and answered in it, as text. Knows no call that is being written.

import type { Tokenizer } from '../tokenizer/tokenizer.ts';

export interface Turn {
  readonly role: 'user' | 'say' | 'call' | 'result';
  readonly text: string;
}

/** Oldest first; instructions and tools are left out. */
export function readTurns(context: readonly number[], { specials, decode }: Tokenizer): readonly Turn[] {
  const roles = new Map<number, Turn['role']>([
    [specials.user, 'user'],
    [specials.say, 'say'],
    [specials.call, 'call'],
    [specials.result, 'result'],
  ]);
  const countSpecials = Object.keys(specials).length;
  const turns: Turn[] = [];
  for (let at = 0; at < context.length; ) {
    const role = roles.get(context[at] ?? -1);
    let end = at + 1;
    while (end < context.length && (context[end] ?? 0) >= countSpecials) end++;
    if (role !== undefined) turns.push({ role, text: decode(context.slice(at + 1, end)) });
    at = end;
  }
  return turns;
}

/** In lower case; what stands within a word, as in `o'clock`, 7:30 or a@b.c, belongs to it. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}_'@.:+&/-]+/gu) ?? [];
}

/** Names and values of a result's JSON, which may be cut off. */
export function fieldsOf(json: string): (readonly [name: string, value: string])[] {
  const field = /"((?:[^"\\]|\\.)*)": (?:"((?:[^"\\]|\\.)*)"|(-?\d[\d.]*))/g;
  return [...json.matchAll(field)].map(([, name = '', text, figure = '']) => [name, text ?? figure]);
}
