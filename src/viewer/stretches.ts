// A measured turn in, the stretches of its bar out: who is to blame for which microseconds. Pure.

import { toLedger } from '../trace/ledger/ledger-parts.ts';
import type { Measured } from './call-model.ts';

/** A stretch of the bar, in microseconds from zero. */
export interface Stretch {
  readonly stage: string;
  readonly fromUs: number;
  readonly toUs: number;
}

const UNEXPLAINED_KEY = 'unexplained';

/** Where the turn's stretches lie; a file without them has its parts one after the other. */
export function toStretches({ stretches, partsUs, totalMs }: Measured): readonly Stretch[] {
  if (stretches === undefined) {
    let atUs = 0;
    return toLedger({ partsUs, totalMs }).parts.map(({ stage, durationUs }) => {
      atUs += durationUs;
      return { stage, fromUs: atUs - durationUs, toUs: atUs };
    });
  }
  const totalUs = Math.round(totalMs * 1000);
  const painted: Stretch[] = [];
  let atUs = 0;
  for (const [stage, fromUs, toUs] of stretches) {
    if (fromUs >= totalUs) break;
    if (fromUs > atUs) painted.push({ stage: UNEXPLAINED_KEY, fromUs: atUs, toUs: fromUs });
    painted.push({ stage, fromUs, toUs: Math.min(toUs, totalUs) });
    atUs = Math.min(toUs, totalUs);
  }
  if (atUs < totalUs) painted.push({ stage: UNEXPLAINED_KEY, fromUs: atUs, toUs: totalUs });
  return painted;
}
