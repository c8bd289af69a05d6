// Takes a published checkpoint, gives a model folder for the runtime: graphs, weights in parts, tokenizer, manifest.
// Holds one tensor at a time, goes on where it was ended, and shows the folder only when it is whole.

import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { GRAPH_FILE, hashFile, LANES_GRAPH_FILE, MANIFEST_FILE, type Manifest } from '../../engine/manifest.ts';
import type { Network } from '../../engine/network.ts';
import { openDialect } from '../../engine/prompt/dialects.ts';
import { publishedPromptLimits } from '../../engine/prompt/limits.ts';
import { ModelError, toMessage } from '../../errors.ts';
import { type Checkpoint, openCheckpoint } from '../checkpoint/checkpoint.ts';
import { type ImportedNetwork, importNetwork } from '../families/families.ts';
import { RUNTIME_DOMAIN } from '../graph/graph-builder.ts';
import { toLanes } from '../graph/lanes.ts';
import { buildGraph, type GraphOptions } from '../graph/network-graph.ts';
import type { Numbers } from '../graph/numbers.ts';
import { toOnnxFile } from '../graph/onnx-file.ts';
import { type StoredWeight, WeightMeasure, WeightStore } from '../graph/weight-store.ts';
import { checkTokenizer, type TokenizerMarks } from './check-tokenizer.ts';
import { JOURNAL_FILE, readJournal, startJournal } from './journal.ts';
import { createProgress, type Progress } from './progress.ts';

/** How weights are stored, for a CPU. With `int8` activations are multiplied as bytes, else as floats of 32 bits. */
export const weightKinds = {
  int8: { floats: 'float32', weights: 'bytes' },
  'int8-blocks': { floats: 'float32', weights: 'int8' },
  int4: { floats: 'float32', weights: 'int4' },
} as const satisfies Readonly<Record<string, Numbers>>;

export type WeightKind = keyof typeof weightKinds;

export interface ImportModelOptions {
  /** A folder with config.json, tokenizer.json and safetensors files, or a GGUF file. */
  readonly from: string;
  /** How its user knows it. @default `from` */
  readonly named?: string;
  /** The model folder: not there, or empty. While it is made it is called `to` and `.importing`. */
  readonly to: string;
  readonly weights: WeightKind;
  readonly clock: Clock;
  readonly report: (progress: Progress) => void;
  /** As WeightStoreOptions has it. */
  readonly write?: (descriptor: number, bytes: Uint8Array, offsetBytes: number) => number;
}

const PART_BYTES = 1_000_000_000;
const COUNT_BEST = 2;
const COUNT_LANES = 4;
const TOKENIZER_FILE = 'tokenizer.json';
const CARD_FILE = 'README.md';
const opsets = { '': 21, [RUNTIME_DOMAIN]: 1 };
/** For graphs, tokenizer and manifest. */
const OTHER_FILES_BYTES = 50_000_000;

/**
 * Throws ModelError: import-refused, disk-full, architecture-unsupported, tokenizer-unusable, checkpoint-missing,
 * checkpoint-damaged, weights-missing, weights-dtype, weights-shape. What is written stays for another try.
 */
export async function importModel(options: ImportModelOptions): Promise<void> {
  const to = resolve(options.to);
  await refuseFull(to);
  const checkpoint = await openCheckpoint(options.from);
  try {
    const imported = await importNetwork(checkpoint);
    const tokenizer = await checkpoint.readTokenizer();
    const marks = checkTokenizer(tokenizer, imported.network.vocabulary, checkpoint.config, imported.family);
    // What the runtime can't read is refused before anything is written.
    openDialect(marks.dialect, tokenizer);
    checkSizes(imported.network, checkpoint);
    const graphOptions = graphOptionsOf(imported, marks, options.weights);
    const measure = new WeightMeasure();
    await buildGraph(imported.weights, measure, graphOptions);

    const folder = `${to}.importing`;
    const { stored, onStored } = await prepare(folder, await identityOf(checkpoint, options.weights));
    const doneBytes = stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    await checkSpace(folder, measure.sizeBytes - doneBytes + OTHER_FILES_BYTES);
    await whileThereIsRoom(folder, async () => {
      const store = new WeightStore(folder, PART_BYTES, {
        stored,
        onStored,
        onWritten: createProgress(options.clock, measure.sizeBytes, doneBytes, options.report),
        ...(options.write ? { write: options.write } : {}),
      });
      try {
        const graph = await buildGraph(imported.weights, store, graphOptions);
        await writeFile(join(folder, GRAPH_FILE), toOnnxFile(graph, opsets));
        await writeFile(join(folder, LANES_GRAPH_FILE), toOnnxFile(toLanes(graph, COUNT_LANES), opsets));
      } finally {
        store.close();
      }
      await writeFile(join(folder, TOKENIZER_FILE), tokenizer);
      const names = [GRAPH_FILE, LANES_GRAPH_FILE, ...store.files, TOKENIZER_FILE];
      const manifest = await describe(folder, names, checkpoint, imported, marks, options);
      await writeFile(join(folder, CARD_FILE), renderCard(manifest));
      await writeFile(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    });
    await rm(join(folder, JOURNAL_FILE));
    if (existsSync(to)) await rm(to, { recursive: true });
    await rename(folder, to);
  } finally {
    await checkpoint.tensors.close();
  }
}

/** No size is worked with before some tensor is known to be as large. Throws ModelError (checkpoint-damaged). */
function checkSizes({ layers, hidden, heads, headSize, feedForward }: Network, { tensors }: Checkpoint): void {
  const longest = tensors.names.reduce((most, name) => Math.max(most, ...(tensors.info(name)?.shape ?? [])), 0);
  const sizes = { layers, hidden, queries: heads * headSize, feedForward };
  for (const [name, size] of Object.entries(sizes)) {
    const most = name === 'layers' ? tensors.names.length : longest;
    if (size > most)
      throw new ModelError(
        'checkpoint-damaged',
        `config.json gives the network ${size} ${name}, and its tensors allow at most ${most}: take the config.json that belongs to them`,
      );
  }
}

function graphOptionsOf(imported: ImportedNetwork, { notText }: TokenizerMarks, weights: WeightKind): GraphOptions {
  const mask = maskOf(imported);
  return {
    network: imported.network,
    numbers: weightKinds[weights],
    contextTokens: imported.contextTokens,
    never: mask === undefined ? [] : [mask],
    notText,
    countBest: COUNT_BEST,
    hasAllowed: false,
  };
}

function maskOf({ drafting }: ImportedNetwork): number | undefined {
  return drafting.kind === 'block' && 'mask' in drafting.fill ? drafting.fill.mask : undefined;
}

async function describe(
  folder: string,
  names: readonly string[],
  checkpoint: Checkpoint,
  imported: ImportedNetwork,
  { dialect }: TokenizerMarks,
  { from, named, to, weights }: ImportModelOptions,
) {
  const mask = maskOf(imported);
  const { network, contextTokens, blockSize, drafting } = imported;
  return {
    format: 1,
    name: basename(resolve(to)),
    version: '1.0.0',
    exportedOn: new Date().toISOString().slice(0, 10),
    licence: checkpoint.licence ?? 'not stated in the checkpoint',
    origin: `${named ?? basename(from)}, a ${imported.family} checkpoint`,
    config: network,
    dialect,
    contextTokens,
    blockSize,
    drafting,
    specials: mask === undefined ? {} : { mask },
    prompt: publishedPromptLimits,
    lanes: { graph: LANES_GRAPH_FILE, count: COUNT_LANES },
    source: {
      from: named ?? from,
      weights,
      files: await Promise.all(checkpoint.files.map((path) => describeFile(path))),
    },
    dev: {},
    files: await Promise.all(names.map((name) => describeFile(join(folder, name)))),
  } satisfies Manifest;
}

async function describeFile(path: string) {
  return { name: basename(path), sizeBytes: (await stat(path)).size, sha256: await hashFile(path) };
}

function renderCard({ name, origin, licence, source }: Pick<Manifest, 'name' | 'origin' | 'licence' | 'source'>) {
  const files = source?.files.map((file) => `| ${file.name} | ${file.sizeBytes} | ${file.sha256} |`).join('\n');
  return `# ${name}

Made by \`repartee model import\` from ${origin}; weights in ${source?.weights}.

Licence of the source: ${licence}. It applies to these files as well.

| file of the source | bytes | sha256 |
|---|---|---|
${files}
`;
}

/** What must be the same for weights written before to be of use. */
async function identityOf(checkpoint: Checkpoint, weights: WeightKind): Promise<string> {
  const files = await Promise.all(
    checkpoint.files.map(async (path) => {
      const { size, mtimeMs } = await stat(path);
      return { path: await realpath(path), sizeBytes: size, changedMs: mtimeMs };
    }),
  );
  return JSON.stringify({ format: 1, weights, files });
}

async function prepare(folder: string, identity: string) {
  const before = readJournal(folder, identity);
  if (before === undefined) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const stored: readonly StoredWeight[] = before ?? [];
  return { stored, onStored: startJournal(folder, identity, stored) };
}

/** Throws ModelError `import-refused` where `to` is there and not empty. */
export async function refuseFull(to: string): Promise<void> {
  const found = await readdir(to).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new ModelError('import-refused', `${to}: ${toMessage(error)}`, { cause: error });
  });
  if (found.length > 0)
    throw new ModelError('import-refused', `${to} is not empty (${found[0]}, …): give a new folder`);
}

async function checkSpace(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes < neededBytes)
    throw new ModelError(
      'disk-full',
      `${dirname(folder)} has ${freeBytes} bytes free, and ${neededBytes} are needed: free some, or give another folder`,
    );
}

async function whileThereIsRoom(folder: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')))
      throw cause;
    throw new ModelError(
      'disk-full',
      `the disk of ${folder} is full: free some space and run the same command again, which goes on where it stopped`,
      { cause },
    );
  }
}
