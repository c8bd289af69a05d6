import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { writeBase } from '../../training/base.ts';
import { exportModel } from '../../training/export.ts';
import { type CheckpointTensor, encodeSafeTensors } from '../../training/safetensors-file.ts';

const tokenizerFile = fileURLToPath(new URL('../../models/repartee-s/tokenizer.json', import.meta.url));
const config = {
  layers: 2,
  hidden: 12,
  heads: 3,
  keyValueHeads: 1,
  headSize: 4,
  feedForward: 20,
  vocabulary: 18142,
  ropeBase: 100000,
  normEpsilon: 1e-5,
};

function smallCheckpoint(): CheckpointTensor[] {
  const random = createRandom(7);
  const float32 = (name: string, length: number): CheckpointTensor => ({
    name,
    type: 'F32',
    shape: [length],
    values: Float32Array.from({ length }, () => random()),
  });
  const matrix = (name: string, lengthOut: number, lengthIn: number): CheckpointTensor[] => [
    {
      name: `${name}.int8`,
      type: 'I8',
      shape: [lengthOut, lengthIn],
      values: Int8Array.from({ length: lengthOut * lengthIn }, () => Math.floor(random() * 255) - 127),
    },
    float32(`${name}.scale`, lengthOut),
  ];
  const layers = Array.from({ length: config.layers }, (_, i) => [
    float32(`layers.${i}.attentionNorm`, 12),
    float32(`layers.${i}.feedForwardNorm`, 12),
    ...matrix(`layers.${i}.query`, 12, 12),
    ...matrix(`layers.${i}.key`, 4, 12),
    ...matrix(`layers.${i}.value`, 4, 12),
    ...matrix(`layers.${i}.output`, 12, 12),
    ...matrix(`layers.${i}.gate`, 20, 12),
    ...matrix(`layers.${i}.up`, 20, 12),
    ...matrix(`layers.${i}.down`, 12, 20),
  ]);
  return [...matrix('embedding', config.vocabulary, config.hidden), float32('norm', 12), ...layers.flat()];
}

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'repartee-base-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('writeBase', () => {
  it('gives back, byte for byte, the checkpoint that a model folder was exported from', async () => {
    const [from, to] = [join(dir, 'weights.safetensors'), join(dir, 'again', 'weights.safetensors')];
    const modelDir = join(dir, 'model');
    writeFileSync(join(dir, 'config.json'), JSON.stringify({ ...config, blockSize: 16 }));
    writeFileSync(join(dir, 'tokenizer.json'), readFileSync(tokenizerFile));
    const written = smallCheckpoint();
    writeFileSync(from, encodeSafeTensors(written, {}));
    const { origin } = await exportModel({ from, to: modelDir });
    await writeBase({ from: modelDir, to });
    const metadata = { base: origin, layout: 'weight[out][in] = int8 * scale[out]; half-rotation RoPE' };
    expect(readFileSync(to).equals(encodeSafeTensors(written, metadata))).toBe(true);
    expect(JSON.parse(readFileSync(join(dir, 'again', 'config.json'), 'utf8'))).toEqual({ ...config, blockSize: 16 });

    appendFileSync(join(modelDir, 'weights-01.bin'), 'x');
    await expect(writeBase({ from: modelDir, to })).rejects.toThrow(/weights-01\.bin: expected sha256/);
  });
});
