import { percentile } from '../src/base/percentile.ts';
import { createRandom } from '../src/base/random.ts';

/** A share as counts: `right` of `all`. */
export interface Counted {
  readonly right: number;
  readonly all: number;
}

const COUNT_ROUNDS = 1000;

/**
 * 95 % interval of the share over all groups, groups drawn anew with repetition: what one dialogue has in common stays
 * together. Null below two groups: one tells nothing about others.
 */
export function bootstrapInterval(groups: readonly Counted[], seed: number): readonly [number, number] | null {
  if (groups.filter(({ all }) => all > 0).length < 2) return null;
  const random = createRandom(seed);
  const shares: number[] = [];
  for (let round = 0; round < COUNT_ROUNDS; round++) {
    let right = 0;
    let all = 0;
    for (let draw = 0; draw < groups.length; draw++) {
      const group = groups[Math.floor(random() * groups.length)];
      right += group?.right ?? 0;
      all += group?.all ?? 0;
    }
    if (all > 0) shares.push(right / all);
  }
  const [low, high] = [percentile(shares, 0.025), percentile(shares, 0.975)];
  return low === null || high === null ? null : [low, high];
}
