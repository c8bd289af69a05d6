// A window on a long context: what does not fit loses its oldest messages. Pure.

export interface Window {
  /** Most tokens that are kept. */
  readonly roomTokens: number;
  /** Leading tokens that are always kept: instructions and tools. */
  readonly countPrefix: number;
  /** Where the window may begin, ascending. */
  readonly callerTurns: (context: readonly number[]) => readonly number[];
}

/**
 * Cuts at a turn of the caller. The cut moves by half the room at a time and depends on nothing but `context`, so that
 * a growing context keeps what it shares with its last window, and is seldom prefilled anew. What can't be made to fit
 * comes back as it is.
 */
export function slide(context: readonly number[], { roomTokens, countPrefix, callerTurns }: Window): readonly number[] {
  if (context.length <= roomTokens) return context;
  const step = Math.max(1, Math.floor((roomTokens - countPrefix) / 2));
  const turns = callerTurns(context);
  const surplus = context.length - roomTokens;
  const target = countPrefix + Math.ceil(surplus / step) * step;
  const cut = findCut(target) ?? findCut(countPrefix + surplus);
  return cut === undefined ? context : [...context.slice(0, countPrefix), ...context.slice(cut)];

  function findCut(from: number): number | undefined {
    return turns.find((turn) => turn >= from);
  }
}
