// The format of call files as a JSON Schema of one line, for programs in other languages.

import { z } from 'zod';
import { eventSchemas } from './call-file-events.ts';
import { headerSchema } from './call-file-header.ts';
import { markSchemas } from './call-file-marks.ts';

const line = z.union([headerSchema, ...eventSchemas, ...markSchemas]);

/** The first line is a header, every other one an event. */
export function toCallFileSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(line);
  return { $schema, title: 'A line of a repartee call file, version 1', ...schema };
}
