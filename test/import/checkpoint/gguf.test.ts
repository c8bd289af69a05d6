import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/errors.ts';
import { openGguf } from '../../../src/import/checkpoint/gguf.ts';
import { bytesInMemory } from '../../support/bytes-in-memory.ts';
import { type HandmadeGguf, handmadeGguf } from '../../support/handmade-gguf.ts';

const PATH = 'model.gguf';
const reference = readFileSync(new URL('../../../fixtures/import/reference.gguf', import.meta.url));

const open = (bytes: Uint8Array) => openGguf(bytesInMemory(PATH, bytes));

describe('what is read', () => {
  it.each(['f32', 'f16', 'bf16', 'q8_0', 'q4_0', 'q4_1', 'q4_k', 'q6_k'])(
    'gives %s as the library of the format does, bit for bit, all of it and by rows',
    async (name) => {
      const { tensors } = await open(reference);
      const expected = await tensors.read(`${name}.floats`);
      expect(tensors.info(name)).toEqual({ dtype: name.toUpperCase(), shape: [3, 256] });
      expect(new Uint32Array((await tensors.read(name)).buffer)).toEqual(new Uint32Array(expected.buffer));
      expect(await tensors.readRows(name, 1, 2)).toEqual(expected.slice(256));
      await expect(tensors.readRows(name, 2, 2)).rejects.toThrow(RangeError);
    },
  );

  it('gives metadata of every type', async () => {
    const { metadata } = await open(reference);
    expect(Object.fromEntries([...metadata].filter(([key]) => key.startsWith('a.')))).toEqual({
      'a.uint8': 200,
      'a.int8': -100,
      'a.uint16': 60_000,
      'a.int16': -30_000,
      'a.int32': -2_000_000_000,
      'a.float32': 0.5,
      'a.bool': true,
      'a.string': 'Grüße',
      'a.uint64': 2n ** 63n,
      'a.int64': -5,
      'a.float64': 1e300,
      'a.strings': ['one', 'zwei'],
      'a.ints': [1, -2, 3],
    });
  });

  it('reads version 2 as well', async () => {
    const { tensors } = await open(
      handmadeGguf({ version: 2, tensors: [{ name: 'a', shape: [2], type: 0, dataBytes: 8 }] }),
    );
    expect(await tensors.read('a')).toEqual(new Float32Array(2));
  });

  it('names a tensor that is missing or of a form that is not read', async () => {
    const { tensors } = await open(handmadeGguf({ tensors: [{ name: 'a', shape: [256], type: 10, dataBytes: 84 }] }));
    await expect(tensors.read('x')).rejects.toThrow(/model.gguf has no tensor x/);
    await expect(tensors.read('a')).rejects.toThrow(/tensor a is Q2_K, and only F32, BF16, F16, I8, Q8_0, .* are read/);
  });
});

describe('what is refused', () => {
  const one = { name: 'a', shape: [32], type: 0, dataBytes: 128 };
  const cases: readonly (readonly [what: string, file: HandmadeGguf, message: RegExp])[] = [
    ['another format', { magic: 'GGML' }, /begins with 0x4c4d4747 and not with "GGUF"/],
    ['another version', { version: 1 }, /version is 1, and 2 or 3 is read/],
    ['a file with its bytes swapped', { version: 0x03000000 }, /high byte first/],
    ['more tensors than the file can hold', { countTensors: 2n ** 40n }, /1099511627776 of tensors, and 0 is the most/],
    [
      'a count beyond what numbers hold',
      { countTensors: 2n ** 64n - 1n },
      /number of tensors: 18446744073709551615 is/,
    ],
    ['more metadata than the file can hold', { countValues: 1000n }, /1000 of metadata, and 0 is the most/],
    [
      'a key that is there twice',
      {
        metadata: [
          ['k', 4, 1],
          ['k', 4, 1],
        ],
      },
      /metadata says k twice/,
    ],
    ['a value of no type', { metadata: [['k', 13, 1]] }, /k is of type 13, and the last one known is 12/],
    [
      'a list longer than the file',
      { metadata: [['k', 9, [8, 2n ** 50n]]] },
      /1125899906842624 of k, and \d is the most/,
    ],
    ['lists within lists', { metadata: [['k', 9, [9, 1n, 9, 1n, 9, 1n, 9, 1n, 9, 1n, 9, 1n]]] }, /lists within lists/],
    ['a text longer than the file', { metadata: [['k', 8, 2n ** 20n]] }, /ends within k/],
    ['a text that is absurd', { metadata: [['k', 8, 2n ** 40n]] }, /k is a text of 1099511627776 bytes, and 16777216/],
    [
      'an alignment that is none',
      { metadata: [['general.alignment', 4, 24]] },
      /general.alignment is 24, expected a power/,
    ],
    [
      'an alignment of nothing',
      { metadata: [['general.alignment', 4, 0]] },
      /general.alignment is 0, expected a power/,
    ],
    ['a name that leads out of a folder', { tensors: [{ ...one, name: '../a' }] }, /a tensor is called "..\/a"/],
    ['a name that is there twice', { tensors: [one, { ...one, offset: 128n }] }, /has two tensors a/],
    ['a form that nobody knows', { tensors: [{ ...one, type: 4 }] }, /tensor a: its type is 4, which is not known/],
    ['too many axes', { tensors: [{ ...one, shape: [1, 1, 1, 1, 32] }] }, /it has 5 axes, and 4 is the most/],
    [
      'a shape that overflows',
      { tensors: [{ ...one, shape: [2 ** 40, 2 ** 40] }] },
      /its shape \[\d+,\d+\] is beyond any file/,
    ],
    [
      'rows that are no whole blocks',
      { tensors: [{ ...one, type: 8, shape: [33] }] },
      /a row has 33 values, and Q8_0 stores whole blocks of 32/,
    ],
    [
      'tensors that overlap',
      { tensors: [one, { ...one, name: 'b', offset: 64n }] },
      /tensor b begins at byte 64 of the data, expected 128/,
    ],
    [
      'a tensor before the data',
      { tensors: [{ ...one, offset: 2n ** 63n }] },
      /tensor a|a: 9223372036854775808 is beyond/,
    ],
    [
      'a file that is cut off',
      { tensors: [{ ...one, dataBytes: 127 }] },
      /tensor a ends at byte \d+ of the file, which has \d+/,
    ],
    [
      'bytes that belong to no tensor',
      { tensors: [{ ...one, dataBytes: 200 }] },
      /tensors end at byte \d+, and the file has \d+/,
    ],
  ];

  it.each(cases)('%s', async (_, file, message) => {
    const error = await open(handmadeGguf(file)).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ code: 'checkpoint-damaged', message: expect.stringMatching(message) });
    expect(String(error)).toContain(PATH);
  });
});

describe('any bytes', () => {
  const good = handmadeGguf({
    metadata: [
      ['general.alignment', 4, 32],
      ['k', 9, [4, 2n, 7, 8]],
    ],
    tensors: [
      { name: 'a', shape: [32, 2], type: 8, dataBytes: 68 },
      { name: 'b', shape: [3], type: 0, dataBytes: 12, offset: 96n },
    ],
  });

  /** Either it is refused by name, or every tensor of it can be read and is as long as its shape says. */
  async function isSurvived(bytes: Uint8Array): Promise<boolean> {
    try {
      const { tensors } = await open(bytes);
      for (const name of tensors.names) {
        const { shape = [] } = tensors.info(name) ?? {};
        const length = await tensors.read(name).then(
          (values) => values.length,
          (error: unknown) => (error instanceof ModelError && error.code === 'weights-dtype' ? undefined : -1),
        );
        if (length !== undefined && length !== shape.reduce((a, b) => a * b, 1)) throw new Error(name);
      }
      return true;
    } catch (error) {
      if (error instanceof ModelError && error.code === 'checkpoint-damaged') return false;
      throw error;
    }
  }

  it('refuses them by name or reads them whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 96 }), async (bytes) => {
        await isSurvived(Buffer.concat([good.subarray(0, 8), bytes]));
      }),
    );
  });

  it('refuses a good file by name, or reads it whole, wherever bytes of it were changed or cut', async () => {
    expect(await isSurvived(good)).toBe(true);
    const place = fc.nat(good.length - 1);
    const change = fc.tuple(place, fc.oneof(fc.constantFrom(0, 1, 4, 8, 9, 0x7f, 0x80, 0xff), fc.nat(255)));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), fc.option(place), async (changes, end) => {
        const bytes = new Uint8Array(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        await isSurvived(end === null ? bytes : bytes.subarray(0, end));
      }),
      { numRuns: 300 },
    );
  });
});
