// llama.cpp on the same weights, token by token: installed on demand, outside the package. Takes token ids, gives
// times; knows no engine.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Manifest } from '../src/engine/manifest.ts';
import { packagePath } from '../src/package-path.ts';

const LLAMA_VERSION = '3.22.1';
/** Prebuilt programs by platform; others would be compiled for minutes. */
const prebuilt = new Map([
  ['linux-x64', 'linux-x64'],
  ['linux-arm64', 'linux-arm64'],
  ['darwin-arm64', 'mac-arm64-metal'],
  ['darwin-x64', 'mac-x64'],
  ['win32-x64', 'win-x64'],
]);
const CONTEXT_TOKENS = 1024;
export const quantizations = ['q8', 'q4'] as const;
export type Quantization = (typeof quantizations)[number];
export const threadCounts = [2, 1] as const;

/** One quantisation on so many threads, its cache holding the prefix. */
export interface Rival {
  readonly quantization: Quantization;
  readonly countThreads: (typeof threadCounts)[number];
  /**
   * Milliseconds of writing `tokens` after the prefix, one forward each, and how many of them it would have chosen
   * itself.
   */
  write(tokens: readonly number[]): Promise<{ readonly ms: number; readonly countSame: number }>;
}

export interface Rivals {
  readonly release: string;
  readonly all: readonly Rival[];
  close(): Promise<void>;
}

/** What is used of node-llama-cpp. */
interface Library {
  getLlama(options: object): Promise<Llama>;
}
interface Llama {
  readonly llamaCppRelease: { readonly release: string };
  loadModel(options: object): Promise<{ createContext(options: object): Promise<LlamaContext> }>;
  dispose(): Promise<void>;
}
interface LlamaContext {
  getSequence(): LlamaSequence;
}
interface LlamaSequence {
  readonly nextTokenIndex: number;
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
  evaluate(tokens: readonly number[], options: object): AsyncGenerator<number, void, number | undefined>;
  eraseContextTokenRanges(ranges: readonly { readonly start: number; readonly end: number }[]): Promise<void>;
}

/** Installs, writes the weights as GGUF, loads. Rejects where any of it can't be had. */
export async function openRivals(modelDir: string, manifest: Manifest, prefix: readonly number[]): Promise<Rivals> {
  const files = await writeWeights(modelDir, manifest);
  const library: Library = await import(pathToFileURL(await install()).href);
  const llama = await library.getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: 0 });
  const all: Rival[] = [];
  for (const quantization of quantizations) {
    const model = await llama.loadModel({ modelPath: files[quantization] });
    for (const countThreads of threadCounts) {
      const context = await model.createContext({ contextSize: CONTEXT_TOKENS, threads: countThreads });
      const sequence = context.getSequence();
      await sequence.evaluateWithoutGeneratingNewTokens(prefix.slice(0, -1));
      all.push({ quantization, countThreads, write: (tokens) => write(sequence, prefix.at(-1) ?? 0, tokens) });
    }
  }
  return {
    release: `node-llama-cpp ${LLAMA_VERSION}, ${llama.llamaCppRelease.release}`,
    all,
    close: () => llama.dispose(),
  };
}

/** A GGUF file of somebody's on one thread. */
export interface PublishedRival {
  readonly release: string;
  /** Of `tokens` behind `prefix`, those that it would have chosen itself, in their order. */
  judge(prefix: readonly number[], tokens: readonly number[]): Promise<readonly boolean[]>;
  close(): Promise<void>;
}

/** Installs and loads. Rejects where any of it can't be had. */
export async function openPublishedRival(modelPath: string): Promise<PublishedRival> {
  const library: Library = await import(pathToFileURL(await install()).href);
  const llama = await library.getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: 0 });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize: CONTEXT_TOKENS, threads: 1 });
  const sequence = context.getSequence();
  return {
    release: `node-llama-cpp ${LLAMA_VERSION}, ${llama.llamaCppRelease.release}`,
    async judge(prefix, tokens) {
      await sequence.eraseContextTokenRanges([{ start: 0, end: sequence.nextTokenIndex }]);
      await sequence.evaluateWithoutGeneratingNewTokens(prefix.slice(0, -1));
      return (await write(sequence, prefix.at(-1) ?? 0, tokens)).same;
    },
    close: () => llama.dispose(),
  };
}

async function write(sequence: LlamaSequence, last: number, tokens: readonly number[]) {
  const start = sequence.nextTokenIndex;
  const startMs = performance.now();
  const written = sequence.evaluate([last], { temperature: 0, yieldEogToken: true });
  const same: boolean[] = [];
  let before: number | undefined;
  for (const token of tokens) {
    const { value } = await written.next(before);
    same.push(value === token);
    before = token;
  }
  const ms = performance.now() - startMs;
  await written.return();
  await sequence.eraseContextTokenRanges([{ start, end: sequence.nextTokenIndex }]);
  return { ms, same, countSame: same.filter(Boolean).length };
}

/** The library's main file. */
async function install(): Promise<string> {
  const name = prebuilt.get(`${process.platform}-${process.arch}`);
  if (!name) throw new Error(`node-llama-cpp has no program for ${process.platform}-${process.arch}`);
  const folder = packagePath('.cache/llama-cpp');
  const main = join(folder, 'node_modules/node-llama-cpp/dist/index.js');
  if (existsSync(main)) return main;
  await mkdir(folder, { recursive: true });
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--omit=optional', '--fetch-retries=1'];
  const packages = [`node-llama-cpp@${LLAMA_VERSION}`, `@node-llama-cpp/${name}@${LLAMA_VERSION}`];
  await promisify(execFile)('npm', ['install', '--prefix', folder, ...flags, ...packages]);
  return main;
}

/** The GGUF files of these weights, written once. */
async function writeWeights(modelDir: string, manifest: Manifest): Promise<Readonly<Record<Quantization, string>>> {
  const { ggufFiles, writeGguf } = await import('../training/gguf.ts');
  const { writeBase } = await import('../training/base.ts');
  const toDir = packagePath(`.cache/gguf/${manifest.version}-${manifest.files[1]?.sha256.slice(0, 12)}`);
  const files = { q8: join(toDir, ggufFiles.q8_0), q4: join(toDir, ggufFiles.q4_0) };
  if (!existsSync(files.q4)) {
    const from = join(toDir, 'weights.safetensors');
    await writeBase({ from: modelDir, to: from });
    writeGguf({ from, toDir });
  }
  return files;
}
