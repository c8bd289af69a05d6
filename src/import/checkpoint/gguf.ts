// A GGUF file as metadata and a TensorSource under the names that the file has.

import { ModelError } from '../../errors.ts';
import { type ByteSource, damaged } from './byte-source.ts';
import { decodeBlocks, ggufDtypes } from './gguf-blocks.ts';
import { type GgufHead, type GgufTensor, type GgufValue, parseGgufHead } from './gguf-head.ts';
import { checkRows, type TensorSource } from './tensor-source.ts';

export interface Gguf {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: TensorSource;
}

/** Most heads are a few megabytes of vocabulary. */
const FIRST_WINDOW_BYTES = 2 ** 23;
const MAX_HEAD_BYTES = 2 ** 28;

/** Throws ModelError (checkpoint-damaged). Closing its tensors closes the file. */
export async function openGguf(file: ByteSource): Promise<Gguf> {
  const { metadata, tensors } = await readHead(file);

  function find(name: string): GgufTensor {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new ModelError('weights-missing', `${file.path} has no tensor ${name}`);
    if (!ggufDtypes.includes(tensor.type.name))
      throw new ModelError(
        'weights-dtype',
        `${file.path}: tensor ${name} is ${tensor.type.name}, and only ${ggufDtypes.join(', ')} are read: take the checkpoint in one of them`,
      );
    return tensor;
  }

  const source: TensorSource = {
    names: [...tensors.keys()],
    info(name) {
      const tensor = tensors.get(name);
      return tensor && { dtype: tensor.type.name, shape: tensor.shape };
    },
    async read(name) {
      const { type, offsetBytes, lengthBytes } = find(name);
      return decodeBlocks(type, await file.read(offsetBytes, lengthBytes));
    },
    async readRows(name, from, count) {
      const { type, offsetBytes, lengthBytes, shape } = find(name);
      checkRows(name, shape, from, count);
      // A row of a vector is one value, which may lie within a block.
      if (shape.length < 2) return (await source.read(name)).slice(from, from + count);
      const rowBytes = lengthBytes === 0 ? 0 : lengthBytes / (shape[0] ?? 1);
      return decodeBlocks(type, await file.read(offsetBytes + from * rowBytes, count * rowBytes));
    },
    close: () => file.close(),
  };
  return { metadata, tensors: source };
}

async function readHead(file: ByteSource): Promise<GgufHead> {
  for (let windowBytes = FIRST_WINDOW_BYTES; windowBytes <= MAX_HEAD_BYTES; windowBytes *= 2) {
    const bytes = await file.read(0, Math.min(windowBytes, file.sizeBytes));
    const head = parseGgufHead(file.path, bytes, file.sizeBytes);
    if (head) return head;
  }
  throw damaged(file.path, `its head is longer than ${MAX_HEAD_BYTES} bytes`);
}
