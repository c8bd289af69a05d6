import { createHash } from 'node:crypto';

/** Enough of a hash to tell one model or agent from another. */
export function toShortHash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}
