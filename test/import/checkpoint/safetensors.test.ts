import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/errors.ts';
import { openSafeTensors } from '../../../src/import/checkpoint/safetensors.ts';
import { encodeSafeTensors } from '../../../training/safetensors-file.ts';
import { bytesInMemory } from '../../support/bytes-in-memory.ts';

const PATH = 'model.safetensors';

const open = (...files: Uint8Array[]) =>
  openSafeTensors(files.map((bytes, index) => bytesInMemory(index === 0 ? PATH : `file-${index + 1}`, bytes)));

/** A file as someone might write it by hand. */
function handmade(head: unknown, dataBytes: number, headLength?: bigint): Uint8Array {
  const json = Buffer.from(typeof head === 'string' ? head : JSON.stringify(head));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(headLength ?? BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

const floats = (dtype: string, shape: number[], from: number, to: number) => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

describe('what is read', () => {
  const file = encodeSafeTensors(
    [
      { name: 'a.weight', type: 'F32', shape: [3, 2], values: Float32Array.of(1, -2, 3.5, 0, 1e-9, 7) },
      { name: 'b', type: 'BF16', shape: [2], values: Uint16Array.of(0x3fc0, 0xc000) },
      { name: 'c', type: 'F16', shape: [2, 2], values: Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff) },
      { name: 'd', type: 'I8', shape: [3], values: Int8Array.of(-128, 0, 127) },
      { name: 'none', type: 'F32', shape: [0, 5], values: new Float32Array() },
    ],
    { format: 'pt' },
  );

  it('gives floats of 32 and 16 bits and small whole numbers as they are', async () => {
    const tensors = await open(file);
    expect([...tensors.names].sort()).toEqual(['a.weight', 'b', 'c', 'd', 'none']);
    expect(tensors.info('b')).toMatchObject({ dtype: 'BF16', shape: [2] });
    expect(tensors.info('e')).toBeUndefined();
    expect(await tensors.read('a.weight')).toEqual(Float32Array.of(1, -2, 3.5, 0, 1e-9, 7));
    expect(await tensors.read('b')).toEqual(Float32Array.of(1.5, -2));
    expect(await tensors.read('c')).toEqual(Float32Array.of(1, -2, 2 ** -24, 65504));
    expect(await tensors.read('d')).toEqual(Float32Array.of(-128, 0, 127));
    expect(await tensors.read('none')).toEqual(new Float32Array());
  });

  it('gives some rows, and refuses those that there are not', async () => {
    const tensors = await open(file);
    expect(await tensors.readRows('a.weight', 1, 2)).toEqual(Float32Array.of(3.5, 0, 1e-9, 7).map(Math.fround));
    expect(await tensors.readRows('d', 2, 1)).toEqual(Float32Array.of(127));
    expect(await tensors.readRows('none', 0, 0)).toEqual(new Float32Array());
    for (const [from, count] of [
      [2, 2],
      [-1, 1],
      [0.5, 1],
      [0, Number.NaN],
    ] as const)
      await expect(tensors.readRows('a.weight', from, count)).rejects.toThrow(RangeError);
  });

  it('takes several files for one checkpoint, and refuses a tensor that lies in two', async () => {
    const other = encodeSafeTensors([{ name: 'z', type: 'F32', shape: [1], values: Float32Array.of(9) }], {});
    const tensors = await open(file, other);
    expect(await tensors.read('z')).toEqual(Float32Array.of(9));
    expect(await tensors.read('b')).toEqual(Float32Array.of(1.5, -2));
    await expect(open(other, other)).rejects.toThrow(/file-2 is damaged: tensor z lies in model.safetensors, too/);
  });

  it('names a tensor that is missing or of a form that is not read', async () => {
    const tensors = await open(handmade({ ids: floats('I64', [1], 0, 8) }, 8));
    await expect(tensors.read('x')).rejects.toThrow(/model.safetensors has no tensor x/);
    await expect(tensors.read('ids')).rejects.toThrow(/tensor ids is I64, and only F32, BF16, F16, I8 are read/);
  });
});

describe('what is refused', () => {
  const cases: readonly (readonly [what: string, file: Uint8Array, message: RegExp])[] = [
    ['an empty file', new Uint8Array(), /has 0 bytes, and a safetensors file begins with 8 of length/],
    ['a head longer than the file', handmade('{}', 0, 3n), /head says to be 3 bytes long, and 2 is the most/],
    ['a length that overflows', handmade('{}', 0, 2n ** 64n - 1n), /18446744073709551615 bytes long/],
    ['a head that is no JSON', handmade('{"a"', 0), /its head is no JSON/],
    ['a head in no encoding', handmade('"\u00ff"', 0).map((byte) => (byte === 0xc3 ? 0xff : byte)), /is no JSON/],
    ['a head that is a list', handmade([], 0), /no JSON object of tensors/],
    [
      'a tensor that is named twice',
      handmade(
        '{"a":{"dtype":"I8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"I8","shape":[0],"data_offsets":[0,0]}}',
        0,
      ),
      /head says "a" twice/,
    ],
    ['an entry that is no object', handmade({ a: 1 }, 0), /tensor a: its entry is no object/],
    ['a form that nobody knows', handmade({ a: floats('F31', [1], 0, 4) }, 4), /dtype "F31" is not known, only F64/],
    ['a form named like a method', handmade({ a: floats('constructor', [1], 0, 4) }, 4), /dtype "constructor" is not/],
    ['a shape below zero', handmade({ a: floats('F32', [-1, -1], 0, 4) }, 4), /shape \[-1,-1\] is no list/],
    ['a shape with a fraction', handmade({ a: floats('F32', [0.5], 0, 2) }, 2), /shape \[0.5\] is no list/],
    ['a shape of too many axes', handmade({ a: floats('F32', Array(9).fill(1), 0, 4) }, 4), /at most 8 whole numbers/],
    ['a shape that overflows', handmade({ a: floats('F32', [2 ** 40, 2 ** 40], 0, 4) }, 4), /has Infinity/],
    ['offsets that fall', handmade({ a: floats('F32', [1], 4, 0) }, 4), /data_offsets \[4,0\] is no pair of rising/],
    [
      'offsets beyond what numbers hold',
      handmade({ a: floats('F32', [1], 2 ** 60, 2 ** 60 + 4) }, 4),
      /no pair of rising/,
    ],
    [
      'offsets that contradict the shape',
      handmade({ a: floats('F32', [2], 0, 4) }, 4),
      /are 4 bytes, and F32\[2\] has 8/,
    ],
    [
      'tensors that overlap',
      handmade({ a: floats('F32', [1], 0, 4), b: floats('F32', [1], 2, 6) }, 6),
      /tensor b begins at byte 2 of the data, and the one before it ends at 4/,
    ],
    [
      'a gap between tensors',
      handmade({ a: floats('F32', [1], 0, 4), b: floats('F32', [1], 8, 12) }, 12),
      /tensor b begins at byte 8/,
    ],
    [
      'a file that is cut off',
      handmade({ a: floats('F32', [2], 0, 8) }, 7),
      /tensor a ends at byte \d+ of the file, which has \d+: it is cut off/,
    ],
    [
      'bytes that belong to no tensor',
      handmade({ a: floats('F32', [1], 0, 4) }, 5),
      /tensors end at byte \d+, and the file has/,
    ],
    [
      'a name that leads out of a folder',
      handmade({ '../a': floats('F32', [1], 0, 4) }, 4),
      /a tensor is called "..\/a"/,
    ],
    ['a name of control characters', handmade({ 'a\u001b[2J': floats('F32', [1], 0, 4) }, 4), /called "a\\u001b\[2J"/],
    ['a name that is endless', handmade({ ['a'.repeat(300)]: floats('F32', [1], 0, 4) }, 4), /at most 256/],
  ];

  it.each(cases)('%s', async (_, file, message) => {
    const error = await open(file).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ code: 'checkpoint-damaged', message: expect.stringMatching(message) });
    expect(String(error)).toContain(PATH);
  });
});

describe('any bytes', () => {
  const good = encodeSafeTensors(
    [
      { name: 'a', type: 'F32', shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
      { name: 'b', type: 'BF16', shape: [3], values: Uint16Array.of(1, 2, 3) },
    ],
    { format: 'pt' },
  );

  /** Either it is refused by name, or every tensor of it can be read and is as long as its shape says. */
  async function isSurvived(bytes: Uint8Array): Promise<boolean> {
    try {
      const tensors = await open(bytes);
      for (const name of tensors.names) {
        const { shape = [], dtype } = tensors.info(name) ?? {};
        const length = await tensors.read(name).then(
          (values) => values.length,
          (error: unknown) => (error instanceof ModelError && error.code === 'weights-dtype' ? undefined : -1),
        );
        if (length !== undefined && length !== shape.reduce((a, b) => a * b, 1)) throw new Error(`${name} ${dtype}`);
      }
      return true;
    } catch (error) {
      if (error instanceof ModelError && error.code === 'checkpoint-damaged') return false;
      throw error;
    }
  }

  it('refuses them by name or reads them whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => void (await isSurvived(bytes))),
    );
  });

  it('refuses a good file by name, or reads it whole, wherever bytes of it were changed, cut or added', async () => {
    const place = fc.nat(good.length - 1);
    const change = fc.tuple(place, fc.constantFrom(0, 1, 0x22, 0x2c, 0x39, 0x5d, 0x7d, 0xff));
    let countRead = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 3 }), fc.option(place), async (changes, end) => {
        const bytes = new Uint8Array(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        if (await isSurvived(end === null ? bytes : bytes.subarray(0, end))) countRead++;
      }),
      { numRuns: 300 },
    );
    expect(countRead).toBeGreaterThan(0);
  });
});
