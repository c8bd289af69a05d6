// Safetensors files of one checkpoint as a TensorSource.

import { ModelError } from '../../errors.ts';
import { type ByteSource, damaged } from './byte-source.ts';
import { isPlainDtype, type PlainDtype, plainDtypes, toFloats } from './floats.ts';
import { LENGTH_BYTES, parseSafeTensorsHead, readHeadLength, type SafeTensorsEntry } from './safetensors-head.ts';
import { checkRows, countElements, type TensorSource } from './tensor-source.ts';

type Place = SafeTensorsEntry & { readonly file: ByteSource };

/** Reads the heads of all files; a name in two of them is refused. Throws ModelError. Closing it closes the files. */
export async function openSafeTensors(files: readonly ByteSource[]): Promise<TensorSource> {
  const places = new Map<string, Place>();
  for (const file of files)
    for (const [name, entry] of await readHead(file)) {
      const other = places.get(name);
      if (other) throw damaged(file.path, `tensor ${name} lies in ${other.file.path}, too`);
      places.set(name, { ...entry, file });
    }
  const where = files.map((file) => file.path).join(', ');

  function find(name: string): Place & { readonly dtype: PlainDtype } {
    const place = places.get(name);
    if (place === undefined) throw new ModelError('weights-missing', `${where} has no tensor ${name}`);
    const { dtype, file } = place;
    if (!isPlainDtype(dtype))
      throw new ModelError(
        'weights-dtype',
        `${file.path}: tensor ${name} is ${dtype}, and only ${plainDtypes.join(', ')} are read: take the checkpoint in one of them`,
      );
    return { ...place, dtype };
  }

  return {
    names: [...places.keys()],
    info: (name) => places.get(name),
    async read(name) {
      const { dtype, offsetBytes, lengthBytes, file } = find(name);
      return toFloats(dtype, await file.read(offsetBytes, lengthBytes));
    },
    async readRows(name, from, count) {
      const { dtype, offsetBytes, lengthBytes, shape, file } = find(name);
      checkRows(name, shape, from, count);
      const rowBytes = countElements(shape) === 0 ? 0 : lengthBytes / (shape[0] ?? 1);
      return toFloats(dtype, await file.read(offsetBytes + from * rowBytes, count * rowBytes));
    },
    async close() {
      for (const file of files) await file.close();
    },
  };
}

async function readHead(file: ByteSource): Promise<ReadonlyMap<string, SafeTensorsEntry>> {
  const first = await file.read(0, Math.min(LENGTH_BYTES, file.sizeBytes));
  const length = readHeadLength(file.path, first, file.sizeBytes);
  return parseSafeTensorsHead(file.path, await file.read(LENGTH_BYTES, length), file.sizeBytes);
}
