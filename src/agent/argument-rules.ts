// The rules that an author puts on one zod type (lengths, bounds, patterns): refuses those that the model can't be held
// to.

import type { z } from 'zod';
import type { AgentError } from '../errors.ts';
import { invalidField } from './invalid.ts';

type Json = z.core.JSONSchema.BaseSchema;

/** Kinds of zod's checks that its JSON Schema says, by type; `custom` is a refine, whose reasons the model is told. */
const said: Readonly<Record<string, readonly string[]>> = {
  string: ['min_length', 'max_length', 'length_equals', 'string_format'],
  number: ['greater_than', 'less_than', 'multiple_of', 'number_format'],
  array: ['min_length', 'max_length', 'length_equals'],
};
const harmless = ['custom', 'overwrite', 'describe', 'meta'];
/** Formats that zod checks by more than their pattern, or by letters that no two tables of Unicode agree on. */
const checkedOtherwise = ['emoji', 'url', 'ipv6', 'cidrv6', 'base64', 'base64url', 'credit_card', 'iban', 'jwt'];

export function cantKeep(where: string, what: string, fix: string): AgentError {
  return invalidField(where, `${what} can't be kept while the model writes; ${fix}`);
}

/** Throws an AgentError for a rule that JSON Schema leaves out. */
export function checkRules(type: z.core.$ZodTypes, json: Json, where: string): void {
  const { def, traits } = type._zod;
  const checks: readonly z.core.$ZodCheck[] = [
    // A format is its own first check.
    ...(traits.has('$ZodCheck') ? [type as z.core.$ZodType & z.core.$ZodCheck] : []),
    ...(def.checks ?? []),
  ];
  const known = said[def.type] ?? [];
  let changed: z.core.$ZodCheck | undefined;
  for (const check of checks) {
    const rule = check._zod.def.check;
    if (rule === 'overwrite') changed = check;
    if (harmless.includes(rule)) continue;
    if (!known.includes(rule)) throw cantKeep(where, `the rule ${rule}`, 'check it in execute');
    if (json['x-copied'] === true)
      throw cantKeep(where, `a rule of copied() (${rule})`, 'use a plain string, or check it in execute');
    if (changed !== undefined && !(isTrim(changed) && isKeptByTrim(check)))
      throw cantKeep(where, 'a rule that follows a change (trim, toLowerCase, …)', 'put the rule before the change');
    if (rule === 'string_format') checkFormat(check, json, where);
  }
}

function checkFormat(check: z.core.$ZodCheck, json: Json, where: string): void {
  const { format, pattern } = check._zod.def as z.core.$ZodCheckStringFormatDef;
  if (checkedOtherwise.includes(format))
    throw cantKeep(where, `the format ${format}`, 'use a regex, or a plain string and check it in execute');
  // JSON Schema has a pattern's source alone; without its flags, another set of strings would be meant.
  if (pattern !== undefined && pattern.source === json.pattern) json['x-pattern-flags'] = pattern.flags;
  // zod names no format for it, as its times have no zone; the model's need no seconds either.
  if (format === 'time' && pattern?.test('19:30')) json.format = 'time';
}

/** A value begins with no blank, and a text that is only as long as it must be has none to lose. */
function isKeptByTrim(check: z.core.$ZodCheck): boolean {
  const def = check._zod.def as z.core.$ZodCheckMinLengthDef | z.core.$ZodCheckMaxLengthDef;
  return def.check === 'max_length' || (def.check === 'min_length' && def.minimum <= 1);
}

function isTrim(check: z.core.$ZodCheck): boolean {
  const { tx } = check._zod.def as z.core.$ZodCheckOverwriteDef;
  try {
    return tx(' aÉ ß\t') === 'aÉ ß';
  } catch {
    return false;
  }
}
