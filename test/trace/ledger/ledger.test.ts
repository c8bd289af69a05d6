import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTurnLedger, type Ledger } from '../../../src/trace/ledger/ledger.ts';
import type { PaintedStage } from '../../../src/trace/ledger/stages.ts';

const STAGES: readonly PaintedStage[] = ['queue', 'prefill', 'denoise', 'constrain', 'tool.find', 'clause', 'tts.ttfb'];
const stage = fc.constantFrom(...STAGES);
const ms = fc.double({ min: -500, max: 5000, noNaN: true });

function sumUs(ledger: Ledger): number {
  return Object.values(ledger.partsUs).reduce((sum, part) => sum + part, 0);
}

describe('a turn ledger', () => {
  it('has parts that sum to the total, whatever is painted in whatever order', () => {
    const paint = fc.oneof(
      fc.record({ kind: fc.constant('paint' as const), stage, a: ms, b: ms }),
      fc.record({
        kind: fc.constant('back' as const),
        endMs: ms,
        parts: fc.array(fc.tuple(stage, fc.double({ min: 0, max: 3e6, noNaN: true })), { maxLength: 5 }),
      }),
    );
    fc.assert(
      fc.property(ms, fc.array(paint, { maxLength: 20 }), ms, (startMs, paints, endMs) => {
        const ledger = createTurnLedger(startMs);
        for (const one of paints) {
          if (one.kind === 'paint') ledger.paint(one.stage, one.a, one.b);
          else ledger.paintBack(one.endMs, one.parts);
        }
        const closed = ledger.close(endMs);
        expect(closed.totalUs).toBe(Math.max(0, Math.round((endMs - startMs) * 1000)));
        expect(sumUs(closed)).toBe(closed.totalUs);
        for (const part of Object.values(closed.partsUs)) {
          expect(Number.isInteger(part)).toBe(true);
          expect(part).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('gives each part its scripted duration, and leaves nothing unexplained, in any order of reporting', () => {
    const script = fc.array(fc.tuple(stage, fc.integer({ min: 1, max: 400_000 })), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000 }),
        script,
        fc.infiniteStream(fc.nat()),
        (startMs, parts, order) => {
          const ledger = createTurnLedger(startMs);
          const expectedUs: Record<string, number> = { unexplained: 0 };
          let atUs = 0;
          const stretches = parts.map(([name, durationUs]) => {
            const fromMs = startMs + atUs / 1000;
            atUs += durationUs;
            expectedUs[name] = (expectedUs[name] ?? 0) + durationUs;
            return { name, fromMs, toMs: startMs + atUs / 1000, key: order.next().value ?? 0 };
          });
          for (const { name, fromMs, toMs } of stretches.sort((a, b) => a.key - b.key))
            ledger.paint(name, fromMs, toMs);
          expect(ledger.close(startMs + atUs / 1000)).toEqual({ totalUs: atUs, partsUs: expectedUs });
        },
      ),
    );
  });

  it('gives engine reports their scripted durations when they follow one another', () => {
    const report = fc.tuple(...(['queue', 'prefill', 'denoise', 'constrain'] as const).map(() => fc.nat(50_000)));
    fc.assert(
      fc.property(fc.array(report, { minLength: 1, maxLength: 8 }), (reports) => {
        const ledger = createTurnLedger(0);
        const expectedUs = { queue: 0, prefill: 0, denoise: 0, constrain: 0 };
        let atUs = 0;
        for (const [queue = 0, prefill = 0, denoise = 0, constrain = 0] of reports) {
          atUs += queue + prefill + denoise + constrain;
          expectedUs.queue += queue;
          expectedUs.prefill += prefill;
          expectedUs.denoise += denoise;
          expectedUs.constrain += constrain;
          ledger.paintBack(atUs / 1000, [
            ['queue', queue],
            ['prefill', prefill],
            ['denoise', denoise],
            ['constrain', constrain],
          ]);
        }
        const { partsUs } = ledger.close(atUs / 1000);
        expect({ queue: 0, prefill: 0, denoise: 0, constrain: 0, ...partsUs }).toEqual({
          ...expectedUs,
          unexplained: 0,
        });
      }),
    );
  });

  it('keeps the first paint of a moment', () => {
    const ledger = createTurnLedger(100);
    ledger.paint('tool.find', 110, 120);
    ledger.paint('queue', 105, 130);
    ledger.paint('wire', 100, 140);
    expect(ledger.close(150).partsUs).toEqual({
      'tool.find': 10_000,
      queue: 15_000,
      wire: 15_000,
      unexplained: 10_000,
    });
  });

  it('counts only what a running draft cost after the caller had finished', () => {
    const ledger = createTurnLedger(1000);
    ledger.paintBack(1007, [
      ['queue', 50_000],
      ['prefill', 20_000],
    ]);
    expect(ledger.close(1007)).toEqual({ totalUs: 7000, partsUs: { prefill: 7000, unexplained: 0 } });
  });

  it('does not lay a report over the one before, even where that one left a gap', () => {
    const ledger = createTurnLedger(0);
    ledger.paintBack(10, [['prefill', 4000]]);
    ledger.paintBack(15, [['denoise', 20_000]]);
    expect(ledger.close(15).partsUs).toEqual({ prefill: 4000, denoise: 5000, unexplained: 6000 });
  });

  it('can be read at first text and again at first audio', () => {
    const ledger = createTurnLedger(0);
    ledger.paint('denoise', 0, 8);
    ledger.paint('tts.ttfb', 9, 20);
    expect(ledger.close(10)).toEqual({
      totalUs: 10_000,
      partsUs: { denoise: 8000, 'tts.ttfb': 1000, unexplained: 1000 },
    });
    expect(ledger.close(20)).toEqual({
      totalUs: 20_000,
      partsUs: { denoise: 8000, 'tts.ttfb': 11_000, unexplained: 1000 },
    });
  });
});
