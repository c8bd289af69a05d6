// In which numbers a model computes, and the arithmetic of each.
import type { Arithmetic } from './arithmetic.ts';
import { createBlockArithmetic } from './arithmetic-blocks.ts';
import { createByteArithmetic } from './arithmetic-bytes.ts';
import { createFloatArithmetic } from './arithmetic-floats.ts';
import type { FloatType, GraphBuilder } from './graph-builder.ts';

export interface Numbers {
  /** Of activations, keys and values. */
  readonly floats: FloatType;
  /**
   * `bytes`: a scale for each row, multiplied with activations in bytes (the CPU's fastest). `int8` and `int4`: a scale
   * for each 32 weights of a row. `floats`: as activations are.
   */
  readonly weights: 'bytes' | 'int8' | 'int4' | 'floats';
}

export function createArithmetic(g: GraphBuilder, { weights }: Numbers): Arithmetic {
  switch (weights) {
    case 'bytes':
      return createByteArithmetic(g);
    case 'int8':
      return createBlockArithmetic(g, 8);
    case 'int4':
      return createBlockArithmetic(g, 4);
    case 'floats':
      return createFloatArithmetic(g);
  }
}
