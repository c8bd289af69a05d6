// Which constants, added to the log-odds of calling and of waiting, make a model act as people's agents did. Pure
// functions; know no engine.
import type { Act } from '../src/engine/sequence.ts';
import type { ActProbabilities } from './model-answers.ts';
import type { Point } from './model-points.ts';

export interface Calibration {
  readonly callNats: number;
  readonly waitNats: number;
}

/** What the model thought at one point, and what was right there. */
export interface SeenPoint {
  readonly after: Point['after'];
  readonly act: Act;
  readonly actProbabilities: ActProbabilities;
}

/** Means over sources, so that none counts more for its size. */
export interface Recall {
  readonly say: number;
  readonly call: number;
}

export interface CallRow {
  readonly callNats: number;
  /** Whole turns and results where say or call was right. */
  readonly accuracy: number;
  readonly recall: Recall;
}

export interface WaitRow {
  readonly waitNats: number;
  /** Cut turns that would be waited at. */
  readonly found: number;
  /** Whole turns that would be waited at. */
  readonly falseWaits: number;
}

const STEP_NATS = 0.25;
const MAX_NATS = 4;
/** A caller left without an answer against a draft begun too early. */
const FALSE_WAIT_COST = 4;
/** What is gained by less is the sample's doing. */
const MIN_GAIN = 0.005;

/** The table from which callNats is chosen. */
export function callRows(sources: readonly (readonly SeenPoint[])[]): CallRow[] {
  const asked = sources.map((points) => points.filter(({ after }) => after !== 'cut'));
  return offsets().map((callNats) => {
    const isRight = ({ act, actProbabilities: { pSay, pCall } }: SeenPoint) =>
      (pCall * Math.exp(callNats) > pSay ? 'call' : 'say') === act;
    const recallOf = (act: Act) =>
      meanShare(
        asked.map((points) => points.filter((point) => point.act === act)),
        isRight,
      );
    return { callNats, accuracy: meanShare(asked, isRight), recall: { say: recallOf('say'), call: recallOf('call') } };
  });
}

/** The table from which waitNats is chosen, given callNats. */
export function waitRows(sources: readonly (readonly SeenPoint[])[], callNats: number): WaitRow[] {
  const at = (after: Point['after']) => sources.map((points) => points.filter((point) => point.after === after));
  return offsets().map((waitNats) => {
    const waits = ({ actProbabilities: { pSay, pCall, pWait } }: SeenPoint) =>
      pWait * Math.exp(waitNats) > Math.max(pSay, pCall * Math.exp(callNats));
    return { waitNats, found: meanShare(at('cut'), waits), falseWaits: meanShare(at('turn'), waits) };
  });
}

/**
 * Best accuracy and mean recall together for calls; for waiting most cut turns, less the whole ones at their cost. 0
 * unless another constant is clearly better.
 */
export function calibrate(sources: readonly (readonly SeenPoint[])[]): Calibration {
  const { callNats } = best(
    callRows(sources),
    ({ accuracy, recall }) => (accuracy + (recall.say + recall.call) / 2) / 2,
    (row) => row.callNats,
  );
  const { waitNats } = best(
    waitRows(sources, callNats),
    ({ found, falseWaits }) => found - FALSE_WAIT_COST * falseWaits,
    (row) => row.waitNats,
  );
  return { callNats, waitNats };
}

/** As it would be with other constants. */
export function shift(
  { pSay, pCall, pWait, pEndOfTurn }: ActProbabilities,
  { callNats, waitNats }: Calibration,
): ActProbabilities {
  const call = pCall * Math.exp(callNats);
  const wait = pWait * Math.exp(waitNats);
  const sum = pSay + call + wait;
  return { pSay: pSay / sum, pCall: call / sum, pWait: wait / sum, pEndOfTurn };
}

function best<Row>(rows: readonly Row[], worthOf: (row: Row) => number, natsOf: (row: Row) => number): Row {
  const nearestFirst = [...rows].sort((a, b) => Math.abs(natsOf(a)) - Math.abs(natsOf(b)));
  const [first, ...others] = nearestFirst;
  if (first === undefined) throw new RangeError('no rows to choose from');
  return others.reduce((chosen, row) => (worthOf(row) > worthOf(chosen) + MIN_GAIN ? row : chosen), first);
}

function offsets(): number[] {
  const count = MAX_NATS / STEP_NATS;
  return Array.from({ length: 2 * count + 1 }, (_, index) => (index - count) * STEP_NATS);
}

/** Sources without points have no say. */
function meanShare(sources: readonly (readonly SeenPoint[])[], isRight: (point: SeenPoint) => boolean): number {
  const shares = sources.flatMap((points) =>
    points.length === 0 ? [] : [points.filter(isRight).length / points.length],
  );
  return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
