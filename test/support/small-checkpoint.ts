import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tokenizer, tokenizerJson } from './small-vocabulary.ts';

/** Of a model that is real in all but its size. */
export const smallConfig = {
  layers: 2,
  hidden: 64,
  heads: 4,
  keyValueHeads: 2,
  headSize: 16,
  feedForward: 96,
  vocabulary: tokenizer.countTokens,
};

/** A checkpoint of the shape that the export takes, with random weights: weights.safetensors, config.json and tokenizer.json. */
export async function writeSmallCheckpoint(folder: string, config = smallConfig): Promise<string> {
  const { hidden, heads, keyValueHeads, headSize, feedForward, vocabulary, layers } = config;
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = {};
  const parts: Uint8Array[] = [];
  let length = 0;
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed / 2 ** 30 - 1;
  };
  const add = (name: string, dtype: string, shape: number[], values: Int8Array | Float32Array) => {
    const bytes = new Uint8Array(values.buffer);
    header[name] = { dtype, shape, data_offsets: [length, length + bytes.length] };
    parts.push(bytes);
    length += bytes.length;
  };
  const matrix = (name: string, rows: number, columns: number) => {
    add(
      `${name}.scale`,
      'F32',
      [rows],
      Float32Array.from({ length: rows }, () => 0.0012 + 0.0004 * random()),
    );
    add(
      `${name}.int8`,
      'I8',
      [rows, columns],
      Int8Array.from({ length: rows * columns }, () => 127 * random()),
    );
  };
  const norm = (name: string) =>
    add(
      name,
      'F32',
      [hidden],
      Float32Array.from({ length: hidden }, () => 1 + 0.1 * random()),
    );
  matrix('embedding', vocabulary, hidden);
  norm('norm');
  for (let layer = 0; layer < layers; layer++) {
    const at = (part: string) => `layers.${layer}.${part}`;
    norm(at('attentionNorm'));
    norm(at('feedForwardNorm'));
    matrix(at('query'), heads * headSize, hidden);
    matrix(at('key'), keyValueHeads * headSize, hidden);
    matrix(at('value'), keyValueHeads * headSize, hidden);
    matrix(at('output'), hidden, heads * headSize);
    matrix(at('gate'), feedForward, hidden);
    matrix(at('up'), feedForward, hidden);
    matrix(at('down'), hidden, feedForward);
  }
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({ ...config, ropeBase: 10_000, normEpsilon: 1e-5, blockSize: 8 }),
  );
  await writeFile(join(folder, 'tokenizer.json'), tokenizerJson);
  await writeFile(join(folder, 'weights.safetensors'), Buffer.concat([size, text, ...parts]));
  return join(folder, 'weights.safetensors');
}
