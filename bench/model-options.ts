// The options that evaluations of a model have in common. Argv in, checked values out.

import { toWhole } from '../src/arguments.ts';
import { packagePath } from '../src/package-path.ts';

const noFiles: string[] = [];

/** Lines for a usage text. */
export const DRAWING_HELP = `  --data FILE     dialogues, JSON Lines, plain or brotli; may be repeated
                  (default: those of $REPARTEE_DATA/dev, else the sample in fixtures/eval)
  --limit N       dialogues of each source, drawn with the seed (default: all)
  --seed S        draws dialogues, cuts and intervals (default 1)
  --model DIR     a model folder (default: the one that comes with repartee)`;

/** Which dialogues of which data, and which model. */
export const drawingOptions = {
  data: { type: 'string', multiple: true, default: noFiles },
  limit: { type: 'string' },
  seed: { type: 'string', default: '1' },
  model: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export interface Drawing {
  readonly data: readonly string[];
  /** Dialogues of each source. */
  readonly limit: number;
  readonly seed: number;
  readonly modelDir: string;
}

interface DrawingValues {
  readonly data: readonly string[];
  readonly limit?: string | undefined;
  readonly seed: string;
  readonly model?: string | undefined;
}

/** Throws UsageError. */
export function toDrawing({ data, limit, seed, model }: DrawingValues): Drawing {
  return {
    data,
    limit: limit === undefined ? Number.POSITIVE_INFINITY : toWhole('--limit', limit, 1),
    seed: toWhole('--seed', seed, 0),
    modelDir: model ?? packagePath('models/repartee-s'),
  };
}
