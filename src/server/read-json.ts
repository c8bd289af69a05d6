// JSON of a stranger: parsed only where it does not nest deeper than what goes through it in turn can stand.
import { RuntimeError } from '../errors.ts';

const mostLevels = 64;
const quote = 0x22;
const backslash = 0x5c;
const opening: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closing: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** Throws SyntaxError, or RuntimeError `request-invalid` where it nests too deep; `where` names it. */
export function parseJson(text: string, where: string): unknown {
  let levels = 0;
  let isString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isString && code === backslash) index++;
    else if (code === quote) isString = !isString;
    else if (!isString && opening.has(code) && ++levels > mostLevels)
      throw new RuntimeError('request-invalid', `${where}: JSON of more than ${mostLevels} levels; flatten it`);
    else if (!isString && closing.has(code)) levels--;
  }
  return JSON.parse(text);
}
