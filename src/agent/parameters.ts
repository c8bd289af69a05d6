// A tool's zod parameters as the model sees them, field by field.

import type { z } from 'zod';
import { checkRules } from './argument-rules.ts';
import { toArgumentType } from './argument-type.ts';
import { compileFields, type Fields } from './parameter.ts';

/** Throws an AgentError that names `tools.<key>.parameters.<argument>` for what the model can't be asked to write. */
export function compileParameters(parameters: z.ZodObject, where: string): Fields {
  checkRules(parameters, {}, where);
  return compileFields(
    Object.entries(parameters.shape).map(([key, type]) => ({ key, ...toArgumentType(key, type, `${where}.${key}`) })),
    where,
  );
}
