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
const CARD_FILE = 'README.md';
const INDEX_FILE = 'model.safetensors.index.json';
const WEIGHTS_FILE = 'model.safetensors';

export interface Checkpoint {
  readonly tensors: TensorSource;
  /** What config.json says; of a GGUF file the same fields, made of its metadata. */
  readonly config: unknown;
  /** Paths of all files that it consists of. */
  readonly files: readonly string[];
  /** As its publisher names it: `apache-2.0`. Undefined: the files don't say. */
  readonly licence: string | undefined;
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
  const { tensors, files } = await openFolderWeights(path);
  return {
    tensors,
    config,
    files: [...[CONFIG_FILE, TOKENIZER_FILE].map((name) => join(path, name)), ...files],
    licence: await readLicence(path),
    readTokenizer: () => readText(path, TOKENIZER_FILE),
  };
}

/** The model's card says it between its first lines of dashes. */
async function readLicence(folder: string): Promise<string | undefined> {
  const card = await readFile(join(folder, CARD_FILE), 'utf8').catch(() => '');
  const [, head = ''] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card) ?? [];
  const say = (key: string) => new RegExp(`^${key}: *["']?([\\w.-]+)`, 'm').exec(head)?.[1];
  const licence = say('license');
  return licence === 'other' ? (say('license_name') ?? licence) : licence;
}

async function openFolderWeights(folder: string): Promise<{ tensors: TensorSource; files: readonly string[] }> {
  const index = join(folder, INDEX_FILE);
  if (!(await isThere(index))) {
    const files = [join(folder, WEIGHTS_FILE)];
    return { tensors: await openFiles(files), files };
  }
  const fileByTensor = parseWeightIndex(index, await readText(folder, INDEX_FILE));
  const files = [...new Set(fileByTensor.values())].sort().map((name) => join(folder, name));
  const tensors = await openFiles(files);
  for (const [name, file] of fileByTensor)
    if (tensors.info(name) === undefined) {
      await tensors.close();
      throw damaged(index, `it says that ${file} holds tensor ${name.slice(0, 256)}, which is in no file`);
    }
  return { tensors, files: [index, ...files] };
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
