// Logit bias for calls (decisions/017): a value that is nearly as likely is copied from the dialogue, and an argument
// that is hardly likelier than the end is left out.
import { type CopyMatcher, createCopyMatcher, type Places } from './copy-matcher.ts';

export interface CopyBiasOptions {
  /** The text of tokens. */
  readonly decode: (ids: readonly number[]) => string;
  /** What the caller said and tools gave. */
  readonly dialogue: () => readonly string[];
}

export interface CopyBias {
  /** A free text begins: where a value may be copied from. */
  begin(): void;
  /** The call goes on with `id`. */
  take(id: number): void;
  /**
   * `likeliest`, or the likeliest token that goes on with words of the dialogue, if it is less than `COPY_NATS` behind.
   */
  toDialogue(likeliest: number, logP: Float32Array, isLegal: (id: number) => boolean): number;
  /**
   * `likeliest`, or of the `fixed` tokens one that closes the arguments, if `likeliest` begins another one and is less
   * than `endNats` ahead.
   */
  toEnd(likeliest: number, logP: Float32Array, fixed: readonly number[]): number;
}

/** Small models garble the names that they copy ("Opinin" for Bolinas). */
const COPY_NATS = 3;
/** They fill in what nobody asked for: the first of the listed airlines. */
const END_NATS = 1;
/** Dates, times and numbers are put in another form than callers say them in. */
const digit = /\p{N}/u;

export function createCopyBias({ decode, dialogue }: CopyBiasOptions): CopyBias {
  let matcher: CopyMatcher | undefined;
  let places: Places = [];

  function follow(from: CopyMatcher, text: string): Places {
    return from.follow(places, places === from.starts ? text.trimStart() : text);
  }

  function isCopy(from: CopyMatcher, id: number): boolean {
    const text = decode([id]);
    if (digit.test(text)) return false;
    const quote = text.indexOf('"');
    if (quote < 0) return follow(from, text).length > 0;
    return from.isWhole(follow(from, text.slice(0, quote)));
  }

  return {
    begin() {
      matcher ??= createCopyMatcher(dialogue());
      places = matcher.starts;
    },
    take(id) {
      if (matcher && places.length > 0) places = follow(matcher, decode([id]));
    },
    toDialogue(likeliest, logP, isLegal) {
      if (
        !matcher ||
        likeliest < 0 ||
        places.length === 0 ||
        digit.test(decode([likeliest])) ||
        isCopy(matcher, likeliest)
      )
        return likeliest;
      let best = likeliest;
      let highest = (logP[likeliest] ?? 0) - COPY_NATS;
      for (let id = 0; id < logP.length; id++) {
        const value = logP[id] ?? Number.NEGATIVE_INFINITY;
        if (value <= highest || !isLegal(id) || !isCopy(matcher, id)) continue;
        best = id;
        highest = value;
      }
      return best;
    },
    toEnd(likeliest, logP, fixed) {
      if (!fixed.includes(likeliest)) return likeliest;
      const text = decode([likeliest]);
      if (!text.includes(',') || text.includes('}')) return likeliest;
      const least = (logP[likeliest] ?? 0) - END_NATS;
      const closers = fixed.filter((id) => (logP[id] ?? 0) > least && decode([id]).includes('}'));
      return closers.reduce((best, id) => ((logP[id] ?? 0) > (logP[best] ?? 0) ? id : best), closers[0] ?? likeliest);
    },
  };
}
