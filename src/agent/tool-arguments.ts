// Takes a call's arguments in the model's names, gives what a tool's own code takes, or why it can't be had.

import type { z } from 'zod';
import { ToolError } from '../errors.ts';
import { show } from './invalid.ts';
import { toSnakeCase } from './names.ts';
import { ownCopy } from './own-copy.ts';
import type { Fields } from './parameter.ts';
import { type Parsed, parse, parseNow, parseUnchecked } from './parse-argument.ts';

type Arguments = Readonly<Record<string, unknown>>;

export interface ToolArguments<T> {
  /** Why they can't be used; undefined: they can, or only an asynchronous check or the call itself can tell. */
  check(args: Arguments): string | undefined;
  /**
   * Throws, or rejects with, a ToolError `tool-arguments`, or what a check of the author throws. A promise only where a
   * check is asynchronous.
   */
  read(args: Arguments): T | Promise<T>;
  /** Those that can be put into words; undefined where they can't be used. */
  peek(args: Arguments): T | undefined;
}

export function createToolArguments<P extends z.ZodObject>(
  name: string,
  type: P,
  { authorNames, toAuthor }: Fields,
): ToolArguments<z.output<P>> {
  /** Its asynchronous checks are for the call itself: not once for each draft. */
  let isAsynchronous = false;

  function findUnknown(args: Arguments): string | undefined {
    const unknown = Object.keys(args).find((key) => !authorNames.has(key));
    return unknown && `unknown argument ${unknown}; it takes ${[...authorNames.keys()].join(', ')}`;
  }

  function readNow(args: Arguments): Parsed | undefined {
    if (isAsynchronous) return undefined;
    const parsed = attempt(() => parseNow(type, toAuthor(args)));
    if (parsed === undefined) isAsynchronous = true;
    return parsed === 'threw' ? undefined : parsed;
  }

  function toOutput(parsed: Parsed): z.output<P> {
    if ('issues' in parsed) throw new ToolError('tool-arguments', `${name}: ${toReason(parsed.issues)}`);
    // What zod parsed is of its type.
    return ownCopy(parsed.value as z.output<P>);
  }

  return {
    check(args) {
      const unknown = findUnknown(args);
      if (unknown !== undefined) return unknown;
      const parsed = readNow(args);
      return parsed && 'issues' in parsed ? toReason(parsed.issues) : undefined;
    },
    read(args) {
      const unknown = findUnknown(args);
      if (unknown !== undefined) throw new ToolError('tool-arguments', `${name}: ${unknown}`);
      const parsed = parse(type, toAuthor(args));
      return parsed instanceof Promise ? parsed.then(toOutput) : toOutput(parsed);
    },
    peek(args) {
      if (findUnknown(args) !== undefined) return undefined;
      const parsed = readNow(args) ?? attempt(() => parseUnchecked(type, toAuthor(args)));
      return parsed !== undefined && parsed !== 'threw' && 'value' in parsed
        ? ownCopy(parsed.value as z.output<P>)
        : undefined;
    },
  };
}

/** What an author's check throws is told when the call is made. */
function attempt<T>(work: () => T): T | 'threw' {
  try {
    return work();
  } catch {
    return 'threw';
  }
}

function toReason(issues: readonly z.core.$ZodIssue[]): string {
  return issues.map(describeIssue).join('; ');
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const name = toSnakeCase(String(issue.path[0] ?? 'arguments'));
  if (issue.input === undefined) return `${name}: missing`;
  return `${name}: ${issue.message}${issue.path.length === 0 ? '' : `, got ${show(issue.input)}`}`;
}
