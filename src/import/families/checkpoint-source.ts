// What a family reads of a checkpoint, of an adapter or of a drafter.
import type { TensorSource } from '../checkpoint/tensor-source.ts';

export interface CheckpointSource {
  /** What config.json says; of an adapter what adapter_config.json does. */
  readonly config: unknown;
  readonly tensors: TensorSource;
}
