// Reads a call that is still being written: its tool, the argument that it is at, the beginning of that value. Text in,
// plain data out.

export interface OpenCall {
  /** Undefined while the name is being written. */
  readonly tool: string | undefined;
  /** The innermost key whose value is being written; undefined where a key or the end comes next. */
  readonly key: string | undefined;
  /** What is written of that value, without a quote before it. */
  readonly value: string;
  /** The same is inside quotes. */
  readonly isText: boolean;
  /** Keys whose values are whole, in order, and those values as JSON has them, without quotes. */
  readonly done: readonly (readonly [key: string, value: string])[];
}

/** What stands of a tool's name at the beginning of a call, in whatever dialect. */
export function toolNameIn(text: string): string {
  return /^\s*"?([^\s{"]*)/.exec(text)?.[1] ?? '';
}

/** ` book {"day": "2026-0` is at key `day`, value `2026-0`, and so is ` "book", "arguments": {"day": "2026-0`. */
export function readOpenCall(text: string): OpenCall {
  const [opening, tool] = /^\s*"?([^\s{"]*)(?:", "arguments":)?\s*\{/.exec(text) ?? [];
  if (opening === undefined) return { tool: undefined, key: undefined, value: text, isText: false, done: [] };
  const done: (readonly [string, string])[] = [];
  let key: string | undefined;
  let start = opening.length;
  let isText = false;
  for (let at = opening.length; at < text.length; at++) {
    const character = text[at];
    if (isText) {
      if (character === '\\') at++;
      if (character !== '"') continue;
      isText = false;
      const written = text.slice(start, at);
      if (text[at + 1] === ':') {
        key = written;
        at += 2;
      } else if (key !== undefined) done.push([key, written]);
      start = at + 1;
    } else if (character === '"') {
      isText = true;
      start = at + 1;
    } else if (character === ',' || character === '}' || character === ']') {
      const written = text.slice(start, at).trim();
      if (key !== undefined && written !== '') done.push([key, written]);
      // What follows in a list is of the same key.
      if (character !== ']' && !isInList(text, at)) key = undefined;
      start = at + 1;
    } else if (character === '[' || character === '{') start = at + 1;
  }
  const rest = text.slice(start);
  return { tool, key, value: isText ? rest : rest.trimStart(), isText, done };
}

function isInList(text: string, end: number): boolean {
  const before = text.slice(0, end).replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
  const opened = [...before].filter((character) => '[]{}'.includes(character));
  const open: string[] = [];
  for (const character of opened) {
    if (character === '[' || character === '{') open.push(character);
    else open.pop();
  }
  return open.at(-1) === '[';
}
