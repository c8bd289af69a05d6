// Names, numbers and times that a reply takes over from the last result or from the caller. Pure functions; know no
// model.
import { normalise } from './model-values.ts';

/** The ways to say one value, normalised: any of them is the value. */
export type Entity = readonly string[];

const MAX_VALUE_WORDS = 8;
const months = 'january february march april may june july august september october november december'.split(' ');
/** They say nothing by themselves, or are said for other reasons. */
const tooCommon = new Set(['', '0', '1', 'true', 'false', 'i', 'im', 'ill', 'id', 'ive', 'ok', 'okay', 'dontcare']);

/** Open a sentence before a name, and are none. */
const openers = new Set(
  'in at on for from to near around no not yes yeah sure okay please the a my we is are can could what how find book show get'.split(
    ' ',
  ),
);

/** Values of `result` (JSON) and of the caller's turn, as written, that `said` says. */
export function entitiesOf(said: string, turn: string | undefined, result: string | undefined): Entity[] {
  const found = [...valuesOf(result).map(toEntity), ...namesOf(turn ?? '').map((name) => [normalise(name)])];
  const entities = new Map(
    found.flatMap((entity) => (isUsable(entity) && says(said, entity) ? [[entity[0] ?? '', entity]] : [])),
  );
  return [...entities.values()];
}

export function says(reply: string, entity: Entity): boolean {
  const text = ` ${normalise(reply)} `;
  return entity.some((form) => text.includes(` ${form} `));
}

function isUsable([form = '']: Entity): boolean {
  return !tooCommon.has(form) && form.split(' ').length <= MAX_VALUE_WORDS;
}

/** A date is also its day and month in words. */
function toEntity(value: string): Entity {
  const [, month, day] = /^\d{4}-(\d{2})-(\d{2})$/.exec(value) ?? [];
  const name = months[Number(month) - 1];
  if (name === undefined) return [normalise(value)];
  return [normalise(value), `${name} ${Number(day)}`, `${Number(day)} of ${name}`, `${Number(day)} ${name}`];
}

function valuesOf(result: string | undefined): string[] {
  if (result === undefined) return [];
  try {
    return leaves(JSON.parse(result));
  } catch {
    return [];
  }
}

function leaves(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves);
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
}

/**
 * Capitalised words in a row, less an opener, unless one alone opens a sentence; and whatever has a digit in it once
 * normalised.
 */
function namesOf(turn: string): string[] {
  const names = turn.split(/[.?!,;:]\s+/).flatMap((sentence) => {
    const words = sentence.trim().split(/\s+/);
    const runs: string[][] = [[]];
    for (const [index, word] of words.entries()) {
      const opens = index === 0 && (openers.has(word.toLowerCase()) || !/^\p{Lu}\p{L}/u.test(words[1] ?? ''));
      const isName = /^\p{Lu}[\p{L}'’]+/u.test(word) && !opens;
      if (isName) runs.at(-1)?.push(word);
      else runs.push([]);
    }
    return runs.map((run) => run.join(' '));
  });
  const numbers = normalise(turn)
    .split(' ')
    .filter((word) => /\d/.test(word));
  return [...names, ...numbers];
}
