import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeLongCall } from '../../../bench/long-call.ts';
import { toPerfetto } from '../../../src/trace/export/perfetto.ts';
import { parseCallFile } from '../../../src/trace/format/call-file.ts';

const placed = {
  name: z.string().min(1),
  ts: z.int().min(0),
  pid: z.literal(1),
  tid: z.int().min(1),
  args: z.record(z.string(), z.unknown()).exactOptional(),
};
/** What ui.perfetto.dev takes, as the Trace Event Format has it. */
const traceSchema = z.strictObject({
  displayTimeUnit: z.literal('ms'),
  traceEvents: z.array(
    z.discriminatedUnion('ph', [
      z.strictObject({ ph: z.literal('X'), dur: z.int().min(0), ...placed }),
      z.strictObject({ ph: z.literal('b'), cat: z.string(), id: z.string(), ...placed }),
      z.strictObject({ ph: z.literal('e'), cat: z.string(), id: z.string(), ...placed }),
      z.strictObject({ ph: z.literal('i'), s: z.literal('t'), ...placed }),
      z.strictObject({
        ph: z.literal('M'),
        name: z.enum(['process_name', 'thread_name']),
        pid: z.literal(1),
        tid: z.int().min(0),
        args: z.strictObject({ name: z.string() }),
      }),
    ]),
  ),
});

const file = parseCallFile(makeLongCall(8, 3));
const events = file.state === 'read' ? file.events : [];
const { traceEvents } = traceSchema.parse(JSON.parse(JSON.stringify(toPerfetto('call', events))));

describe('a call as a trace of Perfetto', () => {
  it('names its tracks', () => {
    const names = traceEvents.flatMap((event) => (event.ph === 'M' ? event.args.name : []));
    expect(names).toEqual(['call', 'caller', 'drafts', 'tools', 'ledger', 'voice']);
  });

  it('ends each async event that it begins, later and on the same track', () => {
    const open = new Map<string, { ts: number; tid: number }>();
    let countPairs = 0;
    for (const event of traceEvents) {
      if (event.ph !== 'b' && event.ph !== 'e') continue;
      const key = `${event.cat} ${event.id}`;
      const begun = open.get(key);
      if (event.ph === 'b') {
        expect(begun).toBeUndefined();
        open.set(key, event);
      } else {
        expect(begun?.tid).toBe(event.tid);
        expect(event.ts).toBeGreaterThanOrEqual(begun?.ts ?? Number.POSITIVE_INFINITY);
        open.delete(key);
        countPairs++;
      }
    }
    expect(open.size).toBe(0);
    expect(countPairs).toBeGreaterThan(20);
  });

  it('lays the ledger out as stretches that never overlap and sum to what was explained', () => {
    const measured = events.filter((event) => event.type === 'turn.measured');
    for (const { turn, partsUs, totalMs } of measured) {
      const stretches = traceEvents.filter((event) => event.ph === 'X').filter((event) => event.args?.turn === turn);
      const sumUs = stretches.reduce((sum, { dur }) => sum + dur, 0);
      expect(sumUs).toBe(Math.round(totalMs * 1000) - (partsUs.unexplained ?? 0));
      for (const [index, { ts }] of stretches.entries()) {
        const before = stretches[index - 1];
        // Two times rounded to the microsecond.
        if (before) expect(ts).toBeGreaterThanOrEqual(before.ts + before.dur - 1);
      }
    }
    expect(measured).toHaveLength(8);
  });
});
