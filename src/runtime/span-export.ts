// Where the command line sends spans: an address in, a collector's sink out. The SDK is loaded only where somebody asks
// for it.

import { UsageError } from '../errors.ts';
import type { SpanExport } from '../trace/export/otlp.ts';
import { readVersion } from './version.ts';

/** Throws UsageError. */
export function toOtlpUrl(name: string, text: string | undefined): URL | undefined {
  if (text === undefined || text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new UsageError(`${name} is "${text}", expected a collector's address such as http://127.0.0.1:4318`);
}

export async function openSpanExport(url: URL): Promise<SpanExport> {
  const [{ createSpanExport }, version] = await Promise.all([import('../trace/export/otlp.ts'), readVersion()]);
  return createSpanExport({ url, version, warn: (line) => void process.stderr.write(`${line}\n`) });
}
