// The angles by which positions turn queries and keys, as tables of the graph.
import type { Network } from '../../engine/network.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { onnxTypes } from './onnx-file.ts';

export interface RotaryTables {
  readonly cosines: string;
  readonly sines: string;
}

/** Cosines and sines of every position; the runtime computes them once, when it loads the graph. */
export function addRotaryTables(g: GraphBuilder, network: Network, contextTokens: number): RotaryTables {
  const bounds = [0, contextTokens, 1].map((value) => g.constant('int64', [], [value]));
  const index = g.op('Cast', [g.op('Range', bounds)], { to: onnxTypes.float32 });
  const frequencies = rotaryFrequencies(network);
  const angles = g.op('Mul', [
    g.op('Unsqueeze', [index, g.constant('int64', [1], [1])]),
    g.constant('float32', [1, frequencies.length], frequencies),
  ]);
  const [cosines, sines] = [scaled(g.op('Cos', [angles])), scaled(g.op('Sin', [angles]))];
  return { cosines, sines };

  function scaled(table: string): string {
    const { ropeScaling } = network;
    const factor = ropeScaling?.kind === 'yarn' ? ropeScaling.attentionFactor : 1;
    const grown = factor === 1 ? table : g.op('Mul', [table, g.constant('float32', [], [factor])]);
    return g.floatType === 'float32' ? grown : g.fromNumber(grown);
  }
}

/**
 * Radians per position of each pair of dimensions, slowest last. "YaRN: Efficient Context Window Extension of Large
 * Language Models", section 3.2, for that kind; Llama 3.1's model card for that of Llama.
 */
export function rotaryFrequencies({ headSize, ropeBase, ropeScaling }: Network): number[] {
  const half = headSize / 2;
  const plain = Array.from({ length: half }, (_, pair) => 1 / ropeBase ** (pair / half));
  if (ropeScaling === undefined) return plain;
  const { factor } = ropeScaling;
  if (ropeScaling.kind === 'linear') return plain.map((frequency) => frequency / factor);
  if (ropeScaling.kind === 'llama3') {
    const { originalTokens, lowFrequencyFactor: low, highFrequencyFactor: high } = ropeScaling;
    return plain.map((frequency) => {
      const turns = (originalTokens * frequency) / (2 * Math.PI);
      return mix(frequency, factor, clamp((turns - low) / (high - low)));
    });
  }
  const { originalTokens, betaFast, betaSlow } = ropeScaling;
  const pairWithTurns = (turns: number) =>
    (half * Math.log(originalTokens / (turns * 2 * Math.PI))) / Math.log(ropeBase);
  const first = Math.max(0, Math.floor(pairWithTurns(betaFast)));
  const last = Math.min(headSize - 1, Math.ceil(pairWithTurns(betaSlow)));
  // A ramp of no width is a step.
  const width = first === last ? 0.001 : last - first;
  return plain.map((frequency, pair) => mix(frequency, factor, 1 - clamp((pair - first) / width)));
}

/** `share` of the frequency as it is, the rest divided by `factor`. */
function mix(frequency: number, factor: number, share: number): number {
  return frequency * share + (frequency / factor) * (1 - share);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
