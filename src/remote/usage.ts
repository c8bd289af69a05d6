// What an answer cost: tokens as the server counted them, or as they are guessed where it could not say, and their
// price.

import type { Prices } from './known-models.ts';

export interface Usage {
  /** Of the context, cached ones among them. */
  readonly inputTokens: number;
  readonly cachedTokens: number;
  /** Written, those that were thought among them. */
  readonly outputTokens: number;
  /** An answer that is stopped brings no count. */
  readonly isEstimated: boolean;
}

const TOKENS_PER_MILLION = 1e6;
/** Of English in most vocabularies, where no answer has told yet. */
const CHARACTERS_PER_TOKEN = 4;

/** US dollars. */
export function toUsd({ inputTokens, cachedTokens, outputTokens }: Usage, prices: Prices): number {
  const { input, cachedInput = input, output } = prices;
  const total = (inputTokens - cachedTokens) * input + cachedTokens * cachedInput + outputTokens * output;
  return total / TOKENS_PER_MILLION;
}

/** Guesses what stopped answers cost, by what whole ones did. */
export interface UsageEstimate {
  learn(countCharacters: number, usage: Usage): void;
  /** `countCharacters`: of the request; `countWritten`: of the answer so far. */
  estimate(countCharacters: number, countWritten: number): Usage;
}

export function createUsageEstimate(): UsageEstimate {
  let charactersPerToken = CHARACTERS_PER_TOKEN;
  return {
    learn(countCharacters, { inputTokens }) {
      if (inputTokens > 0) charactersPerToken = countCharacters / inputTokens;
    },
    estimate: (countCharacters, countWritten) => ({
      inputTokens: Math.ceil(countCharacters / charactersPerToken),
      cachedTokens: 0,
      outputTokens: Math.ceil(countWritten / CHARACTERS_PER_TOKEN),
      isEstimated: true,
    }),
  };
}
