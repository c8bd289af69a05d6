// Takes the values of named fields out of a call's lines before they are written, wherever they turn up once they are
// known. Lengths stay, so that what points into a text still points at the same place.

import { LETTERS } from '../../base/words.ts';
import { redactionOf } from '../../events/vocabulary.ts';
import type { CallWriter, UnstampedEvent } from './call-file.ts';

const letters = new RegExp(`[${LETTERS}]`, 'gu');

/** Shorter values are covered in their fields alone: elsewhere they are part of other words. */
const MIN_KNOWN_LENGTH = 3;

/** `values`: known from the start, such as a call's variables. */
export function coverFields(writer: CallWriter, names: readonly string[], values: readonly unknown[]): CallWriter {
  const wanted = new Set(names);
  const known = new Set<string>();
  let anyKnown: RegExp | undefined;
  for (const value of values) learn(value);

  function learn(value: unknown): void {
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(learn);
    const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
    if (text.length < MIN_KNOWN_LENGTH || known.has(text)) return;
    known.add(text);
    const longestFirst = [...known].sort((a, b) => b.length - a.length);
    anyKnown = new RegExp(longestFirst.map((one) => one.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'giu');
  }

  function learnFields(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, item] of Object.entries(value)) if (wanted.has(name)) learn(item);
    Object.values(value).forEach(learnFields);
  }

  function cover(value: unknown): unknown {
    if (typeof value === 'string') {
      const inside = coverMembers(value, wanted);
      return anyKnown === undefined ? inside : inside.replaceAll(anyKnown, hideText);
    }
    if (typeof value === 'number') return known.has(String(value)) ? 0 : value;
    if (Array.isArray(value)) return value.map(cover);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        name === 'type' ? item : wanted.has(name) ? hide(item) : cover(item),
      ]),
    );
  }

  return {
    append(event, atMs) {
      learnFields(event);
      const isCovered =
        'arguments' in event && JSON.stringify(cover(event.arguments)) !== JSON.stringify(event.arguments);
      const covered = Object.entries(event)
        .filter(([name]) => redactionOf(event.type, name) !== 'leave-out' || !isCovered)
        .map(([name, value]) => [name, redactionOf(event.type, name) === 'cover' ? cover(value) : value]);
      writer.append(Object.fromEntries(covered) as UnstampedEvent, atMs);
    },
  };
}

/** Members of JSON within a text, a call that is still being written among them. */
function coverMembers(text: string, names: ReadonlySet<string>): string {
  let covered = text;
  for (const { 0: key, 1: name = '', index } of text.matchAll(/"([^"\\]*)": ?/g)) {
    if (!names.has(name)) continue;
    const from = index + key.length;
    const to = findEnd(text, from);
    covered = covered.slice(0, from) + hideText(text.slice(from, to)) + covered.slice(to);
  }
  return covered;
}

/** Where the JSON value that begins at `from` ends, or the text. */
function findEnd(text: string, from: number): number {
  let depth = 0;
  let isInText = false;
  for (let at = from; at < text.length; at++) {
    const letter = text[at] ?? '';
    if (isInText && letter === '\\') at++;
    else if (letter === '"') isInText = !isInText;
    else if (isInText) continue;
    else if ('[{'.includes(letter)) depth++;
    else if (depth === 0 && ',}]'.includes(letter)) return at;
    else if ('}]'.includes(letter)) depth--;
  }
  return text.length;
}

function hide(value: unknown): unknown {
  if (typeof value === 'string') return hideText(value);
  if (typeof value === 'number') return 0;
  if (typeof value === 'boolean') return false;
  if (Array.isArray(value)) return value.map(hide);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, hide(item)]));
}

function hideText(text: string): string {
  return text.replaceAll(letters, (letter) => '×'.repeat(letter.length));
}
