import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromHalf } from '../../src/import/checkpoint/floats.ts';
import { type GgufHead, parseGgufHead } from '../../src/import/checkpoint/gguf-head.ts';
import { toPaired } from '../../src/import/checkpoint/rotary-rows.ts';
import { ggufFiles, writeGguf } from '../../training/gguf.ts';
import { toQ4, toQ8 } from '../../training/gguf-quantize.ts';
import { openSafeTensors } from '../../training/safetensors.ts';
import { smallConfig, writeSmallCheckpoint } from '../support/small-checkpoint.ts';
import { tokenizer } from '../support/small-vocabulary.ts';

let folder: string;
let from: string;
let bytes: Buffer;
let head: GgufHead;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gguf-'));
  from = await writeSmallCheckpoint(join(folder, 'checkpoint'));
  writeGguf({ from, toDir: folder });
  bytes = readFileSync(join(folder, ggufFiles.q8_0));
  const parsed = parseGgufHead(ggufFiles.q8_0, bytes, bytes.length);
  if (parsed === undefined) throw new Error('the head is longer than the file');
  head = parsed;
});
afterAll(() => rmSync(folder, { recursive: true }));

it('names what llama.cpp asks of a llama, with the sizes of the model', () => {
  expect(Object.fromEntries(head.metadata)).toMatchObject({
    'general.architecture': 'llama',
    'llama.embedding_length': 64,
    'llama.block_count': 2,
    'llama.attention.head_count': 4,
    'llama.attention.head_count_kv': 2,
    'llama.rope.dimension_count': 16,
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.eos_token_id': tokenizer.specials.end,
  });
  expect(head.metadata.get('tokenizer.ggml.tokens')).toHaveLength(tokenizer.countTokens);
  expect([...head.tensors.keys()]).toContain('blk.1.ffn_down.weight');
  expect(head.tensors.size).toBe(2 + 9 * smallConfig.layers);
});

it('moves the rows of a query to where llama.cpp turns them, and says what the checkpoint says', () => {
  const query = head.tensors.get('blk.0.attn_q.weight');
  const tensors = openSafeTensors(from);
  const rows = tensors.int8('layers.0.query.int8', [64, 64]).values;
  const scales = tensors.float32('layers.0.query.scale', [64]).values;
  for (const row of [0, 7, 8, 63]) {
    const at = (query?.offsetBytes ?? 0) + toPaired(row, smallConfig.headSize) * 2 * 34;
    for (let column = 0; column < 32; column++) {
      const expected = (rows[row * 64 + column] ?? 0) * (scales[row] ?? 0);
      const found = bytes.readInt8(at + 2 + column) * halfAt(bytes, at);
      expect(Math.abs(found - expected)).toBeLessThanOrEqual(halfAt(bytes, at) * 0.6);
    }
  }
});

it('pairs the two halves of each head, and loses no row', () => {
  const rows = Array.from({ length: 64 }, (_, row) => toPaired(row, 16));
  expect([...rows].sort((a, b) => a - b)).toEqual([...rows.keys()]);
  for (let row = 0; row < 8; row++) expect(rows[row + 8]).toBe((rows[row] ?? 0) + 1);
});

const blocks = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 32, maxLength: 32 });

it('comes within a step of each value, in 8 bits and in 4', () => {
  fc.assert(
    fc.property(blocks, (values) => {
      const largest = Math.max(...values.map(Math.abs));
      const [q8, q4] = [toQ8(Float32Array.from(values)), toQ4(Float32Array.from(values))];
      // What a scale loses in half precision, of its own size or of the smallest there is.
      const slack = largest * 2e-3 + 127 * 2 ** -25;
      for (const [index, value] of values.entries()) {
        const byte = ((q8[2 + index] ?? 0) << 24) >> 24;
        expect(Math.abs(byte * halfAt(q8, 0) - value)).toBeLessThanOrEqual(largest / 254 + slack);
        const packed = q4[2 + (index % 16)] ?? 0;
        const nibble = index < 16 ? packed & 15 : packed >> 4;
        expect(Math.abs((nibble - 8) * halfAt(q4, 0) - value)).toBeLessThanOrEqual(largest / 8 + slack);
      }
    }),
  );
});

it('refuses values that fill no block', () => {
  expect(() => toQ8(new Float32Array(33))).toThrow(/33 values don't fill blocks of 32/);
});

const halfAt = (block: Uint8Array, at: number) => fromHalf((block[at] ?? 0) | ((block[at + 1] ?? 0) << 8));
