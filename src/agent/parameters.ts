// A tool's zod parameters as the model sees them, field by field.

import { z } from 'zod';
import { toMessage } from '../errors.ts';
import { invalidField } from './invalid.ts';
import { compileFields, type Field, type Fields } from './parameter.ts';

/** Throws an AgentError that names `tools.<key>.parameters.<argument>` for what the model can't be asked to write. */
export function compileParameters(parameters: z.ZodObject, where: string): Fields {
  return compileFields(
    Object.entries(parameters.shape).map(([key, type]) => toField(key, type, `${where}.${key}`)),
    where,
  );
}

/** JSON Schema has a pattern's source alone; without its flags, another set of strings would be meant. */
function addFlags({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}) {
  const { def } = zodSchema._zod;
  const regex = [def, ...(def.checks ?? []).map((check) => check._zod.def)]
    .map((one) => ('pattern' in one ? one.pattern : undefined))
    .find((pattern) => pattern instanceof RegExp && pattern.source === jsonSchema.pattern);
  if (regex instanceof RegExp) jsonSchema['x-pattern-flags'] = regex.flags;
}

function toField(key: string, type: z.core.$ZodType, where: string): Field {
  let json: z.core.JSONSchema.BaseSchema;
  try {
    json = z.toJSONSchema(z.object({ [key]: type }), { io: 'input', override: addFlags });
  } catch (error) {
    throw invalidField(where, `${toMessage(error)}; use a string, number, boolean or enum`);
  }
  const schema = json.properties?.[key];
  if (typeof schema !== 'object')
    throw invalidField(where, "this type can't be an argument; use a string, number, boolean or enum");
  return { key, json: schema, isRequired: json.required?.includes(key) === true };
}
