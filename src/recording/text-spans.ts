/**
 * Where `after` has words that `before` had not at their place, from the left and from the right: spans of UTF-16 code
 * units.
 */
export function changedSpans(before: string, after: string): [from: number, to: number][] {
  let from = 0;
  while (from < after.length && before[from] === after[from]) from++;
  let back = 0;
  const most = Math.min(before.length, after.length) - from;
  while (back < most && before.at(-1 - back) === after.at(-1 - back)) back++;
  const to = after.length - back;
  return from < to ? [[from, to]] : [];
}
