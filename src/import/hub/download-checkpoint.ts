// A checkpoint from Hugging Face's hub into a folder: only the files that an import reads, each by its hash, going on
// where it was ended.

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { ModelError } from '../../errors.ts';
import { parseWeightIndex } from '../checkpoint/weight-index.ts';
import { createProgress, type Progress } from '../model/progress.ts';
import { mayTryAgain, toHubError } from './hub-faults.ts';
import type { HubSource } from './hub-source.ts';

export interface DownloadOptions {
  readonly source: HubSource;
  /** Made where it is not there. */
  readonly folder: string;
  readonly clock: Clock;
  readonly report: (progress: Progress) => void;
  /** Address of the hub, and what it lets in. @default https://huggingface.co, and nothing */
  readonly hubUrl?: string | undefined;
  readonly token?: string | undefined;
}

interface Entry {
  readonly path: string;
  readonly size: number;
  /** Of its content, as the hub has it: sha256 of large files, git's own of others. */
  readonly lfs?: { readonly oid: string; readonly size: number };
  readonly oid?: string;
}

const INDEX_FILE = 'model.safetensors.index.json';
const WEIGHTS_FILE = 'model.safetensors';
const needed = ['config.json', 'tokenizer.json', 'README.md', INDEX_FILE];
const MAX_TRIES = 5;
const FIRST_RETRY_MS = 500;
/** A file that is still being written. */
const PART_ENDING = '.part';

/**
 * Resolves once all files are there and are what the hub says. Throws ModelError `hub-refused`, `hub-not-found`,
 * `hub-unreachable`, `checkpoint-missing`, `checkpoint-damaged`, `disk-full`.
 */
export async function downloadCheckpoint(options: DownloadOptions): Promise<void> {
  const { source, folder, token } = options;
  const { downloadFile, listFiles } = await import('@huggingface/hub');
  const access = {
    repo: source.repository,
    revision: source.revision,
    ...(options.hubUrl === undefined ? {} : { hubUrl: options.hubUrl }),
    ...(token === undefined ? {} : { accessToken: token }),
  };

  async function tryAgain<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++)
      try {
        return await work();
      } catch (error) {
        if (tries === MAX_TRIES || !mayTryAgain(error)) throw error;
        await new Promise<void>((resolve) => options.clock.setTimeout(resolve, FIRST_RETRY_MS * 2 ** (tries - 1)));
      }
  }

  async function list(): Promise<readonly Entry[]> {
    const found: Entry[] = [];
    for await (const entry of listFiles(access)) if (entry.type === 'file') found.push(entry);
    return found;
  }

  /** Behind what an earlier try has written. */
  async function writeRest(entry: Entry, part: string, told: (bytes: number) => void): Promise<void> {
    const start = await sizeOf(part);
    if (start > sizeBytesOf(entry)) {
      await rm(part);
      return writeRest(entry, part, told);
    }
    if (start === sizeBytesOf(entry)) return;
    const blob = await downloadFile({ ...access, path: entry.path });
    if (blob === null)
      throw new ModelError('checkpoint-missing', `hf:${source.repository} lists ${entry.path}, and doesn't give it`);
    const file = await open(part, 'a');
    try {
      const reader = blob.slice(start).stream().getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        await file.appendFile(piece.value);
        told(piece.value.length);
      }
    } finally {
      await file.close();
    }
    if ((await sizeOf(part)) < sizeBytesOf(entry)) throw new Error(`${entry.path} ended before its end`);
  }

  async function fetchFile(entry: Entry, told: (bytes: number) => void): Promise<void> {
    const path = join(folder, entry.path);
    if ((await sizeOf(path)) === sizeBytesOf(entry)) return;
    const part = `${path}${PART_ENDING}`;
    await tryAgain(() => writeRest(entry, part, told));
    if (!(await isWhole(part, entry))) {
      await rm(part);
      throw new ModelError(
        'checkpoint-damaged',
        `hf:${source.repository}: ${entry.path} is not what the hub says it is; it was removed, run the same command again`,
      );
    }
    await rename(part, path);
  }

  try {
    await mkdir(folder, { recursive: true });
    const listed = await tryAgain(list);
    const small = listed.filter(({ path }) => needed.includes(path));
    for (const entry of small) await fetchFile(entry, () => undefined);
    const weights = await chooseWeights(listed, source, folder);
    const sizes = await Promise.all(weights.map(async ({ path }) => sizeHere(join(folder, path))));
    const totalBytes = weights.reduce((sum, entry) => sum + sizeBytesOf(entry), 0);
    const doneBytes = sizes.reduce((sum, size) => sum + size, 0);
    const told = createProgress(options.clock, totalBytes, doneBytes, options.report);
    for (const entry of weights) await fetchFile(entry, told);
  } catch (error) {
    throw toHubError(error, source, folder, token);
  }
}

/** Those that the index names, else the one file; some repositories hold the same weights in several forms. */
async function chooseWeights(listed: readonly Entry[], source: HubSource, folder: string): Promise<readonly Entry[]> {
  const has = (name: string) => listed.some(({ path }) => path === name);
  const names = has(INDEX_FILE) ? await namesOfIndex(join(folder, INDEX_FILE)) : [WEIGHTS_FILE];
  const missing = names.find((name) => !has(name));
  if (missing !== undefined)
    throw new ModelError(
      'checkpoint-missing',
      `hf:${source.repository} has no ${missing}: it holds no checkpoint in safetensors; import a .gguf file of it`,
    );
  return listed.filter(({ path }) => names.includes(path));
}

async function namesOfIndex(path: string): Promise<readonly string[]> {
  return [...new Set(parseWeightIndex(path, await readFile(path, 'utf8')).values())];
}

function sizeBytesOf({ size, lfs }: Entry): number {
  return lfs?.size ?? size;
}

async function sizeHere(path: string): Promise<number> {
  return (await sizeOf(path)) || (await sizeOf(`${path}${PART_ENDING}`));
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Is the file what its hash says? Without one, its size has to do. */
async function isWhole(path: string, entry: Entry): Promise<boolean> {
  const { lfs, oid } = entry;
  if (lfs !== undefined) return (await digest(path, createHash('sha256'))) === lfs.oid.replace(/^sha256:/, '');
  if (oid === undefined) return true;
  return (await digest(path, createHash('sha1').update(`blob ${entry.size}\0`))) === oid;
}

async function digest(path: string, hash: Hash): Promise<string> {
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece);
  return hash.digest('hex');
}
