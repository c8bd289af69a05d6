// Says what is wrong with a definition in one line: the field, what is wrong with it, what it should be.

import type { z } from 'zod';
import { AgentError } from '../errors.ts';

/** An AgentError for one field of a definition: `tools.find.effect: <reason>`. */
export function invalidField(field: string, reason: string): AgentError {
  return new AgentError('agent-invalid', field === '' ? reason : `${field}: ${reason}`);
}

/** Throws an AgentError that names each wrong field, unless `options` fits the schema. */
export function parseDefinition<S extends z.ZodObject>(schema: S, options: unknown, prefix = ''): z.output<S> {
  const parsed = schema.safeParse(options, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [first, ...others] = parsed.error.issues.map((issue) => {
    const path = [prefix, ...issue.path].filter((part) => part !== '').join('.');
    return [path, describeIssue(schema, issue)] as const;
  });
  const [path, reason] = first ?? [prefix, 'not valid'];
  throw invalidField(
    path,
    [reason, ...others.map((other) => other.filter((part) => part !== '').join(': '))].join('; '),
  );
}

function describeIssue(schema: z.ZodObject, issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const fields = issue.path.length === 0 ? `; the fields are ${Object.keys(schema.shape).join(', ')}` : '';
    return `unknown field ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}${fields}`;
  }
  if (issue.input === undefined) return `missing: ${lowerFirst(withoutReceived(issue.message))}`;
  return `${lowerFirst(withoutReceived(issue.message))}, got ${show(issue.input)}`;
}

/** A value as a message shows it: short, on one line. */
export function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

function withoutReceived(message: string): string {
  return message.replace(/, received \w+$/, '').replace(/^Invalid (input|option): /, '');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
