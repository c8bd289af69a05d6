// JSON of a stranger: parsed only where it does not nest deeper than what goes through it in turn can stand.
import { RuntimeError } from '../errors.ts';

const MAX_LEVELS = 64;
const QUOTE_CODE = 0x22;
const BACKSLASH_CODE = 0x5c;
const opening: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closing: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** Throws SyntaxError, or RuntimeError `request-invalid` where it nests too deep; `where` names it. */
export function parseJson(text: string, where: string): unknown {
  let levels = 0;
  let isString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isString && code === BACKSLASH_CODE) index++;
    else if (code === QUOTE_CODE) isString = !isString;
    else if (!isString && opening.has(code) && ++levels > MAX_LEVELS)
      throw new RuntimeError('request-invalid', `${where}: JSON of more than ${MAX_LEVELS} levels; flatten it`);
    else if (!isString && closing.has(code)) levels--;
  }
  return JSON.parse(text);
}
