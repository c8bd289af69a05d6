// The weights of a checkpoint by name, read when they are asked for and one at a time. Knows no file format.

export interface TensorInfo {
  /** As the file names it: `F32`, `BF16`, `Q4_K`. */
  readonly dtype: string;
  /** Slowest axis first: a linear layer's weight is [out, in]. */
  readonly shape: readonly number[];
}

/**
 * Tensors of one checkpoint, whatever number of files it has. Nothing of a tensor is held once it is read.
 * @example
 * ```ts
 * const { tensors } = await openCheckpoint('/models/smollm2');
 * const rows = await tensors.readRows('model.embed_tokens.weight', 100, 2); // two rows of `hidden` floats
 * ```
 */
export interface TensorSource {
  readonly names: readonly string[];
  info(name: string): TensorInfo | undefined;
  /** All of it, in rows. Throws ModelError (weights-missing, weights-dtype, checkpoint-damaged). */
  read(name: string): Promise<Float32Array>;
  /** `count` rows of the first axis, from row `from` on. Throws RangeError for rows that there are not. */
  readRows(name: string, from: number, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Elements of a tensor: 1 for a scalar, which has no axis. Infinity where they are too many to count. */
export function countElements(shape: readonly number[]): number {
  const count = shape.reduce((product, length) => product * length, 1);
  return Number.isSafeInteger(count) ? count : Number.POSITIVE_INFINITY;
}

/** Throws RangeError where a tensor doesn't have these rows. */
export function checkRows(name: string, shape: readonly number[], from: number, count: number): void {
  const rows = shape[0] ?? 1;
  const isWithin = Number.isInteger(from) && Number.isInteger(count) && from >= 0 && count >= 0 && from + count <= rows;
  if (!isWithin) throw new RangeError(`rows ${from} to ${from + count} of ${name}, which has ${rows}`);
}
