import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallSummary } from '../../src/trace/format/summary.ts';
import { matches, sortRows, toRow } from '../../src/viewer/call-rows.ts';
import { chooseSets } from '../../src/viewer/call-sets.ts';
import { createEventReader, type StreamEvent } from '../../src/viewer/event-stream.ts';
import { parsePlace, toTurnPlace } from '../../src/viewer/places.ts';
import { aroundZeroScale, linearScale } from '../../src/viewer/scale.ts';
import { toStageStats, toTurns } from '../../src/viewer/stage-stats.ts';
import { toPieces } from '../../src/viewer/step-words.ts';
import { toStretches } from '../../src/viewer/stretches.ts';

function call(id: string, ...totalsMs: number[]): CallSummary {
  const turns = totalsMs.map((totalMs, index) => {
    const partsUs = { prefill: totalMs * 600, wire: totalMs * 400 };
    return { turn: index + 1, totalMs, partsUs, draft: 'hit' as const };
  });
  return { id, agent: 'restaurant', startedAt: `2026-11-2${id}T10:00:00Z`, durationMs: 1, hasEnded: true, turns };
}

describe('scales', () => {
  it('ticks at round values from end to end', () => {
    expect(linearScale(0, 345, 100, 8).ticks).toEqual([0, 50, 100, 150, 200, 250, 300]);
    expect(linearScale(0, 0.7, 100, 4).ticks.map((tick) => tick.toFixed(1))).toEqual(['0.0', '0.2', '0.4', '0.6']);
  });

  it('keeps the order of time around its zero, and both ends inside', () => {
    const moments = fc.array(fc.double({ min: -60_000, max: 20_000, noNaN: true }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(moments, (list) => {
        const sorted = [...list].sort((a, b) => a - b);
        const { place } = aroundZeroScale(sorted[0] ?? 0, sorted.at(-1) ?? 0, 600, 60);
        const places = sorted.map(place);
        expect(places).toEqual([...places].sort((a, b) => a - b));
        expect(Math.min(...places)).toBeGreaterThanOrEqual(-1e-9);
        expect(Math.max(...places)).toBeLessThanOrEqual(600 + 1e-9);
      }),
    );
  });

  it('gives the first milliseconds after zero as much room as the seconds before it', () => {
    const { place, ticks } = aroundZeroScale(-5000, 200, 600, 60);
    expect(place(60) - place(0)).toBeGreaterThan(place(-4000) - place(-5000));
    expect(ticks).toContain(0);
  });
});

describe('stretches of a ledger', () => {
  const measured = {
    ...{ type: 'turn.measured' as const, atMs: 0, turn: 1, firstTextMs: 1, totalMs: 1, draft: 'hit' as const },
    ...{ forwards: 0, steps: 0, partsUs: { prefill: 600, wire: 300, unexplained: 100 } },
  };

  it('fill the gaps with what is unexplained, up to the total', () => {
    expect(
      toStretches({
        ...measured,
        stretches: [
          ['prefill', 50, 650],
          ['wire', 700, 1000],
        ],
      }),
    ).toEqual([
      { stage: 'unexplained', fromUs: 0, toUs: 50 },
      { stage: 'prefill', fromUs: 50, toUs: 650 },
      { stage: 'unexplained', fromUs: 650, toUs: 700 },
      { stage: 'wire', fromUs: 700, toUs: 1000 },
    ]);
  });

  it('stand one after the other where the file has none', () => {
    expect(toStretches(measured).map(({ stage, fromUs }) => [stage, fromUs])).toEqual([
      ['prefill', 0],
      ['wire', 600],
      ['unexplained', 900],
    ]);
  });
});

describe('words of a step', () => {
  it('are told apart by what the step fixed', () => {
    expect(toPieces('For two tonight', [[4, 7]])).toEqual([
      { text: 'For ', kind: 'stood' },
      { text: 'two', kind: 'fixed' },
      { text: ' tonight', kind: 'stood' },
    ]);
  });

  it('never lose or invent a character', () => {
    const spans = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 4 });
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), spans, (text, fixed) => {
        const pieces = toPieces(text, fixed);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      }),
    );
  });
});

describe('places', () => {
  it('lead to a call and its turn and back', () => {
    expect(parsePlace(toTurnPlace('2026 a/b', 7))).toEqual({ kind: 'call', id: '2026 a/b', turn: 7 });
    expect(parsePlace('#/call/x')).toEqual({ kind: 'call', id: 'x', turn: undefined });
  });

  it('are the list where they make no sense', () => {
    for (const hash of ['', '#', '#/nothing', '#/call/']) expect(parsePlace(hash)).toEqual({ kind: 'calls' });
    expect(parsePlace('#/call/x/minus')).toMatchObject({ turn: undefined });
    expect(parsePlace('#/call/%E0%A4')).toMatchObject({ id: '%E0%A4' });
  });
});

describe('the list', () => {
  it('finds calls by all words of the filter, wherever they stand', () => {
    expect(matches(call('5', 1), 'rest 2026-11-25')).toBe(true);
    expect(matches(call('5', 1), 'rest 2026-11-24')).toBe(false);
    expect(matches({ ...call('5'), hasEnded: false }, 'live')).toBe(true);
  });

  it('finds calls by how they ended and what their last tool came to', () => {
    const lastTool = { name: 'reserve_table', kind: 'refused', text: 'refused: taken' } as const;
    const ended = { ...call('5', 1), end: 'put through to +15550100', lastTool };
    for (const filter of ['reserve taken', '+1555', 'refused rest'])
      expect([filter, matches(ended, filter)]).toEqual([filter, true]);
    expect(matches(ended, 'hung')).toBe(false);
  });

  it('sorts by any column, with what has no value last', () => {
    const rows = [call('1', 30, 10), call('2'), call('3', 50)].map(toRow);
    const ids = (isDescending: boolean) => sortRows(rows, { key: 'worst', isDescending }).map((row) => row.call.id);
    expect([ids(true), ids(false)]).toEqual([
      ['3', '1', '2'],
      ['1', '3', '2'],
    ]);
  });
});

describe('percentiles', () => {
  it('name the turn that each figure stands for', () => {
    const stats = toStageStats(toTurns([call('1', 10, 20), call('2', 30, 100)]));
    expect(stats.map(({ stage }) => stage)).toEqual(['total', 'prefill', 'wire']);
    expect(stats[0]?.samples).toEqual([
      { ms: 20, id: '1', turn: 2 },
      { ms: 100, id: '2', turn: 2 },
      { ms: 100, id: '2', turn: 2 },
    ]);
  });

  it('of a tool are of the turns that called it', () => {
    const [quick] = toTurns([call('1', 10)]);
    const slow = { turn: 2, totalMs: 200, partsUs: { 'tool.find': 147_000, prefill: 0 }, draft: 'hit' as const };
    const turns = [...Array(9).fill(quick), { id: '1', figures: slow }];
    const stats = toStageStats(turns).find(({ stage }) => stage === 'tool.find');
    expect(stats).toMatchObject({ count: 1, samples: [{ ms: 147 }, { ms: 147 }, { ms: 147 }] });
    expect(toStageStats(turns)[0]).toMatchObject({ stage: 'total', count: 10 });
  });

  it('compare the older half with the newer where nothing is filtered', () => {
    const calls = [call('4', 1), call('1', 1), call('2', 1), call('3', 1), call('5')];
    const ids = (list: readonly CallSummary[]) => list.map(({ id }) => id);
    const { before, after } = chooseSets(calls, '', '');
    expect([ids(before), ids(after)]).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    expect(ids(chooseSets(calls, '2026-11-24', '').before)).toEqual(['4']);
  });
});

describe('the event stream', () => {
  it('gives the same events however its text is cut', () => {
    const text = 'id: 10\ndata: {"a":1}\ndata: {"b":2}\n\nid: 22\ndata: x\n\nid: 30\ndata: cut';
    const whole: StreamEvent[] = [
      { id: '10', data: '{"a":1}\n{"b":2}' },
      { id: '22', data: 'x' },
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const got: StreamEvent[] = [];
        const read = createEventReader((event) => got.push(event));
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        for (const [index, place] of places.entries()) read(text.slice(place, places[index + 1] ?? text.length));
        expect(got).toEqual(whole);
      }),
    );
  });
});
