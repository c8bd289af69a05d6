import { expect, it } from 'vitest';
import { argumentConfidences } from '../../../src/engine/constraints/argument-confidences.ts';
import { tokenizer } from '../../support/small-vocabulary.ts';

/** Shares by piece: each piece is encoded apart. */
function confidencesOf(pieces: readonly (readonly [text: string, share: number])[]) {
  const tokens = pieces.map(([text]) => tokenizer.encode(text));
  const shares = pieces.flatMap(([, share], index) => (tokens[index] ?? []).map(() => share));
  return argumentConfidences(tokens.flat(), shares, tokenizer);
}

it('gives each argument the lowest share of its value, and not that of its key', () => {
  const confidences = confidencesOf([
    [' find', 0.1],
    [' {', 0.1],
    ['"city": ', 0.2],
    ['"', 1],
    ['Ro', 0.9],
    ['me', 0.5],
    ['"', 0.8],
    [', "count": ', 0.1],
    ['1', 0.6],
    ['2', 0.7],
    ['}', 0.1],
  ]);
  expect(confidences).toEqual({ city: 0.5, count: 0.6 });
});

it('counts what a list or an object holds to its argument, whatever characters a text holds', () => {
  const confidences = confidencesOf([
    [' f {', 1],
    ['"a \\"b\\", {c}": ', 1],
    ['["x, y", {"z": 1}', 0.9],
    [', "}"]', 0.4],
    [', "d": ', 0.1],
    ['"\\\\"', 0.8],
    ['}', 1],
  ]);
  expect(confidences).toEqual({ 'a "b", {c}': 0.4, d: 0.8 });
});

it('says nothing where there are no arguments', () => {
  expect(confidencesOf([[' find {}', 0.5]])).toEqual({});
});
