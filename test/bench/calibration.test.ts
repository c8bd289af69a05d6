import { describe, expect, it } from 'vitest';
import { calibrate, callRows, type SeenPoint, shift, waitRows } from '../../bench/calibration.ts';

const actProbabilities = (pSay: number, pCall: number) => ({ pSay, pCall, pWait: 1 - pSay - pCall, pEndOfTurn: 0.5 });
const turn = (act: 'say' | 'call', pSay: number, pCall: number): SeenPoint => ({
  after: 'turn',
  act,
  actProbabilities: actProbabilities(pSay, pCall),
});
const cut = (pSay: number, pCall: number): SeenPoint => ({
  after: 'cut',
  act: 'wait',
  actProbabilities: actProbabilities(pSay, pCall),
});
const rowAt = <Row extends object>(rows: readonly Row[], nats: number) =>
  rows.find((row) => Object.values(row)[0] === nats);

/** Calls get a fifth of what they should: .5 against .1 is a call, .9 against .02 none. */
const shy = [...Array(10).fill(turn('call', 0.5, 0.2)), ...Array(30).fill(turn('say', 0.9, 0.02))];

describe('the constants of a model', () => {
  it('are what makes a shy model call as often as it should', () => {
    // From ln(.5 / .2) = .92 on all calls are found, from ln(.9 / .02) = 3.8 on replies are lost.
    expect(calibrate([shy]).callNats).toBe(1);
    expect(rowAt(callRows([shy]), 0)).toEqual({ callNats: 0, accuracy: 0.75, recall: { say: 1, call: 0 } });
    expect(rowAt(callRows([shy]), 1)).toEqual({ callNats: 1, accuracy: 1, recall: { say: 1, call: 1 } });
    expect(rowAt(callRows([shy]), 4)).toEqual({ callNats: 4, accuracy: 0.25, recall: { say: 0, call: 1 } });
  });

  it('are negative for an eager one', () => {
    const eager = [...Array(10).fill(turn('call', 0.1, 0.8)), ...Array(10).fill(turn('say', 0.4, 0.5))];
    expect(calibrate([eager]).callNats).toBe(-0.25);
  });

  it('stay 0 where nothing is gained, or next to nothing', () => {
    expect(calibrate([[turn('call', 0.1, 0.8), turn('say', 0.8, 0.1)]])).toEqual({ callNats: 0, waitNats: 0 });
    expect(calibrate([[]])).toEqual({ callNats: 0, waitNats: 0 });
    const one = [...Array(200).fill(turn('say', 0.8, 0.01)), ...Array(200).fill(turn('call', 0.1, 0.8))];
    expect(calibrate([[...one, turn('call', 0.5, 0.4)]]).callNats).toBe(0);
  });

  it('weigh sources alike, however many points each has', () => {
    const long = Array(90).fill(turn('say', 0.6, 0.3));
    const short = Array(10).fill(turn('say', 0.3, 0.6));
    expect(rowAt(callRows([long, short]), 0)).toMatchObject({ accuracy: 0.5, recall: { say: 0.5 } });
  });

  it('wait at cut turns, not at whole ones', () => {
    // A cut turn wants ln(.6 / .2) = 1.1 more to be waited at, a whole one ln(.9 / .05) = 2.9.
    const points = [...Array(10).fill(cut(0.6, 0.2)), ...Array(10).fill(turn('say', 0.9, 0.05))];
    expect(calibrate([points]).waitNats).toBe(1.25);
    expect(rowAt(waitRows([points], 0), 1.25)).toEqual({ waitNats: 1.25, found: 1, falseWaits: 0 });
    expect(rowAt(waitRows([points], 0), 3)).toEqual({ waitNats: 3, found: 1, falseWaits: 1 });
  });

  it('would rather miss three cut turns of ten than wait at one whole turn of ten', () => {
    const eager = Array(9).fill(turn('say', 0.9, 0.05));
    const early = turn('say', 0.4, 0.1);
    // From ln(.4 / .5) = -.22 down the whole turn is not waited at, nor are three of the cut ones.
    const points = [...eager, early, ...Array(3).fill(cut(0.4, 0.1)), ...Array(7).fill(cut(0.05, 0.05))];
    expect(calibrate([points]).waitNats).toBe(-0.25);
  });

  it('are taken off again by their negatives', () => {
    const before = actProbabilities(0.5, 0.2);
    const shifted = shift(before, { callNats: 1, waitNats: -0.5 });
    expect(shifted.pSay + shifted.pCall + shifted.pWait).toBeCloseTo(1);
    expect(shifted.pCall / shifted.pSay).toBeCloseTo((0.2 / 0.5) * Math.E);
    const back = shift(shifted, { callNats: -1, waitNats: 0.5 });
    expect([back.pSay, back.pCall, back.pWait, back.pEndOfTurn]).toEqual(
      [0.5, 0.2, 0.3, 0.5].map((p) => expect.closeTo(p)),
    );
  });
});
