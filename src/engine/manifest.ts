// A model folder's model.json: what the folder holds, how large the model is, how its files must hash.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../errors.ts';
import { draftingSchema } from './drafting.ts';
import { networkSchema } from './network.ts';
import { type DialectName, dialectNames, isDialectName } from './prompt/dialect.ts';
import { defaultPromptLimits, type PromptLimits } from './prompt/limits.ts';

const count = z.int().positive();
const token = z.int().nonnegative();
const nats = z.number().min(-10).max(10);

export const manifestSchema = z.object({
  /** Version of this file's format. */
  format: z.literal(1),
  name: z.string(),
  version: z.string(),
  exportedOn: z.iso.date(),
  licence: z.string(),
  origin: z.string(),
  config: networkSchema,
  /** Most clean tokens that a sequence may hold, block included. */
  contextTokens: count,
  /** Positions a diffusion block was trained with. */
  blockSize: count,
  /** @default blocks of `specials.mask` that see themselves and guess their own tokens */
  drafting: draftingSchema.optional(),
  /** How it reads a dialogue and writes acts. @default repartee */
  dialect: z
    .custom<DialectName>(isDialectName, {
      error: ({ input }) => `${JSON.stringify(input)} is no dialect known here: ${dialectNames.join(', ')}`,
    })
    .default('repartee'),
  /** Ids of special tokens by their names in dialect repartee; of other models the mask alone, if they have one. */
  specials: z
    .object({
      bos: token,
      end: token,
      user: token,
      say: token,
      call: token,
      result: token,
      wait: token,
      mask: token,
      null: token,
    })
    .partial(),
  /** Dialect repartee: every id below this one is a special token. */
  countSpecials: count.optional(),
  /**
   * Added to the log-odds of an act, nats, so that it comes as often as it should; belongs to these weights.
   * @default 0
   */
  calibration: z.object({ callNats: nats, waitNats: nats }).optional(),
  /**
   * How much of a prompt it reads.
   * @default 500 characters of instructions, ten tools and so on: `defaultPromptLimits`
   */
  prompt: z
    .object({
      maxInstructionsLength: count,
      maxResultLength: count,
      maxDescriptionLength: count,
      maxArgumentDescriptionLength: z.int().nonnegative(),
      maxEnumValues: count,
      maxTools: count,
      hasMarks: z.boolean(),
    })
    .default(defaultPromptLimits),
  /**
   * A second graph over the same weights, whose pass takes up to `count` sequences.
   * @default none: one sequence a pass
   */
  lanes: z.object({ graph: z.string(), count: z.int().min(2) }).optional(),
  /** The graph that cards run; keys and values lie there as such numbers. @default none: it runs on processors alone */
  gpu: z.object({ graph: z.string(), keyValueType: z.enum(['float16', 'float32']) }).optional(),
  /** The published checkpoint that it was made from. @default trained here */
  source: z
    .object({
      /** As it was given to the import. */
      from: z.string(),
      weights: z.string(),
      files: z.array(z.object({ name: z.string(), sizeBytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
    })
    .optional(),
  /** Measured on dev data when the weights were saved; names say what. */
  dev: z.record(z.string(), z.unknown()),
  /** The graphs first, then their weights, then the tokenizer. */
  files: z.array(z.object({ name: z.string(), sizeBytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) })).min(2),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** Of a manifest that was read: features and drafter must belong to the rest of it. */
const wholeManifestSchema = manifestSchema.superRefine(({ config, drafting, files }, { addIssue }) => {
  const { layers, features } = config;
  features?.forEach((layer, index) => {
    if (layer >= layers)
      addIssue({
        code: 'custom',
        path: ['config', 'features', index],
        message: `layer ${layer} gives no features, the network has layers 0 to ${layers - 1}: name one of these`,
      });
  });
  if (drafting?.kind !== 'drafter') return;
  if (features === undefined)
    addIssue({
      code: 'custom',
      path: ['config', 'features'],
      message: 'a drafter reads features of layers, and none is named: import the model and its drafter together',
    });
  const { graph } = drafting;
  if (!files.some(({ name }) => name === graph))
    addIssue({
      code: 'custom',
      path: ['drafting', 'graph'],
      message: `the drafter's graph ${graph} is not among "files": import the model and its drafter together`,
    });
});

export const MANIFEST_FILE = 'model.json';
const SHIPPED_MODEL = 'repartee-s';
export const GRAPH_FILE = 'graph.onnx';
export const LANES_GRAPH_FILE = 'graph-lanes.onnx';

/** Reads `modelDir`'s manifest and checks the hash of every file it names; throws ModelError. */
export async function loadManifest(modelDir: string): Promise<Manifest> {
  const path = join(modelDir, MANIFEST_FILE);
  const manifest = parseManifest(path, await readManifest(modelDir));
  await Promise.all(manifest.files.map((file) => verifyFile(modelDir, file)));
  return manifest;
}

/** How the model in `modelDir` reads a prompt, and how much of it. Throws ModelError. */
export async function loadPromptRules(modelDir: string): Promise<{ dialect: DialectName; limits: PromptLimits }> {
  const path = join(modelDir, MANIFEST_FILE);
  const { dialect, prompt } = parseManifest(path, await readManifest(modelDir));
  return { dialect, limits: prompt };
}

/** Hex sha256 of a file, read as a stream. */
export function hashFile(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    createReadStream(path, { highWaterMark: 1 << 20 })
      .on('error', reject)
      .on('data', (chunk) => hash.update(chunk))
      .on('end', () => resolve(hash.digest('hex')));
  });
}

function readManifest(modelDir: string): Promise<string> {
  const path = join(modelDir, MANIFEST_FILE);
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ModelError('model-missing', `${path} can't be read; ${restoring(modelDir)}`, { cause });
  });
}

function parseManifest(path: string, text: string): Manifest {
  try {
    return wholeManifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll('\n', ' ') : String(cause);
    throw new ModelError('manifest-invalid', `${path} is not a model manifest: ${reason}`, { cause });
  }
}

async function verifyFile(modelDir: string, file: Manifest['files'][number]): Promise<void> {
  const path = join(modelDir, file.name);
  const found = await hashFile(path).catch(() => 'no file');
  if (found === file.sha256) return;
  throw new ModelError(
    found === 'no file' ? 'model-missing' : 'model-damaged',
    `${path}: expected sha256 ${file.sha256}, found ${found}; ${restoring(modelDir)}`,
  );
}

function restoring(modelDir: string): string {
  return basename(modelDir) === SHIPPED_MODEL
    ? `restore it: git checkout -- models/${SHIPPED_MODEL} in a clone, else install repartee again`
    : 'give the folder of a model, as npm run model -- export writes it';
}
