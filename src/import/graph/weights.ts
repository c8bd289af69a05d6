// What a graph asks of a model's weights, by this project's names: embedding, head, norm, layers.N.{attentionNorm,
// query, key, value, output, feedForwardNorm, gate, up, down}. Knows no file.

export interface Weights {
  /** Rejects with ModelError where the name is not there or the length is another. */
  vector(name: string, length: number): Promise<Float32Array>;
  /** [rows][columns]: a row for each output, a column for each input. Reading rejects with ModelError. */
  matrix(name: string, rows: number, columns: number): Matrix;
}

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** [count][columns] */
  readRows(from: number, count: number): Promise<Float32Array>;
  readBytes(): Promise<ByteRows>;
}

/** A matrix of bytes, each row times a scale of its own. */
export interface ByteRows {
  /** [rows][columns] */
  readonly values: Int8Array;
  /** [rows] */
  readonly scales: Float32Array;
}
