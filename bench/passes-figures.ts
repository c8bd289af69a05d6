// What forward passes calls and repairs take: counts, and the milliseconds that they stand for. Takes drafts, gives
// figures; knows no engine.

import { round2, sum } from './engine-draft.ts';

/** One draft. */
export interface Counted {
  /** By which its figures are grouped: `4 arguments`, `say changes`. */
  readonly kind: string;
  readonly tokens: number;
  readonly forwards: number;
  readonly proposed: number;
  readonly accepted: number;
  /** The words and values of autoregressive decoding; undefined where that was not asked. */
  readonly isSame?: boolean;
}

export interface PassFigures {
  readonly kind: string;
  readonly count: number;
  readonly tokens: number;
  readonly forwards: number;
  readonly positionsPerForward: number;
  /** Of the candidates. */
  readonly acceptedShare: number;
  /** By what a pass and a position take on one thread. */
  readonly expectedMs: Readonly<Record<keyof typeof machines, number>>;
  readonly countDifferent: number;
}

/** Milliseconds before the first position, and a position: decisions/044. */
export const machines = { vnni: [9, 0.75], avx2: [14, 3.1] } as const;

/** Of all, then of each kind. */
export function toPassFigures(drafts: readonly Counted[]): readonly PassFigures[] {
  const kinds = [...new Set(drafts.map(({ kind }) => kind))].sort();
  const groups = [
    ['all', drafts] as const,
    ...kinds.map((one) => [one, drafts.filter(({ kind }) => kind === one)] as const),
  ];
  return groups.filter(([, some]) => some.length > 0).map(([kind, some]) => figuresOf(kind, some));
}

function figuresOf(kind: string, drafts: readonly Counted[]): PassFigures {
  const total = (of: (one: Counted) => number) => sum(drafts.map(of));
  const forwards = total((one) => one.forwards);
  const proposed = total((one) => one.proposed);
  // Every token takes a position, and so does every candidate that fell.
  const positions = total(({ tokens, proposed: tried, accepted }) => tokens + tried - accepted);
  const msOf = ([pass, position]: readonly [number, number]) =>
    Math.round((pass * forwards + position * positions) / drafts.length);
  return {
    kind,
    count: drafts.length,
    tokens: round2(total((one) => one.tokens) / drafts.length),
    forwards: round2(forwards / drafts.length),
    positionsPerForward: round2(positions / forwards),
    acceptedShare: proposed === 0 ? 0 : round2(total((one) => one.accepted) / proposed),
    expectedMs: { vnni: msOf(machines.vnni), avx2: msOf(machines.avx2) },
    countDifferent: drafts.filter(({ isSame }) => isSame === false).length,
  };
}

export function renderPassFigures(title: string, figures: readonly PassFigures[]): string {
  const rows = figures.map(
    ({ kind, count, tokens, forwards, positionsPerForward, acceptedShare, expectedMs, countDifferent }) =>
      `| ${[kind, count, tokens, forwards, positionsPerForward, acceptedShare, expectedMs.vnni, expectedMs.avx2, countDifferent].join(' | ')} |`,
  );
  return [
    `| ${title} | count | tokens | forward passes | positions a pass | candidates accepted | ms with VNNI | ms without | other words |`,
    '|---|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
