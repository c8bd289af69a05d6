// A decoded call in, the same call with the names of tools spelled as the tools gave them out. Knows no model.
import { distance } from 'fastest-levenshtein';
import type { Message, PromptTool } from './prompt.ts';

interface Call {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

interface Heard {
  /** The caller's words, letters and digits only. */
  readonly said: string;
  /** Texts of results, newest first, by their letters and digits. */
  readonly given: ReadonlyMap<string, string>;
}

/** Shorter texts are near to too many others. */
const leastLetters = 6;
const longestName = 80;
/** Letters that may differ, of all. */
const mostDifferent = 0.2;
/** Whose values are not the caller's or a tool's free words. */
const boundKeywords = ['enum', 'const', 'format', 'pattern', 'maxLength'];

/**
 * Small models garble names that they copy ("NotMy Problem"), and recognisers mishear them. A text that is but a fifth of its letters away from one text of a
 * result is that one, unless the caller said it as it is; digits never change. Texts with a format, a pattern, a longest length or listed values stay.
 */
export function spellAsGiven(call: Call, tools: readonly PromptTool[], messages: readonly Message[]): Call {
  const properties = new Map(Object.entries(tools.find(({ name }) => name === call.name)?.parameters.properties ?? {}));
  const isFree = (key: string, value: unknown): value is string =>
    typeof value === 'string' && properties.has(key) && !isBound(properties.get(key));
  const entries = Object.entries(call.arguments);
  if (!entries.some(([key, value]) => isFree(key, value)) || !messages.some(({ role }) => role === 'result'))
    return call;
  const heard = listen(messages);
  const spelled = entries.map(([key, value]) => [key, isFree(key, value) ? spell(value, heard) : value]);
  return { ...call, arguments: Object.fromEntries(spelled) };
}

function spell(text: string, { said, given }: Heard): string {
  const letters = toLetters(text);
  const same = given.get(letters);
  if (same !== undefined) return same;
  if (letters.length < leastLetters || said.includes(letters)) return text;
  const most = Math.floor(letters.length * mostDifferent);
  const near = [...given]
    .filter(([other]) => Math.abs(other.length - letters.length) <= most && toDigits(other) === toDigits(letters))
    .map(([other, name]) => ({ name, away: distance(other, letters) }))
    .filter(({ away }) => away <= most)
    .sort((a, b) => a.away - b.away);
  const [nearest, second] = near;
  return nearest === undefined || nearest.away === second?.away ? text : nearest.name;
}

function listen(messages: readonly Message[]): Heard {
  const said = messages.flatMap((message) => (message.role === 'user' ? [toLetters(message.text)] : [])).join('');
  const given = new Map<string, string>();
  for (const message of messages.toReversed()) {
    if (message.role !== 'result') continue;
    for (const text of textsOf(parse(message.content))) {
      const letters = toLetters(text);
      if (letters !== '' && text.length <= longestName && !given.has(letters)) given.set(letters, text);
    }
  }
  return { said, given };
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function isBound(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && boundKeywords.some((keyword) => keyword in schema);
}

function toLetters(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function toDigits(text: string): string {
  return text.replaceAll(/\P{N}/gu, '');
}
