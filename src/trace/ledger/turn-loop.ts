// The work that one turn came to, ahead of its zero or after it: decisions of the model and tools, and what overlap saved.

/** One decision of the model, or one tool. */
export interface LoopStep {
  readonly kind: 'model' | 'tool';
  /** The tool's. */
  readonly name?: string;
  /** All that it took. */
  readonly aloneUs: number;
  /** What the caller waited for it: from the turn's zero to the first sound, or words. */
  readonly waitedUs: number;
}

export interface Loop {
  readonly steps: readonly LoopStep[];
  readonly aloneUs: number;
  readonly waitedUs: number;
  /** `aloneUs` - `waitedUs`. */
  readonly savedUs: number;
}

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
