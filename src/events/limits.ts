// What a caller's side may send of one event. Free of zod: browser pages keep to it, too.

export const eventLimits = {
  /** Of words, UTF-16 code units. */
  textLength: 4000,
  /** Of `from` and `to`, UTF-16 code units. */
  partyLength: 256,
  /** Of `silentMs`, milliseconds. */
  silentMs: 60_000,
} as const;
