// A decoded call in, the same call with the names of tools spelled as the tools gave them out. Knows no model.

import { distance } from 'fastest-levenshtein';
import { parseJson } from '../../base/parse-json.ts';
import { LETTERS, toLetters } from '../../base/words.ts';
import type { Message, PromptTool } from './prompt.ts';

interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

interface Dialogue {
  /** The caller's words as they stand. */
  readonly said: string;
  /** The same by their letters, digits and signs. */
  readonly saidKey: string;
  /** Texts of each result, newest first. */
  readonly given: readonly (readonly string[])[];
}

/** Shorter texts are near to too many others. */
const MIN_LETTERS = 6;
const MAX_NAME_CHARACTERS = 80;
/** Letters that may differ, of all. */
const MAX_DIFFERENT_SHARE = 0.2;
/** Whose values are not the caller's or a tool's free words. */
const boundKeywords = ['enum', 'const', 'format', 'pattern', 'maxLength', 'x-copied', 'x-spoken'];
/** Whose blanks may matter. */
const ruledKeywords = ['enum', 'const', 'format', 'pattern', 'minLength', 'anyOf', 'oneOf'];

/**
 * Small models garble names that they copy ("NotMy Problem"), and recognisers mishear them. A text that is but a fifth
 * of its letters away from exactly one text of a result is that one. What stands in a result or was said is never
 * touched, and digits, their grouping and signs (A+, 1.5, 1-12, j.doe) never change. Texts with a format, a pattern, a
 * longest length or listed values stay, and so do copied and spoken ones.
 */
export function spellAsGiven(call: ToolCall, tools: readonly PromptTool[], messages: readonly Message[]): ToolCall {
  const properties = new Map(Object.entries(tools.find(({ name }) => name === call.name)?.parameters.properties ?? {}));
  const dialogue = messages.some(({ role }) => role === 'result') ? readDialogue(messages) : undefined;
  const entries = Object.entries(call.arguments).map(([key, value]) => {
    const isFree = typeof value === 'string' && properties.has(key) && !isBound(properties.get(key));
    if (!isFree) return [key, trimIn(value, properties.get(key))];
    const text = value.trim();
    return [key, dialogue ? spell(text, dialogue) : text];
  });
  return { ...call, arguments: Object.fromEntries(entries) };
}

/** Blanks around a text are the model's, unless a rule says how it looks. */
function trimIn(value: unknown, schema: unknown): unknown {
  if (typeof value === 'string') return schema === undefined || isRuled(schema) ? value : value.trim();
  if (Array.isArray(value)) return value.map((item) => trimIn(item, fieldOf(schema, 'items')));
  if (typeof value !== 'object' || value === null) return value;
  const properties = fieldOf(schema, 'properties');
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      trimIn(item, fieldOf(properties, key) ?? fieldOf(schema, 'additionalProperties')),
    ]),
  );
}

function fieldOf(schema: unknown, name: string): unknown {
  return typeof schema === 'object' && schema !== null && Object.hasOwn(schema, name)
    ? Reflect.get(schema, name)
    : undefined;
}

function spell(written: string, { said, saidKey, given }: Dialogue): string {
  const text = written.normalize('NFC');
  const all = given.flat();
  if (all.includes(text) || standsIn(said, text)) return written;
  const key = toKey(text);
  const same = given.map((texts) => texts.filter((other) => toKey(other) === key)).find((texts) => texts.length > 0);
  // Two texts of one result are two things; a later result may spell one thing anew.
  if (same) return new Set(same).size === 1 ? (same[0] ?? written) : written;
  const countLetters = toLetters(key).length;
  if (countLetters < MIN_LETTERS || saidKey.includes(key)) return written;
  const most = Math.floor(countLetters * MAX_DIFFERENT_SHARE);
  const near = [...new Map(all.toReversed().map((name) => [toKey(name), name]))]
    .filter(([other]) => Math.abs(other.length - key.length) <= most && toShape(other) === toShape(key))
    .map(([other, name]) => ({ name, away: distance(other, key) }))
    .filter(({ away }) => away <= most)
    .sort((a, b) => a.away - b.away);
  const [nearest, second] = near;
  if (nearest === undefined || nearest.away === second?.away || hasTwin(nearest.name, all)) return written;
  return nearest.name;
}

/** Another text with the same letters and digits: which one was meant can't be told. */
function hasTwin(name: string, all: readonly string[]): boolean {
  const [key, letters] = [toKey(name), toLetters(name)];
  return all.some((other) => toKey(other) !== key && toLetters(other) === letters);
}

function readDialogue(messages: readonly Message[]): Dialogue {
  const said = messages.flatMap((message) => (message.role === 'user' ? [message.text.normalize('NFC')] : []));
  const given = messages.toReversed().flatMap((message) => {
    if (message.role !== 'result') return [];
    const texts = textsOf(parseJson(message.content)).map((text) => text.normalize('NFC'));
    return [texts.filter((text) => text.length <= MAX_NAME_CHARACTERS && toLetters(text) !== '')];
  });
  return { said: said.join('\n'), saidKey: said.map(toKey).join('\n'), given };
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function isBound(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && boundKeywords.some((keyword) => keyword in schema);
}

function isRuled(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && ruledKeywords.some((keyword) => keyword in schema);
}

const endsInWord = new RegExp(`[${LETTERS}]$`, 'u');
const beginsInWord = new RegExp(`^[${LETTERS}]`, 'u');

/** Whole words of it, signs included. */
function standsIn(said: string, text: string): boolean {
  for (let at = said.indexOf(text); at >= 0; at = said.indexOf(text, at + 1)) {
    const [before, after] = [said.slice(0, at), said.slice(at + text.length)];
    if (!endsInWord.test(before) && !beginsInWord.test(after)) return true;
  }
  return false;
}

/**
 * What only sets words apart: a hyphen between letters, a point at a word's end; between digits a blank matters as
 * well.
 */
const idle =
  /['\u2018\u2019"\u201c\u201d]|(?<=[\p{L}\p{M}])[-\u2010&](?=\p{L})|(?<=\s)[-\u2013&](?=\s)|(?<=[\p{L}\p{M}])[.,;:!?](?=\s|$)/gu;
const idleBlank = /(?<!\p{N})\s+|\s+(?!\p{N})/gu;

/** Lower case, without what only sets words apart. Signs stand: they are all that tells A+ from A-. */
function toKey(text: string): string {
  return text.toLowerCase().trim().replaceAll(idle, '').replaceAll(idleBlank, '');
}

/** Digits and signs where they stand among the letters. */
function toShape(key: string): string {
  return key.replaceAll(/[\p{L}\p{M}\u200c\u200d]+/gu, 'x');
}
