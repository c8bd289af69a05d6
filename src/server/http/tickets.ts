import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';

export interface Tickets {
  issue(): string;
  /** True once for each ticket, within its lifetime. */
  redeem(ticket: string): boolean;
}

export interface TicketOptions {
  readonly clock: Clock;
  readonly lifetimeMs: number;
  /** DetachedCall at once; the oldest is dropped for one more. @default 1000 */
  readonly maxTickets?: number;
}

/** One-time tickets: a browser can't put a header on a WebSocket, so it trades its key for one of these. */
export function createTickets({ clock, lifetimeMs, maxTickets = 1000 }: TicketOptions): Tickets {
  const expiryMs = new Map<string, number>();
  return {
    issue() {
      for (const [ticket, untilMs] of expiryMs) {
        if (untilMs > clock.nowMs() && expiryMs.size < maxTickets) break;
        expiryMs.delete(ticket);
      }
      const ticket = randomBytes(24).toString('base64url');
      expiryMs.set(ticket, clock.nowMs() + lifetimeMs);
      return ticket;
    },
    redeem(ticket) {
      const untilMs = expiryMs.get(ticket);
      expiryMs.delete(ticket);
      return untilMs !== undefined && clock.nowMs() < untilMs;
    },
  };
}
