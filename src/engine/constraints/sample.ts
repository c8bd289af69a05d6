// Draws tokens by chance instead of taking the likeliest: temperature, then the smallest set that holds `topP`. Knows
// no reply.

import { createRandom } from '../../base/random.ts';
import type { Sampling } from '../sequence.ts';
import type { Choice } from './guide.ts';

export interface Sampler {
  /** One of the ids that `mayCome`; undefined where there is none. `logP` holds log probabilities of every id. */
  draw(logP: Float32Array, mayCome: (id: number) => boolean): Choice | undefined;
}

export function createSampler({ temperature, topP, seed }: Sampling): Sampler {
  const random = createRandom(seed);

  return {
    draw(logP, mayCome) {
      const highest = logP.reduce((a, b) => Math.max(a, b));
      const weightOf = (id: number) => Math.exp(((logP[id] ?? Number.NEGATIVE_INFINITY) - highest) / temperature);
      // What is this much less likely than the likeliest is never drawn.
      const ids = [...logP.keys()].filter((id) => weightOf(id) > 1e-6 && mayCome(id));
      ids.sort((a, b) => weightOf(b) - weightOf(a) || a - b);
      const total = ids.reduce((sum, id) => sum + weightOf(id), 0);
      let nucleus = 0;
      let count = 0;
      while (count < ids.length && (count === 0 || nucleus < topP * total)) nucleus += weightOf(ids[count++] ?? 0);
      let left = random() * nucleus;
      const drawn = ids.slice(0, count).find((id) => {
        left -= weightOf(id);
        return left < 0;
      });
      const id = drawn ?? ids[0];
      return id === undefined ? undefined : { id, p: weightOf(id) / nucleus };
    },
  };
}
