// Takes what a tool returned, gives it as JSON; what JSON can't hold is an error that names its type and its place,
// never an empty object.

import { ToolError } from '../errors.ts';

/**
 * A tool that returns nothing gives null; one that yields gives what it returned, or else yielded, last. Rejects with
 * ToolError `tool-result`.
 */
export async function toResult(name: string, returned: unknown, signal: AbortSignal): Promise<unknown> {
  return toJson(name, isGenerator(returned) ? await toLast(returned, signal) : returned);
}

type Steps = Generator | AsyncGenerator;

function isGenerator(value: unknown): value is Steps {
  return /^\[object (Async)?Generator\]$/.test(Object.prototype.toString.call(value));
}

/** Ended with the signal, between two of its steps. */
async function toLast(steps: Steps, signal: AbortSignal): Promise<unknown> {
  let last: unknown;
  while (!signal.aborted) {
    const { done, value } = await steps.next();
    if (done === true) return value ?? last;
    last = value;
  }
  await steps.return(undefined);
  return undefined;
}

/** A copy. */
function toJson(name: string, value: unknown): unknown {
  const refuse = (what: string, key: string) =>
    new ToolError(
      'tool-result',
      `${name} returned ${what}${key === '' ? '' : ` as ${key}`}, which JSON can't hold: return plain objects, lists, texts and numbers`,
    );
  try {
    const text = JSON.stringify(value ?? null, (key, inner: unknown) => {
      const what = findUnfit(inner, key === '');
      if (what !== undefined) throw refuse(what, key);
      return inner;
    });
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof ToolError) throw error;
    throw new ToolError(
      'tool-result',
      `${name} returned what is not JSON: it holds itself, or a getter or toJSON of it threw`,
      { cause: error },
    );
  }
}

/** The type of what JSON would write as less than it is. A field without a value is none. */
function findUnfit(value: unknown, isRoot: boolean): string | undefined {
  if (typeof value === 'bigint') return 'a BigInt';
  if (typeof value === 'function' || typeof value === 'symbol') return isRoot ? `a ${typeof value}` : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (isPlain(value) || value instanceof Number || value instanceof String || value instanceof Boolean)
    return undefined;
  const isEmptied = Object.keys(value).length === 0;
  const isUnlike = value instanceof Error || ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set;
  if (!isEmptied && !isUnlike) return undefined;
  const type = value.constructor?.name || Object.prototype.toString.call(value).slice(8, -1);
  return `${/^[aeio]/i.test(type) ? 'an' : 'a'} ${type}`;
}

/** Of this realm or another. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
