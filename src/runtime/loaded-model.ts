// The model without a call: what it takes to ask it.

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createEngine, type EngineOptions } from '../engine/engine.ts';
import { loadPromptRules } from '../engine/manifest.ts';
import { openDialect } from '../engine/prompt/dialects.ts';
import type { Engine } from '../engine/sequence.ts';
import { packagePath } from '../package-path.ts';
import type { ModelParts } from '../session/agent-sequence.ts';
import { toShortHash } from './short-hash.ts';

export interface LoadedModel extends ModelParts {
  /** Of its folder. */
  readonly name: string;
  /** As recordings name it. */
  readonly hash: string;
}

/** `engine`: instead of the folder's own weights. Close it. Throws ModelError, EngineError. */
export async function loadModel(
  modelDir: string | undefined,
  options: Pick<EngineOptions, 'device' | 'warn' | 'draftEnded'> & { readonly engine?: Engine },
): Promise<LoadedModel> {
  const folder = modelDir ?? packagePath('models/repartee-s');
  const { engine: given, ...told } = options;
  const engine = given ?? (await createEngine({ modelDir: folder, ...told }));
  const [tokenizerFile, modelFile] = await Promise.all([
    readFile(join(folder, 'tokenizer.json'), 'utf8'),
    // It holds the hashes of all other files of the model.
    readFile(join(folder, 'model.json')),
  ]);
  const { dialect: name, limits } = await loadPromptRules(folder);
  const { tokenizer, createPrompt } = openDialect(name, tokenizerFile);
  return {
    name: basename(folder),
    engine,
    tokenizer,
    prompt: createPrompt(limits),
    hash: toShortHash(modelFile),
  };
}
