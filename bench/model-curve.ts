// How good replies are for how many forwards: all sources together, one point for each way to draft. Pure functions.
import type { Way } from './model-answers.ts';
import { type AnsweredDialogue, figuresOf, type ReplyFigures, type SpeedFigures } from './model-figures.ts';

export interface CurvePoint {
  readonly way: string;
  /** Diffusion steps a block; null: an effort. */
  readonly steps: number | null;
  readonly replies: ReplyFigures;
  readonly speed: SpeedFigures;
}

export function curveOf(dialogues: readonly AnsweredDialogue[], ways: readonly Way[], seed: number): CurvePoint[] {
  return ways.map(({ label, steps = null }) => {
    const { replies, speed } = figuresOf(dialogues, label, seed);
    return { way: label, steps, replies, speed };
  });
}
