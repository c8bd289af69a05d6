// A published checkpoint, whatever its files: takes a path, gives tensors, the network's config and the tokenizer.

import { readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isRecord } from '../../base/is-record.ts';
import { parseJson } from '../../base/parse-json.ts';
import { ModelError, toMessage } from '../../errors.ts';
import { type ByteSource, damaged, openFile } from './byte-source.ts';
import { openGgufCheckpoint } from './gguf-checkpoint.ts';
import { openSafeTensors } from './safetensors.ts';
import type { TensorSource } from './tensor-source.ts';
import { parseWeightIndex } from './weight-index.ts';

const CONFIG_FILE = 'config.json';
const TOKENIZER_FILE = 'tokenizer.json';
const INDEX_FILE = 'model.safetensors.index.json';
const WEIGHTS_FILE = 'model.safetensors';

export interface Checkpoint {
  readonly tensors: TensorSource;
  /** What config.json says; of a GGUF file the same fields, made of its metadata. */
  readonly config: unknown;
  /** The text of its tokenizer.json. Throws ModelError (checkpoint-missing). */
  readTokenizer(): Promise<string>;
}

/**
 * A folder with config.json, safetensors files and tokenizer.json, or a GGUF file. Throws ModelError
 * (checkpoint-missing, checkpoint-damaged, architecture-unsupported).
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw new ModelError('checkpoint-missing', `${path} can't be read: ${toMessage(cause)}`, { cause });
  });
  if (stats.isDirectory()) return openFolder(path);
  if (extname(path) === '.gguf') {
    const file = await openFile(path);
    return closingOnError([file], () => openGgufCheckpoint(file));
  }
  throw new ModelError(
    'checkpoint-missing',
    `${path} is neither a .gguf file nor a folder with ${CONFIG_FILE} and ${WEIGHTS_FILE}`,
  );
}

async function openFolder(path: string): Promise<Checkpoint> {
  const config = parseJson(await readText(path, CONFIG_FILE));
  if (!isRecord(config)) throw damaged(join(path, CONFIG_FILE), 'it is no JSON object');
  const tensors = await openFolderWeights(path);
  return { tensors, config, readTokenizer: () => readText(path, TOKENIZER_FILE) };
}

async function openFolderWeights(folder: string): Promise<TensorSource> {
  const index = join(folder, INDEX_FILE);
  if (!(await isThere(index))) return openFiles([join(folder, WEIGHTS_FILE)]);
  const fileByTensor = parseWeightIndex(index, await readText(folder, INDEX_FILE));
  const names = [...new Set(fileByTensor.values())].sort();
  const tensors = await openFiles(names.map((name) => join(folder, name)));
  for (const [name, file] of fileByTensor)
    if (tensors.info(name) === undefined) {
      await tensors.close();
      throw damaged(index, `it says that ${file} holds tensor ${name.slice(0, 256)}, which is in no file`);
    }
  return tensors;
}

async function openFiles(paths: readonly string[]): Promise<TensorSource> {
  const files: ByteSource[] = [];
  return closingOnError(files, async () => {
    for (const path of paths) files.push(await openFile(path));
    return openSafeTensors(files);
  });
}

async function closingOnError<T>(files: readonly ByteSource[], read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    for (const file of files) await file.close();
    throw error;
  }
}

function readText(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
    throw new ModelError(
      'checkpoint-missing',
      `${folder} has no ${name} that can be read (${toMessage(cause)}): a checkpoint is a folder with ${CONFIG_FILE}, ${TOKENIZER_FILE} and safetensors files`,
      { cause },
    );
  });
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
