// What a state of a draft cost since the one before, by the ledger's stages.

import type { PaintedStage } from '../trace/ledger/stages.ts';
import type { Work } from './observer.ts';

/** Microseconds, in the order in which the work was done. */
export function spentByStage(
  state: Work,
  before: Work | undefined,
): readonly (readonly [stage: PaintedStage, us: number])[] {
  const here = (part: keyof Work['spentUs']) => Math.max(0, state.spentUs[part] - (before?.spentUs[part] ?? 0));
  const remote = (part: 'network' | 'model') =>
    Math.max(0, (state.spentRemotelyUs?.[part] ?? 0) - (before?.spentRemotelyUs?.[part] ?? 0));
  return [
    ['network', remote('network')],
    ['model.remote', remote('model')],
    ['queue', here('queue')],
    ['prefill', here('prefill')],
    ['denoise', here('denoise')],
    ['constrain', here('constrain')],
  ];
}

/** Microseconds that a model worked, from the request on: without waiting for others, and for the network. */
export function spentUs({ spentUs: { prefill, denoise, constrain }, spentRemotelyUs }: Work): number {
  return prefill + denoise + constrain + (spentRemotelyUs?.model ?? 0);
}
