// A GGUF file as the checkpoint it was made from: its names, its config.json, its order of rows.

import { type ByteSource, damaged } from './byte-source.ts';
import { openGguf } from './gguf.ts';
import { readGgufConfig } from './gguf-config.ts';
import { isTurned, toPublishedName } from './gguf-names.ts';
import { toTokenizerJson } from './gguf-tokenizer.ts';
import { readHalves } from './rotary-rows.ts';
import type { TensorSource } from './tensor-source.ts';

/** Throws ModelError (checkpoint-damaged, architecture-unsupported). Closing its tensors closes the file. */
export async function openGgufCheckpoint(file: ByteSource) {
  const gguf = await openGguf(file);
  const { architecture, headSize, config } = readGgufConfig(file.path, gguf);
  const { tensors, metadata } = gguf;
  const byName = new Map(tensors.names.map((name) => [toPublishedName(name) ?? name, name]));
  const turned = (name: string) => architecture.hasPairedRows && isTurned(name);
  const own = (name: string) => byName.get(name) ?? name;
  for (const name of tensors.names.filter(turned)) {
    const rows = tensors.info(name)?.shape[0] ?? 0;
    if (rows % headSize !== 0)
      throw damaged(file.path, `tensor ${name} has ${rows} rows, which are no whole heads of ${headSize}`);
  }

  const published: TensorSource = {
    names: [...byName.keys()],
    info: (name) => tensors.info(own(name)),
    async read(name) {
      const source = own(name);
      if (!turned(source)) return tensors.read(source);
      return readHalves(tensors, source, headSize, 0, tensors.info(source)?.shape[0] ?? 0);
    },
    async readRows(name, from, count) {
      const source = own(name);
      return turned(source)
        ? readHalves(tensors, source, headSize, from, count)
        : tensors.readRows(source, from, count);
    },
    close: () => tensors.close(),
  };
  const licence = metadata.get('general.license');
  return {
    tensors: published,
    config,
    files: [file.path],
    licence: typeof licence === 'string' ? licence : undefined,
    readTokenizer: async () => toTokenizerJson(file.path, metadata),
  };
}
