import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';

export interface SignedUrls {
  readonly lifetimeMs: number;
  /** A path with a signature in its query that opens it until it expires. */
  sign(path: string): string;
  isSigned(target: string): boolean;
}

/** For telephone networks that sign nothing themselves: who has the key asks for such a path, and hands it on. */
export function createSignedUrls(clock: Clock, lifetimeMs: number): SignedUrls {
  // The clock starts with the process: what an earlier one signed must not count.
  const key = randomBytes(32);
  const toSignature = (path: string, untilMs: number) =>
    createHmac('sha256', key).update(`${path}\n${untilMs}`).digest('base64url');
  return {
    lifetimeMs,
    sign(path) {
      const untilMs = Math.floor(clock.nowMs()) + lifetimeMs;
      return `${path}?until=${untilMs}&signature=${toSignature(path, untilMs)}`;
    },
    isSigned(target) {
      const { pathname, searchParams } = new URL(target, 'http://localhost');
      const untilMs = Number(searchParams.get('until'));
      if (!(untilMs > clock.nowMs())) return false;
      const wanted = Buffer.from(toSignature(pathname, untilMs));
      const given = Buffer.from(searchParams.get('signature') ?? '');
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
  };
}
