// Takes a checkpoint, gives a model folder for the runtime: graph, weights in parts, manifest. Never knows how it was
// trained.
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SELF_TEST_FILE, SELF_TEST_ROWS, type SelfTest } from '../src/engine/forward/self-test.ts';
import {
  GRAPH_FILE,
  hashFile,
  LANES_GRAPH_FILE,
  MANIFEST_FILE,
  type Manifest,
  manifestSchema,
} from '../src/engine/manifest.ts';
import type { Network } from '../src/engine/network.ts';
import { PHRASES_FILE } from '../src/engine/proposals/ngram-table.ts';
import { loadTokenizer, type OwnTokenizer } from '../src/engine/tokenizer/tokenizer.ts';
import type { SpecialName } from '../src/engine/tokenizer/tokenizer-file.ts';
import { ModelError, toMessage } from '../src/errors.ts';
import { RUNTIME_DOMAIN } from '../src/import/graph/graph-builder.ts';
import { toLanes } from '../src/import/graph/lanes.ts';
import { buildGraph } from '../src/import/graph/network-graph.ts';
import { toOnnxFile } from '../src/import/graph/onnx-file.ts';
import { WeightStore } from '../src/import/graph/weight-store.ts';
import { checkpointWeights } from './checkpoint-weights.ts';
import { trainedPromptLimits } from './pieces.ts';
import { scoreByReference } from './reference.ts';
import { openSafeTensors, type SafeTensors } from './safetensors.ts';

export interface ExportOptions {
  /**
   * A safetensors file: int8 rows with a scale each. Its config.json is read from the same folder, else from the folder
   * `to`.
   */
  readonly from: string;
  /** The model folder. Files there are replaced. */
  readonly to: string;
  /** A JSON object of dev metrics, as measured on these weights. @default what the folder's manifest says */
  readonly metricsFile?: string;
  /** @default what the folder's manifest says, else 0.1.0 */
  readonly version?: string;
  /** An ISO date. @default today */
  readonly exportedOn?: string;
}

/** Under the limits of code hosts, and small enough to be fetched again when one is damaged. */
const PART_BYTES = 48_000_000;
const CONTEXT_TOKENS = 2048;
/** The likeliest id, and the next one: how far apart they are. */
const COUNT_BEST = 2;
/** More sequences in a pass gain little (decisions/047). */
const COUNT_LANES = 4;
const opsets = { '': 21, [RUNTIME_DOMAIN]: 1 };

const TOKENIZER_FILE = 'tokenizer.json';
const LICENCE = 'Apache-2.0';
const ORIGIN =
  'SmolLM2-135M-Instruct (Apache-2.0), vocabulary pruned to 18,142 tokens, trained as an autoregressive and block-diffusion model';

const { config: configSchema, blockSize: blockSizeSchema, dev: metricsSchema } = manifestSchema.shape;
const checkpointSchema = configSchema.extend({ blockSize: blockSizeSchema });

/** Writes the folder `to`; the same options give the same bytes. Throws ModelError. */
export async function exportModel(options: ExportOptions): Promise<Manifest> {
  const { from, to } = options;
  await mkdir(to, { recursive: true });
  const previous = await readPrevious(to);
  const { blockSize, ...config } = await readCheckpointConfig(from, previous);
  await bringTokenizer(from, to);
  const tokenizer = await readTokenizer(to);
  const { specials } = tokenizer;
  const countSpecials = Object.keys(specials).length;

  const store = new WeightStore(to, PART_BYTES);
  const tensors = openSafeTensors(from);
  const graph = await buildGraph(checkpointWeights(tensors), store, {
    network: config,
    numbers: { floats: 'float32', weights: 'bytes' },
    contextTokens: CONTEXT_TOKENS,
    never: [specials.mask],
    notText: Array.from({ length: countSpecials }, (_, id) => id).filter((id) => id !== specials.end),
    countBest: COUNT_BEST,
    hasAllowed: false,
  });
  store.close();
  await writeFile(join(to, GRAPH_FILE), toOnnxFile(graph, opsets));
  await writeFile(join(to, LANES_GRAPH_FILE), toOnnxFile(toLanes(graph, COUNT_LANES), opsets));
  await writeFile(join(to, SELF_TEST_FILE), `${JSON.stringify(createSelfTest(tensors, config, tokenizer))}\n`);

  // NgramTable are counted on dialogues, not trained: they stay as they are.
  const phrases = (await exists(join(to, PHRASES_FILE))) ? [PHRASES_FILE] : [];
  const names = [GRAPH_FILE, LANES_GRAPH_FILE, ...store.files, TOKENIZER_FILE, SELF_TEST_FILE, ...phrases];
  const manifest: Manifest = {
    format: 1,
    name: 'repartee-s',
    version: options.version ?? previous?.version ?? '0.1.0',
    exportedOn: options.exportedOn ?? new Date().toISOString().slice(0, 10),
    licence: LICENCE,
    origin: ORIGIN,
    config,
    dialect: 'repartee',
    contextTokens: CONTEXT_TOKENS,
    blockSize,
    specials: pickSpecials(tokenizer),
    countSpecials,
    prompt: trainedPromptLimits,
    lanes: { graph: LANES_GRAPH_FILE, count: COUNT_LANES },
    dev: options.metricsFile === undefined ? (previous?.dev ?? {}) : await readJson(options.metricsFile, metricsSchema),
    files: await Promise.all(names.map((name) => describeFile(to, name))),
  };
  await writeFile(join(to, MANIFEST_FILE), `${JSON.stringify(manifestSchema.parse(manifest), null, 2)}\n`);
  return manifest;
}

async function readPrevious(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST_FILE);
  return (await exists(path)) ? readJson(path, manifestSchema) : undefined;
}

async function readCheckpointConfig(from: string, previous: Manifest | undefined) {
  const path = join(dirname(from), 'config.json');
  if (await exists(path)) return readJson(path, checkpointSchema);
  if (previous) return { ...previous.config, blockSize: previous.blockSize };
  throw new ModelError('config-missing', `${path} is missing: it gives the sizes of the model in ${from}`);
}

async function bringTokenizer(from: string, to: string): Promise<void> {
  const source = join(dirname(from), TOKENIZER_FILE);
  if (await exists(source)) await writeFile(join(to, TOKENIZER_FILE), await readFile(source));
}

async function readTokenizer(folder: string): Promise<OwnTokenizer> {
  const path = join(folder, TOKENIZER_FILE);
  const json = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ModelError(
      'tokenizer-missing',
      `${path} can't be read: put a tokenizer.json there or beside the weights`,
      { cause },
    );
  });
  return loadTokenizer(json);
}

function pickSpecials({ specials }: OwnTokenizer): Manifest['specials'] {
  const pick = (name: SpecialName) => specials[name];
  return {
    bos: pick('bos'),
    end: pick('end'),
    user: pick('user'),
    say: pick('say'),
    call: pick('call'),
    result: pick('result'),
    wait: pick('wait'),
    mask: pick('mask'),
    null: pick('null'),
  };
}

/** What the model thinks of a short dialogue, worked out without the runtime. */
function createSelfTest(tensors: SafeTensors, config: Network, { specials, encode }: OwnTokenizer): SelfTest {
  const asked = encode(' hi i want to find a place to eat for four of us tomorrow');
  const answered = encode(' What kind of food would you like to eat?');
  const ids = [specials.bos, specials.user, ...asked, specials.end, specials.say, ...answered, specials.end];
  const scores = scoreByReference(tensors, config, specials.mask, ids, SELF_TEST_ROWS);
  const rows = scores.map((logP) => {
    const best = logP.reduce((a, b) => Math.max(a, b));
    return { id: logP.indexOf(best), logP: Number(best.toFixed(4)) };
  });
  return { about: 'Log probability of the likeliest id after each of the last ids, in 64-bit floats.', ids, rows };
}

async function describeFile(folder: string, name: string): Promise<Manifest['files'][number]> {
  const path = join(folder, name);
  return { name, sizeBytes: (await stat(path)).size, sha256: await hashFile(path) };
}

async function readJson<T>(path: string, schema: { parse(value: unknown): T }): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new ModelError('json-invalid', `${path}: ${toMessage(cause)}`, { cause });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
