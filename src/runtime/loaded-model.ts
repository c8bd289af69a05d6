// The model without a call: what it takes to ask it.

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createEngine, type EngineOptions } from '../engine/engine.ts';
import { loadPromptLimits } from '../engine/manifest.ts';
import { createPrompt } from '../engine/prompt/prompt.ts';
import { loadTokenizer } from '../engine/tokenizer/tokenizer.ts';
import { packagePath } from '../package-path.ts';
import type { ModelParts } from '../session/model-writer.ts';
import { toShortHash } from './short-hash.ts';

export interface LoadedModel extends ModelParts {
  /** Of its folder. */
  readonly name: string;
  /** As recordings name it. */
  readonly hash: string;
}

/** Close its engine. Throws ModelError, EngineError. */
export async function loadModel(
  modelDir: string | undefined,
  warn: (line: string) => void,
  draftEnded?: EngineOptions['draftEnded'],
): Promise<LoadedModel> {
  const folder = modelDir ?? packagePath('models/repartee-s');
  const engine = await createEngine({ modelDir: folder, warn, ...(draftEnded ? { draftEnded } : {}) });
  const [tokenizerFile, modelFile] = await Promise.all([
    readFile(join(folder, 'tokenizer.json'), 'utf8'),
    // It holds the hashes of all other files of the model.
    readFile(join(folder, 'model.json')),
  ]);
  const tokenizer = loadTokenizer(tokenizerFile);
  const limits = await loadPromptLimits(folder);
  return {
    name: basename(folder),
    engine,
    tokenizer,
    prompt: createPrompt(tokenizer, limits),
    hash: toShortHash(modelFile),
  };
}
