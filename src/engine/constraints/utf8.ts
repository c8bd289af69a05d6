// Sets of characters as the bytes that spell them inside a JSON string. Pure.

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** RFC 8259. \u is left out, and with it the control characters that have no short escape. */
const escapes = new Map(
  Array.from('"\\\b\f\n\r\t', (character, index) => [
    character.charCodeAt(0),
    Array.from(`\\${'"\\bfnrt'[index]}`, (c) => c.charCodeAt(0)),
  ]),
);
/** By the number of bytes; without the halves of surrogate pairs. */
const plainRanges: readonly Range[] = [
  { min: 0x20, max: 0x21 },
  { min: 0x23, max: 0x5b },
  { min: 0x5d, max: 0x7e },
  { min: 0x80, max: 0x7ff },
  { min: 0x800, max: 0xd7ff },
  { min: 0xe000, max: 0xffff },
  { min: 0x10000, max: 0x10ffff },
];

/** Sequences of ranges of bytes, one for each byte; together they spell exactly the characters of `range`. */
export function toByteRanges(range: Range): Range[][] {
  const escaped = [...escapes].filter(([character]) => character >= range.min && character <= range.max);
  const plain = plainRanges.flatMap(({ min, max }) => {
    const [from, to] = [Math.max(min, range.min), Math.min(max, range.max)];
    return from <= to ? splitRange(from, to, countContinuations(max)) : [];
  });
  return [...escaped.map(([, bytes]) => bytes.map((byte) => ({ min: byte, max: byte }))), ...plain];
}

function countContinuations(max: number): number {
  return max <= 0x7f ? 0 : max <= 0x7ff ? 1 : max <= 0xffff ? 2 : 3;
}

/** Cuts where the first byte changes, unless all that follows the first byte is covered. */
function splitRange(from: number, to: number, count: number, isFirst = true): Range[][] {
  const lead = isFirst ? ([0, 0xc0, 0xe0, 0xf0][count] ?? 0) : 0x80;
  if (count === 0) return [[{ min: lead + from, max: lead + to }]];
  const size = 64 ** count;
  const [high, low] = [Math.floor(from / size), Math.floor(to / size)];
  const isWhole = from % size === 0 && (to + 1) % size === 0;
  if (high === low || isWhole)
    return splitRange(isWhole ? 0 : from % size, isWhole ? size - 1 : to % size, count - 1, false).map((rest) => [
      { min: lead + high, max: lead + low },
      ...rest,
    ]);
  const cut = from % size === 0 ? low * size : (high + 1) * size;
  return [...splitRange(from, cut - 1, count, isFirst), ...splitRange(cut, to, count, isFirst)];
}
