// How a graph multiplies by weights: the port between what a network computes and in which numbers it does.
import type { Matrix } from './weights.ts';

export interface Arithmetic {
  /** Takes the table of a row for each token, gives what looks rows up by ids [T]. */
  embedding(table: Matrix): Promise<(ids: string) => string>;
  /** `value` times the matrices `parts`, whose outputs follow each other; `name` is that of the stored weights. */
  linear(value: string, name: string, parts: readonly Matrix[]): Promise<string>;
  /**
   * Logits in 32-bit floats, by weights of its own or else by the table of the embedding; `bias` [vocabulary] is added
   * to each row.
   */
  head(value: string, own: Matrix | undefined, bias: string | undefined): Promise<string>;
}
