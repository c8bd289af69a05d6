// Keeps a tool's result within what the model can be told, as valid JSON: lists lose their tails first, then long
// texts, then last fields.

/** Characters, unless a tool says otherwise: the model is told of 420. */
export const USUAL_MAX_RESULT_LENGTH = 400;

/** A JSON value's length as the model is told it, with a space after each comma and colon. */
export function toldLength(value: unknown): number {
  if (Array.isArray(value)) {
    return 2 + value.reduce<number>((sum, item) => sum + toldLength(item), 0) + separators(value.length);
  }
  if (isRecord(value)) {
    const entries = Object.entries(value);
    const sum = entries.reduce((total, [key, item]) => total + JSON.stringify(key).length + 2 + toldLength(item), 0);
    return 2 + sum + separators(entries.length);
  }
  return JSON.stringify(value).length;
}

/** `value` must be JSON (parsed, not shared with others): it is cut in place where it can be. */
export function limitResult(value: unknown, maxLength: number): unknown {
  let root = thin(value, COARSE_FACTOR * maxLength);
  for (const cut of [cutArray(1), cutText, cutFields, cutArray(0)]) {
    for (let excess = toldLength(root) - maxLength; excess > 0; excess = toldLength(root) - maxLength) {
      if (typeof root === 'string') root = shorten(root, excess);
      else if (!cut(root, excess)) break;
    }
  }
  return root;
}

type Cut = (root: unknown, excess: number) => boolean;
type Holder = Record<string, unknown>;

const MIN_TEXT_LENGTH = 24;
/**
 * What is longer than this many limits is thinned first: cut piece by piece, megabytes would hold up every call for
 * minutes.
 */
const COARSE_FACTOR = 4;

interface Bounds {
  readonly items: number;
  readonly letters: number;
  readonly fields: number;
}

const wideBounds: Bounds = { items: 512, letters: 4096, fields: 512 };
/** One bound tightens after the other. */
const coarseBounds: readonly Bounds[] = [
  ...halves(wideBounds.items, 1).map((items) => ({ ...wideBounds, items })),
  ...halves(wideBounds.letters, MIN_TEXT_LENGTH).map((letters) => ({ ...wideBounds, items: 1, letters })),
  ...halves(wideBounds.fields, 1).map((fields) => ({ items: 1, letters: MIN_TEXT_LENGTH, fields })),
];

/**
 * Bounds all lists, texts and objects alike until the whole is no longer than `maxLength`, or nothing is left to bound.
 */
function thin(value: unknown, maxLength: number): unknown {
  let root = value;
  for (const bounds of coarseBounds) {
    if (!isLonger(root, maxLength)) break;
    root = bound(root, bounds);
  }
  return root;
}

function bound(value: unknown, bounds: Bounds): unknown {
  const { items, letters, fields } = bounds;
  if (typeof value === 'string') return value.length > letters ? shorten(value, value.length - letters) : value;
  if (Array.isArray(value)) return value.slice(0, items).map((item) => bound(item, bounds));
  if (!isRecord(value)) return value;
  const kept = Object.keys(value).slice(0, fields);
  return Object.fromEntries(kept.map((key) => [key, bound(value[key], bounds)]));
}

/** Looks at no more of the value than it must. */
function isLonger(value: unknown, maxLength: number): boolean {
  let left = maxLength;
  const spend = (inner: unknown): boolean => {
    left -= typeof inner === 'string' ? inner.length : 1;
    if (left < 0 || !isRecord(inner)) return left < 0;
    if (Array.isArray(inner)) return inner.some(spend);
    return Object.keys(inner).some((key) => {
      left -= key.length;
      return spend(inner[key]);
    });
  };
  return spend(value);
}

function halves(from: number, to: number): number[] {
  return from < to ? [] : [from, ...halves(Math.floor(from / 2), to)];
}

/** Drops the tail of the longest array that has more than `keep` items. */
function cutArray(keep: number): Cut {
  return (root, excess) => {
    const longest = findLongest(root, (node): node is unknown[] => Array.isArray(node) && node.length > keep);
    if (longest === undefined) return false;
    for (let left = excess; left > 0 && longest.length > keep; ) left -= toldLength(longest.pop()) + 2;
    return true;
  };
}

/** Shortens the longest text that is a member of an object or array. */
function cutText(root: unknown, excess: number): boolean {
  let best: { readonly holder: Holder | unknown[]; readonly key: string; readonly text: string } | undefined;
  for (const holder of nodes(root)) {
    for (const [key, text] of Object.entries(holder)) {
      if (typeof text === 'string' && text.length > Math.max(MIN_TEXT_LENGTH, best?.text.length ?? 0)) {
        best = { holder, key, text };
      }
    }
  }
  if (best === undefined) return false;
  Object.assign(best.holder, { [best.key]: shorten(best.text, Math.min(excess, best.text.length - MIN_TEXT_LENGTH)) });
  return true;
}

/** Drops the last field of the longest object. */
function cutFields(root: unknown): boolean {
  const longest = findLongest(
    root,
    (node): node is Holder => !Array.isArray(node) && isRecord(node) && Object.keys(node).length > 0,
  );
  const last = longest && Object.keys(longest).at(-1);
  if (longest === undefined || last === undefined) return false;
  delete longest[last];
  return true;
}

function shorten(text: string, by: number): string {
  const kept = text.slice(0, Math.max(0, text.length - by - 1));
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

function findLongest<T extends object>(root: unknown, isWanted: (node: object) => node is T): T | undefined {
  let longest: T | undefined;
  let lengthOfLongest = -1;
  for (const node of nodes(root)) {
    if (!isWanted(node)) continue;
    const length = toldLength(node);
    if (length > lengthOfLongest) {
      longest = node;
      lengthOfLongest = length;
    }
  }
  return longest;
}

function* nodes(value: unknown): Generator<Holder | unknown[]> {
  if (!isRecord(value)) return;
  yield value;
  for (const item of Object.values(value)) yield* nodes(item);
}

function isRecord(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null;
}

function separators(count: number): number {
  return 2 * Math.max(0, count - 1);
}
