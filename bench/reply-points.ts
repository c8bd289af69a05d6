// Takes the golden dialogues, gives the places in them where the agent replied: contexts to draft on.
import { readFileSync } from 'node:fs';
import type { PromptPrefix, ToolSchema } from '../src/engine/sequence.ts';
import { specials } from '../src/engine/tokenizer/tokenizer-file.ts';

export interface ReplyPoint {
  readonly promptPrefix: PromptPrefix;
  /** Up to the token before the act. */
  readonly context: readonly number[];
  readonly act: 'say' | 'call';
  /** What was said or called, without its act and end. */
  readonly reply: readonly number[];
}

interface Golden {
  readonly dialogue: { readonly tools: readonly ToolSchema[] };
  readonly toolOrder: readonly number[];
  readonly ids: readonly number[];
}

/** Every reply that answers the caller or a tool's result; `file` holds one golden dialogue a line. */
export function readReplyPoints(file: string): ReplyPoint[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const { dialogue, toolOrder, ids }: Golden = JSON.parse(line);
    const tools = toolOrder.flatMap((index) => dialogue.tools[index] ?? []);
    const promptPrefix = { prefix: ids.slice(0, ids.indexOf(specials.user)), tools };
    return [...ids.entries()].flatMap(([index, id]): ReplyPoint[] => {
      const act = id === specials.say ? 'say' : id === specials.call ? 'call' : undefined;
      if (act === undefined || ids[index - 1] !== specials.end) return [];
      const end = ids.indexOf(specials.end, index);
      return end < 0 ? [] : [{ promptPrefix, context: ids.slice(0, index), act, reply: ids.slice(index + 1, end) }];
    });
  });
}
