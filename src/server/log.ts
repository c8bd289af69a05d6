import { toMessage } from '../errors.ts';
import { coverSecrets } from './secrets.ts';

/**
 * What a tool threw: unlike other errors with its message, for nobody else learns what went wrong; secrets are covered.
 */
export function toFailureFields(error: unknown): LogFields {
  const { code: errorCode, ...fields } = toLogFields(error);
  return { ...fields, errorCode, message: coverSecrets(toMessage(error)) };
}

/** Values that may be logged: ids, codes and numbers. Never what a caller said or an agent answered. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export type Log = (event: string, fields?: LogFields) => void;

/** A log that writes one JSON object per line: time, event, then the fields. */
export function createLog(write: (line: string) => void): Log {
  return (event, fields) => write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
}

/** What may be told of an error without its message, which can hold a caller's words: name, code and place. */
export function toLogFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const places = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  const place = places.find((line) => !line.includes('node:')) ?? places[0];
  return { error: error.name, code, at: place?.trim().slice(0, 200) };
}
