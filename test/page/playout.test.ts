import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Playout, type PlayoutReport } from '../../src/page/playout.ts';

const rates = { rateHz: 16_000, deviceRateHz: 48_000 };

function frame(value = 8000): Int16Array {
  return new Int16Array(320).fill(value);
}

/** Renders device buffers of 128 samples, 2.67 ms each, and keeps what was reported and heard. */
function render(playout: Playout, countBuffers: number) {
  const reports: PlayoutReport[] = [];
  const heard: number[] = [];
  const output = new Float32Array(128);
  for (let buffer = 0; buffer < countBuffers; buffer++) {
    const report = playout.render(output);
    if (report !== undefined) reports.push(report);
    heard.push(...output);
  }
  return { reports, heard };
}

describe('playout', () => {
  it('counts a reply exactly and reports its end once', () => {
    const playout = new Playout(rates);
    playout.start(3);
    for (let count = 0; count < 5; count++) playout.push(frame());
    playout.end();
    const { reports } = render(playout, 60);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({
      turn: 3,
      playedMs: 100,
      isOver: true,
      countSamples: 1600,
      countVoicedSamples: 1600,
    });
    expect(playout.report()).toBeUndefined();
  });

  it('waits for late frames without counting the silence in between', () => {
    const playout = new Playout(rates);
    playout.start(1);
    playout.push(frame());
    render(playout, 30);
    expect(playout.report()).toMatchObject({ turn: 1, playedMs: 20, isOver: false });
    playout.push(frame());
    playout.end();
    expect(render(playout, 30).reports[0]).toMatchObject({ playedMs: 40, isOver: true });
  });

  it('knows silence from voice', () => {
    const playout = new Playout(rates);
    playout.start(1);
    playout.push(frame(0));
    playout.push(frame(8000));
    playout.end();
    expect(render(playout, 30).reports[0]).toMatchObject({ countSamples: 640, countVoicedSamples: 320 });
  });

  it('fades out within 5 ms when it is cleared, and says where it stopped', () => {
    const playout = new Playout(rates);
    playout.start(1);
    for (let count = 0; count < 50; count++) playout.push(frame());
    render(playout, 60);
    const before = playout.report();
    const cut = playout.clear();
    expect(cut).toMatchObject({ turn: 1, isOver: true, playedMs: before?.playedMs });
    const { heard } = render(playout, 20);
    const filterMs = 3;
    const firstSilent = (48_000 * (5 + filterMs)) / 1000;
    expect(Math.max(...heard.slice(firstSilent).map(Math.abs))).toBeLessThan(0.001);
    const steepest = Math.max(...heard.slice(1).map((sample, index) => Math.abs(sample - (heard[index] ?? 0))));
    expect(steepest).toBeLessThan(0.01);
  });

  it('plays the reply after a cleared one whole, even when it comes at once', () => {
    const playout = new Playout(rates);
    playout.start(1);
    for (let count = 0; count < 50; count++) playout.push(frame());
    render(playout, 10);
    playout.clear();
    playout.start(2);
    playout.push(frame());
    playout.end();
    expect(render(playout, 60).reports).toEqual([expect.objectContaining({ turn: 2, playedMs: 20, isOver: true })]);
  });

  it('plays two replies in a row to their own ends', () => {
    const playout = new Playout(rates);
    for (const turn of [1, 2]) {
      playout.start(turn);
      playout.push(frame());
      playout.end();
    }
    const { reports } = render(playout, 60);
    expect(reports.map(({ turn, playedMs }) => [turn, playedMs])).toEqual([
      [1, 20],
      [2, 20],
    ]);
  });

  it('reports a reply without audio as over', () => {
    const playout = new Playout(rates);
    playout.start(4);
    playout.end();
    expect(render(playout, 1).reports).toEqual([expect.objectContaining({ turn: 4, playedMs: 0, isOver: true })]);
  });

  it('has nothing to report of a clear between replies', () => {
    expect(new Playout(rates).clear()).toBeUndefined();
  });

  it('drops and counts what comes faster than it can hold', () => {
    const playout = new Playout({ ...rates, capacityMs: 40 });
    playout.start(1);
    for (let count = 0; count < 3; count++) playout.push(frame());
    playout.end();
    expect(render(playout, 30).reports[0]).toMatchObject({ playedMs: 40, countDroppedSamples: 320 });
  });

  it('never plays more than it was given, whatever comes in whatever order', () => {
    const step = fc.oneof(
      fc.record({ type: fc.constantFrom('start', 'push', 'end', 'clear') }),
      fc.record({ type: fc.constant('render'), count: fc.integer({ min: 1, max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(44_100, 48_000), (steps, deviceRateHz) => {
        const playout = new Playout({ rateHz: 16_000, deviceRateHz, capacityMs: 100 });
        let turn = 0;
        let countPushed = 0;
        let lastMs = 0;
        for (const taken of steps) {
          if (taken.type === 'start') {
            playout.start(++turn);
          } else if (taken.type === 'push') {
            playout.push(frame());
            countPushed += 320;
          } else if (taken.type === 'end') playout.end();
          else if (taken.type === 'clear') playout.clear();
          else if ('count' in taken) render(playout, taken.count);
          const report = playout.report();
          if (report === undefined) continue;
          expect(report.countSamples + report.countDroppedSamples).toBeLessThanOrEqual(countPushed);
          expect(report.countVoicedSamples).toBeLessThanOrEqual(report.countSamples);
          expect(report.playedMs).toBeLessThanOrEqual(countPushed / 16);
          lastMs = Math.max(lastMs, report.playedMs);
        }
        expect(lastMs).toBeLessThanOrEqual(countPushed / 16);
      }),
    );
  });
});
