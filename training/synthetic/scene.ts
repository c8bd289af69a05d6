// One synthetic dialogue in the making: what was said so far, and the dice. Knows no subject.

import type { Random } from '../../src/base/random.ts';
import type { Message, PromptTool } from '../../src/engine/prompt/prompt.ts';
import { toSpacedJson } from '../../src/engine/prompt/spaced-json.ts';

export type Arguments = Readonly<Record<string, unknown>>;

export interface Scene {
  readonly messages: readonly Message[];
  readonly random: Random;
  /** The caller's turn. */
  user(text: string): void;
  /** The agent's turn; a second one in a row goes on with the first. */
  say(text: string): void;
  call(tool: PromptTool, args: Arguments, result: unknown): void;
  chance(share: number): boolean;
  oneOf<Item>(items: readonly Item[]): Item;
  /** From `low` to `high`, both possible. */
  wholeNumber(low: number, high: number): number;
}

export function createScene(random: Random): Scene {
  const messages: Message[] = [];
  const wholeNumber = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  return {
    messages,
    random,
    user: (text) => messages.push({ role: 'user', text: sentence(text) }),
    say(text) {
      const last = messages.at(-1);
      if (last?.role === 'say') messages[messages.length - 1] = { role: 'say', text: `${last.text} ${sentence(text)}` };
      else messages.push({ role: 'say', text: sentence(text) });
    },
    call: (tool, args, result) =>
      messages.push(
        { role: 'call', name: tool.name, arguments: args },
        { role: 'result', content: toSpacedJson(result) },
      ),
    chance: (share) => random() < share,
    oneOf(items) {
      const item = items[wholeNumber(0, items.length - 1)];
      if (item === undefined) throw new RangeError('nothing to choose from');
      return item;
    },
    wholeNumber,
  };
}

/** `{key}` by the key's words. */
export function fill(template: string, words: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, key) => {
    const word = words[key];
    if (word === undefined) throw new RangeError(`no words for {${key}} in "${template}"`);
    return word;
  });
}

const question =
  /^(?:[\w ]{2,14}, )?(?:and )?(?:can|could|do|does|is|are|any|what|what's|where|where's|how|when|which|who|pardon|huh)\b/i;

/** Capital first, a mark at the end. */
function sentence(text: string): string {
  const tidy = text
    .replaceAll(/ +/g, ' ')
    .replaceAll(/ ([,.?!])/g, '$1')
    .replaceAll(/,+(?=,)|,+$|,(?=[.?!])/g, '')
    .trim();
  const capital = tidy.charAt(0).toUpperCase() + tidy.slice(1);
  if (/[.?!]$/.test(capital)) return capital;
  return `${capital}${question.test(capital) ? '?' : '.'}`;
}
