// Growing text in, the same text out up to the first of some words, which a client does not want to see. Pure.

interface Growing {
  readonly text: string;
  readonly isDone: boolean;
  readonly isTruncated: boolean;
}

/** Holds back what may be the beginning of one of `stops`; where one is found, nothing more is asked for. */
export async function* stopAt<State extends Growing>(
  states: AsyncIterable<State>,
  stops: readonly string[],
): AsyncIterable<State> {
  for await (const state of states) {
    const found = stops.map((stop) => state.text.indexOf(stop)).filter((index) => index >= 0);
    if (found.length > 0) {
      yield { ...state, text: state.text.slice(0, Math.min(...found)), isDone: true, isTruncated: false };
      return;
    }
    yield state.isDone
      ? state
      : { ...state, text: state.text.slice(0, state.text.length - countBegun(state.text, stops)) };
  }
}

/** Characters at the end of `text` that one of `stops` begins with. */
function countBegun(text: string, stops: readonly string[]): number {
  return Math.max(
    0,
    ...stops.map((stop) => {
      for (let count = Math.min(stop.length - 1, text.length); count > 0; count--)
        if (text.endsWith(stop.slice(0, count))) return count;
      return 0;
    }),
  );
}
