// What answers of models over the network cost, by whether their words were used: bills in, sums and words out. Pure.

import type { UnstampedEvent } from './call-file.ts';

export type Bill = Pick<
  Extract<UnstampedEvent, { readonly type: 'draft.billed' }>,
  'use' | 'inputTokens' | 'outputTokens' | 'usd' | 'isEstimated'
>;

/** Of several answers. */
export interface BillSum {
  readonly answers: number;
  /** In and out. */
  readonly tokens: number;
  /** Of `tokens`, those that nobody has told a price of. */
  readonly unpricedTokens: number;
  /** US dollars at the list price. */
  readonly usd: number;
  /** One of them at least was stopped before the server counted. */
  readonly isEstimated: boolean;
}

export interface Bills {
  readonly kept: BillSum;
  readonly thrownAway: BillSum;
}

const nothing: BillSum = { answers: 0, tokens: 0, unpricedTokens: 0, usd: 0, isEstimated: false };

/** Undefined where there is no bill: nothing was asked over the network. */
export function sumBills(bills: Iterable<Bill>): Bills | undefined {
  let sums: Bills | undefined;
  for (const bill of bills) {
    sums ??= { kept: nothing, thrownAway: nothing };
    sums =
      bill.use === 'kept'
        ? { ...sums, kept: add(sums.kept, bill) }
        : { ...sums, thrownAway: add(sums.thrownAway, bill) };
  }
  return sums;
}

/**
 * What was paid for words that were used, and for others.
 * @example `kept $0.000312 (1,520 tokens) · thrown away about $0.00012 (600 tokens)`
 */
export function describeBills({ kept, thrownAway }: Bills): string {
  const told = [
    ['kept', kept],
    ['thrown away', thrownAway],
  ] as const;
  return told.flatMap(([what, sum]) => (sum.answers === 0 ? [] : [`${what} ${describeSum(sum)}`])).join(' · ');
}

function add(sum: BillSum, { inputTokens, outputTokens, usd, isEstimated }: Bill): BillSum {
  const tokens = inputTokens + outputTokens;
  return {
    answers: sum.answers + 1,
    tokens: sum.tokens + tokens,
    unpricedTokens: sum.unpricedTokens + (usd === undefined ? tokens : 0),
    usd: sum.usd + (usd ?? 0),
    isEstimated: sum.isEstimated || isEstimated === true,
  };
}

function describeSum({ tokens, unpricedTokens, usd, isEstimated }: BillSum): string {
  const about = isEstimated ? 'about ' : '';
  const counted = `${tokens.toLocaleString('en-US')} tokens`;
  if (tokens === unpricedTokens) return `${about}${counted}`;
  const rest = unpricedTokens === 0 ? '' : `, ${unpricedTokens.toLocaleString('en-US')} of them without a price`;
  return `${about}${formatUsd(usd)} (${counted}${rest})`;
}

/** Three digits that tell something; from a dollar on, cents. */
function formatUsd(usd: number): string {
  const digits = usd < 1 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 2 };
  return usd.toLocaleString('en-US', { style: 'currency', currency: 'USD', ...digits });
}
