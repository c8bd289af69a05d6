// What a check of this machine comes to.
import type { DeviceName } from '../engine/device-name.ts';

export interface Finding {
  /** What was looked at: "processor". */
  readonly name: string;
  /** `note`: the model runs, but not as well, or not on everything; `failed`: it does not. */
  readonly status: 'ok' | 'note' | 'failed';
  readonly found: string;
  /** One line that mends it. */
  readonly mend?: string;
}

export interface Asked {
  readonly modelDir: string;
  /** What is to run the model. */
  readonly device: DeviceName;
}

/** Never rejects: what goes wrong is what it found. */
export type Check = (asked: Asked) => Promise<Finding> | Finding;
