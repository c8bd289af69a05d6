// Marks an argument whose words must come from the call itself.
import { z } from 'zod';

/** A string of words that the caller said or that a tool gave: the model copies it and can't make it up. */
export function copied(): z.ZodString {
  return z.string().meta({ 'x-copied': true });
}
