// Marks an argument whose words must come from the call itself.
import { z } from 'zod';

/**
 * A string of words that the caller said or that a tool gave: the model copies it and can't make it up.
 * @example
 * ```ts
 * const findDoctor = defineTool({
 *   description: 'Find a doctor by name',
 *   parameters: z.object({ name: copied().max(40) }),
 *   effect: 'read',
 *   execute: ({ name }) => doctors.filter((doctor) => doctor.name.includes(name)),
 * });
 * ```
 */
export function copied(): z.ZodString {
  return z.string().meta({ 'x-copied': true });
}
