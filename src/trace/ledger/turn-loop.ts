// The work that one turn came to, ahead of its zero or after it: decisions of the model and tools, and what overlap
// saved.

import type { UnstampedEvent } from '../format/call-file.ts';

/** All steps of one turn, and how they add up. */
export type Loop = NonNullable<Extract<UnstampedEvent, { readonly type: 'turn.measured' }>['loop']>;

export interface TurnLoop {
  /** Work of the model for request `id`. */
  modelWorked(id: number, tookUs: number, waitedUs: number): void;
  toolRan(name: string, aloneUs: number, waitedUs: number): void;
  read(): Loop;
}

export function createTurnLoop(): TurnLoop {
  const steps: { kind: 'model' | 'tool'; id?: number; name?: string; aloneUs: number; waitedUs: number }[] = [];
  return {
    modelWorked(id, tookUs, waitedUs) {
      let step = steps.find((one) => one.id === id);
      if (step === undefined) {
        step = { kind: 'model', id, aloneUs: 0, waitedUs: 0 };
        steps.push(step);
      }
      step.aloneUs += tookUs;
      step.waitedUs += waitedUs;
    },
    toolRan: (name, aloneUs, waitedUs) =>
      void steps.push({ kind: 'tool', name, aloneUs, waitedUs: Math.min(aloneUs, waitedUs) }),
    read() {
      const aloneUs = steps.reduce((sum, step) => sum + step.aloneUs, 0);
      const waitedUs = steps.reduce((sum, step) => sum + step.waitedUs, 0);
      return { steps: steps.map(({ id, ...step }) => step), aloneUs, waitedUs, savedUs: aloneUs - waitedUs };
    },
  };
}
