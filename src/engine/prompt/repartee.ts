// How repartee's own models write: a special token for each act, one before each message, one behind it.

import type { Marks, Turn } from '../marks.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { specials } from '../tokenizer/tokenizer-file.ts';

const countSpecials = Object.keys(specials).length;

const roles = new Map<number, Turn['role']>([
  [specials.user, 'user'],
  [specials.say, 'say'],
  [specials.call, 'call'],
  [specials.result, 'result'],
]);

/** `<user> words <end>`, then `<say>`, `<call>` or `<wait>`. */
export function createReparteeMarks({ decode }: Pick<Tokenizer, 'decode'>): Marks {
  return {
    openings: { say: [specials.say], call: [specials.call], wait: [specials.wait] },
    end: specials.end,
    watched: specials,
    callFollows: 'behind-end',
    asking: [specials.end],
    isSpecial: (id) => id < countSpecials,
    isOfCall: () => false,
    callerTurns: (context) => context.flatMap((id, index) => (id === specials.user ? [index] : [])),

    readTurns(context) {
      const turns: Turn[] = [];
      for (let at = 0; at < context.length; ) {
        const role = roles.get(context[at] ?? -1);
        let end = at + 1;
        while (end < context.length && (context[end] ?? 0) >= countSpecials) end++;
        if (role !== undefined) turns.push({ role, text: decode(context.slice(at + 1, end)) });
        at = end;
      }
      return turns;
    },
  };
}
