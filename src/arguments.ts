// A command's arguments: argv in, checked values out. Knows no command.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { toMessage, UsageError } from './errors.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<Of extends Options> = ReturnType<typeof parseArgs<{ options: Of; allowPositionals: true }>>;

/** Options alone. Throws UsageError. */
export function parseOptions<const Of extends Options>(argv: readonly string[], options: Of): Parsed<Of>['values'] {
  const parsed = orUsage(() => parseArgs({ args: [...argv], options }));
  refuseEmpty(parsed.values);
  return parsed.values;
}

/** Options and other words, such as files. Throws UsageError. */
export function parseWords<const Of extends Options>(argv: readonly string[], options: Of): Parsed<Of> {
  const parsed = orUsage(() => parseArgs({ args: [...argv], options, allowPositionals: true }));
  refuseEmpty(parsed.values);
  if (parsed.positionals.includes('')) throw new UsageError('an argument is empty, expected a name');
  return parsed;
}

/** Throws UsageError. */
export function toWhole(option: string, text: string, least: number, most = Number.POSITIVE_INFINITY): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const to = most === Number.POSITIVE_INFINITY ? 'on' : `to ${most}`;
  throw new UsageError(`${option} is "${text}", expected a whole number from ${least} ${to}`);
}

/**
 * What a shell makes of a variable that is not set: never what was meant, and some would take it for the folder they
 * are in.
 */
function refuseEmpty(values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values))
    if (value === '' || (Array.isArray(value) && value.includes('')))
      throw new UsageError(`--${name} is empty, expected a value`);
}

/** A wrong option is the user's error, said in one line. */
function orUsage<Values>(read: () => Values): Values {
  try {
    return read();
  } catch (error) {
    throw new UsageError(toMessage(error).split('. ', 1)[0] ?? 'bad arguments');
  }
}
