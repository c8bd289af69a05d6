import { describe, expect, it } from 'vitest';
import { describeSpeed, formatMs, formatShare, formatUs, toLedger } from '../../../src/trace/ledger/ledger-parts.ts';

describe("a turn's ledger", () => {
  const partsUs = { unexplained: 90, wire: 1200, 'tool.find_restaurants': 30_000, prefill: 8710, denoise: 0 };

  it('lists the parts that took time in the order of a turn', () => {
    const { parts } = toLedger({ partsUs, totalMs: 40 });
    expect(parts.map((part) => part.stage)).toEqual(['prefill', 'tool.find_restaurants', 'wire', 'unexplained']);
    expect(parts.map((part) => part.kind)).toEqual(['prefill', 'tool', 'wire', 'unexplained']);
    expect(parts[1]?.label).toBe('find restaurants');
    expect(parts.every((part) => part.meaning.endsWith('.'))).toBe(true);
  });

  it('shows the sum beside the total, to the microsecond', () => {
    expect(toLedger({ partsUs, totalMs: 40 })).toMatchObject({ sumUs: 40_000, totalUs: 40_000 });
    expect(toLedger({ partsUs, totalMs: 40.001 })).toMatchObject({ sumUs: 40_000, totalUs: 40_001 });
  });

  it('shares the whole bar out', () => {
    const { parts } = toLedger({ partsUs, totalMs: 40 });
    expect(parts.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1);
  });

  it('has no parts when nothing took time', () => {
    expect(toLedger({ partsUs: {}, totalMs: 0 })).toEqual({ parts: [], sumUs: 0, totalUs: 0 });
  });

  it('shows a part that it has never heard of under its own name', () => {
    expect(toLedger({ partsUs: { teleport: 5 }, totalMs: 0.005 }).parts[0]).toMatchObject({
      label: 'teleport',
      kind: 'teleport',
    });
  });

  it('speaks of sound only where there is some', () => {
    const turn = {
      type: 'turn.measured',
      turn: 1,
      totalMs: 4,
      partsUs: {},
      draft: 'hit',
      forwards: 0,
      steps: 0,
    } as const;
    expect(describeSpeed({ ...turn, firstTextMs: 3.84 })).toBe('3.8 ms to first words');
    expect(describeSpeed({ ...turn, firstTextMs: 38.4, firstAudioMs: 61.2 })).toBe(
      '38 ms to first words · 61 ms to first sound',
    );
  });

  it('writes times with few digits', () => {
    expect([0, 0.432, 0.996, 4.21, 9.96, 38.4, 999.4, 999.6, 12_345].map(formatMs)).toEqual([
      '0.00 ms',
      '0.43 ms',
      '1.0 ms',
      '4.2 ms',
      '10 ms',
      '38 ms',
      '999 ms',
      '1.00 s',
      '12.35 s',
    ]);
    expect([0, 0.004, 0.006, 1].map(formatShare)).toEqual(['0 %', '<1 %', '1 %', '100 %']);
    expect(formatUs(1_234_567)).toBe('1,234,567 µs');
  });
});
