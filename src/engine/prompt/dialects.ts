// Every dialect by its name in model.json.
import type { Dialect, DialectName } from './dialect.ts';
import { createPrompt } from './prompt.ts';
import { createReparteeMarks } from './repartee.ts';

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  repartee: { createMarks: createReparteeMarks, createPrompt },
};
