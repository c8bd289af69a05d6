// The format of call files as a JSON Schema of one line, for programs in other languages.

import { z } from 'zod';
import { lineSchemas } from '../../events/vocabulary.ts';
import { headerSchema } from './call-file-header.ts';

const line = z.union([headerSchema, ...lineSchemas]);

/** The first line is a header, every other one an event. */
export function toCallFileSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(line);
  return { $schema, title: 'A line of a repartee call file, version 1', ...schema };
}
