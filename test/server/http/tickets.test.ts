import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../src/base/simulated-clock.ts';
import { createTickets } from '../../../src/server/http/tickets.ts';

describe('createTickets', () => {
  it('redeems a ticket once', () => {
    const tickets = createTickets({ clock: new SimulatedClock(), lifetimeMs: 30_000 });
    const ticket = tickets.issue();
    expect(tickets.redeem(ticket)).toBe(true);
    expect(tickets.redeem(ticket)).toBe(false);
  });

  it('redeems nothing that it did not issue', () => {
    const tickets = createTickets({ clock: new SimulatedClock(), lifetimeMs: 30_000 });
    tickets.issue();
    expect(tickets.redeem('')).toBe(false);
  });

  it('redeems until just before its lifetime is over', async () => {
    const clock = new SimulatedClock();
    const tickets = createTickets({ clock, lifetimeMs: 30_000 });
    const [early, late] = [tickets.issue(), tickets.issue()];
    await clock.advance(29_999);
    expect(tickets.redeem(early)).toBe(true);
    await clock.advance(1);
    expect(tickets.redeem(late)).toBe(false);
  });

  it('holds only so many: the oldest is dropped for one more, expired ones first', async () => {
    const clock = new SimulatedClock();
    const tickets = createTickets({ clock, lifetimeMs: 1000, maxTickets: 2 });
    const [first, second, third] = [tickets.issue(), tickets.issue(), tickets.issue()];
    expect([first, second, third].map((ticket) => tickets.redeem(ticket))).toEqual([false, true, true]);
    const expired = tickets.issue();
    await clock.advance(1000);
    const [fourth, fifth] = [tickets.issue(), tickets.issue()];
    expect([expired, fourth, fifth].map((ticket) => tickets.redeem(ticket))).toEqual([false, true, true]);
  });

  it('makes tickets that a WebSocket subprotocol can carry', () => {
    const tickets = createTickets({ clock: new SimulatedClock(), lifetimeMs: 1000 });
    for (let count = 0; count < 100; count++) expect(tickets.issue()).toMatch(/^[\w-]{32}$/);
  });
});
