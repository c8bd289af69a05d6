import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Playback, type PlaybackReport } from '../../src/page/audio-playback.ts';

const rates = { rateHz: 16_000, deviceRateHz: 48_000 };

function frame(value = 8000): Int16Array {
  return new Int16Array(320).fill(value);
}

/** Renders device buffers of 128 samples, 2.67 ms each, and keeps what was reported and heard. */
function render(playback: Playback, countBuffers: number) {
  const reports: PlaybackReport[] = [];
  const heard: number[] = [];
  const output = new Float32Array(128);
  for (let buffer = 0; buffer < countBuffers; buffer++) {
    const report = playback.render(output);
    if (report !== undefined) reports.push(report);
    heard.push(...output);
  }
  return { reports, heard };
}

describe('playback', () => {
  it('counts a reply exactly and reports its end once', () => {
    const playback = new Playback(rates);
    playback.start(3);
    for (let count = 0; count < 5; count++) playback.push(frame());
    playback.end();
    const { reports } = render(playback, 60);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({
      turn: 3,
      playedMs: 100,
      isOver: true,
      countSamples: 1600,
      countVoicedSamples: 1600,
    });
    expect(playback.report()).toBeUndefined();
  });

  it('waits for late frames without counting the silence in between', () => {
    const playback = new Playback(rates);
    playback.start(1);
    playback.push(frame());
    render(playback, 30);
    expect(playback.report()).toMatchObject({ turn: 1, playedMs: 20, isOver: false });
    playback.push(frame());
    playback.end();
    expect(render(playback, 30).reports[0]).toMatchObject({ playedMs: 40, isOver: true });
  });

  it('knows silence from voice', () => {
    const playback = new Playback(rates);
    playback.start(1);
    playback.push(frame(0));
    playback.push(frame(8000));
    playback.end();
    expect(render(playback, 30).reports[0]).toMatchObject({ countSamples: 640, countVoicedSamples: 320 });
  });

  it('fades out within 5 ms when it is cleared, and says where it stopped', () => {
    const playback = new Playback(rates);
    playback.start(1);
    for (let count = 0; count < 50; count++) playback.push(frame());
    render(playback, 60);
    const before = playback.report();
    const cut = playback.clear();
    expect(cut).toMatchObject({ turn: 1, isOver: true, playedMs: before?.playedMs });
    const { heard } = render(playback, 20);
    const filterMs = 3;
    const firstSilent = (48_000 * (5 + filterMs)) / 1000;
    expect(Math.max(...heard.slice(firstSilent).map(Math.abs))).toBeLessThan(0.001);
    const steepest = Math.max(...heard.slice(1).map((sample, index) => Math.abs(sample - (heard[index] ?? 0))));
    expect(steepest).toBeLessThan(0.01);
  });

  it('plays the reply after a cleared one whole, even when it comes at once', () => {
    const playback = new Playback(rates);
    playback.start(1);
    for (let count = 0; count < 50; count++) playback.push(frame());
    render(playback, 10);
    playback.clear();
    playback.start(2);
    playback.push(frame());
    playback.end();
    expect(render(playback, 60).reports).toEqual([expect.objectContaining({ turn: 2, playedMs: 20, isOver: true })]);
  });

  it('plays two replies in a row to their own ends', () => {
    const playback = new Playback(rates);
    for (const turn of [1, 2]) {
      playback.start(turn);
      playback.push(frame());
      playback.end();
    }
    const { reports } = render(playback, 60);
    expect(reports.map(({ turn, playedMs }) => [turn, playedMs])).toEqual([
      [1, 20],
      [2, 20],
    ]);
  });

  it('reports a reply without audio as over', () => {
    const playback = new Playback(rates);
    playback.start(4);
    playback.end();
    expect(render(playback, 1).reports).toEqual([expect.objectContaining({ turn: 4, playedMs: 0, isOver: true })]);
  });

  it('has nothing to report of a clear between replies', () => {
    expect(new Playback(rates).clear()).toBeUndefined();
  });

  it('drops and counts what comes faster than it can hold', () => {
    const playback = new Playback({ ...rates, capacityMs: 40 });
    playback.start(1);
    for (let count = 0; count < 3; count++) playback.push(frame());
    playback.end();
    expect(render(playback, 30).reports[0]).toMatchObject({ playedMs: 40, countDroppedSamples: 320 });
  });

  it('never plays more than it was given, whatever comes in whatever order', () => {
    const step = fc.oneof(
      fc.record({ type: fc.constantFrom('start', 'push', 'end', 'clear') }),
      fc.record({ type: fc.constant('render'), count: fc.integer({ min: 1, max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(44_100, 48_000), (steps, deviceRateHz) => {
        const playback = new Playback({ rateHz: 16_000, deviceRateHz, capacityMs: 100 });
        let turn = 0;
        let countPushed = 0;
        let lastMs = 0;
        for (const taken of steps) {
          if (taken.type === 'start') {
            playback.start(++turn);
          } else if (taken.type === 'push') {
            playback.push(frame());
            countPushed += 320;
          } else if (taken.type === 'end') playback.end();
          else if (taken.type === 'clear') playback.clear();
          else if ('count' in taken) render(playback, taken.count);
          const report = playback.report();
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
