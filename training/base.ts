// Takes a shipped model folder, gives its weights back as a checkpoint that training starts from. The inverse of
// export.

import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GRAPH_FILE, loadManifest } from '../src/engine/manifest.ts';
import type { Network } from '../src/engine/network.ts';
import { ModelError } from '../src/errors.ts';
import { readInitializers } from './onnx-initializers.ts';
import { type CheckpointTensor, encodeSafeTensors } from './safetensors-file.ts';
import { writeWhole } from './write-whole.ts';

export interface BaseOptions {
  /** A model folder; its hashes are checked. */
  readonly from: string;
  /** The checkpoint to write (weights.safetensors); config.json and tokenizer.json are written beside it. */
  readonly to: string;
}

/** Throws ModelError for a damaged folder, or one that another exporter wrote. */
export async function writeBase({ from, to }: BaseOptions): Promise<void> {
  const manifest = await loadManifest(from);
  const { config } = manifest;
  const initializers = readInitializers(join(from, GRAPH_FILE));
  const bytesOf = (name: string): Buffer => {
    const place = initializers.get(name);
    if (place === undefined)
      throw new ModelError('weights-missing', `${join(from, GRAPH_FILE)} has no weights ${name}`);
    return readFileSync(join(from, place.file)).subarray(place.offsetBytes, place.offsetBytes + place.sizeBytes);
  };
  const floats = (name: string) => toFloats(bytesOf(name));

  const tensors: CheckpointTensor[] = [
    int8('embedding.int8', [config.vocabulary, config.hidden], toInt8(bytesOf('embedding'))),
    float32('embedding.scale', floats('embedding.scale')),
    float32('norm', floats('norm')),
  ];
  for (let layer = 0; layer < config.layers; layer++) {
    const name = (part: string) => `layers.${layer}.${part}`;
    for (const norm of ['attentionNorm', 'feedForwardNorm']) tensors.push(float32(name(norm), floats(name(norm))));
    for (const { matrix, lengthIn, parts } of matricesOf(config)) {
      const rows = transpose(toInt8(bytesOf(name(matrix))), lengthIn);
      const scales = floats(`${name(matrix)}.scale`);
      let first = 0;
      for (const [part, lengthOut] of parts) {
        const last = first + lengthOut;
        tensors.push(int8(`${name(part)}.int8`, [lengthOut, lengthIn], rows.slice(first * lengthIn, last * lengthIn)));
        tensors.push(float32(`${name(part)}.scale`, scales.slice(first, last)));
        first = last;
      }
    }
  }

  mkdirSync(dirname(to), { recursive: true });
  const metadata = { base: manifest.origin, layout: 'weight[out][in] = int8 * scale[out]; half-rotation RoPE' };
  writeWhole(to, encodeSafeTensors(tensors, metadata));
  const sizes = { ...config, blockSize: manifest.blockSize };
  writeWhole(join(dirname(to), 'config.json'), `${JSON.stringify(sizes)}\n`);
  writeWhole(join(dirname(to), 'tokenizer.json'), readFileSync(join(from, 'tokenizer.json')));
}

interface StoredMatrix {
  readonly matrix: string;
  readonly lengthIn: number;
  /** What lies side by side in it, with the count of its outputs. */
  readonly parts: readonly (readonly [name: string, lengthOut: number])[];
}

function matricesOf({ hidden, heads, keyValueHeads, headSize, feedForward }: Network): StoredMatrix[] {
  const key = keyValueHeads * headSize;
  return [
    {
      matrix: 'attention',
      lengthIn: hidden,
      parts: [
        ['query', heads * headSize],
        ['key', key],
        ['value', key],
      ],
    },
    { matrix: 'output', lengthIn: heads * headSize, parts: [['output', hidden]] },
    {
      matrix: 'gateUp',
      lengthIn: hidden,
      parts: [
        ['gate', feedForward],
        ['up', feedForward],
      ],
    },
    { matrix: 'down', lengthIn: feedForward, parts: [['down', hidden]] },
  ];
}

/** [in][out] to [out][in]. */
function transpose(values: Int8Array, lengthIn: number): Int8Array {
  const lengthOut = values.length / lengthIn;
  const rows = new Int8Array(values.length);
  for (let column = 0; column < lengthIn; column++) {
    for (let row = 0; row < lengthOut; row++) rows[row * lengthIn + column] = values[column * lengthOut + row] ?? 0;
  }
  return rows;
}

function toInt8(bytes: Uint8Array): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function toFloats(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function int8(name: string, shape: readonly number[], values: Int8Array): CheckpointTensor {
  return { name, type: 'I8', shape, values };
}

function float32(name: string, values: Float32Array): CheckpointTensor {
  return { name, type: 'F32', shape: [values.length], values };
}
