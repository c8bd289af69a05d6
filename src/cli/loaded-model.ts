// The model without a call: what it takes to ask it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine } from '../engine/engine.ts';
import { createPrompt } from '../engine/prompt.ts';
import { loadTokenizer } from '../engine/tokenizer.ts';
import { packagePath } from '../package-path.ts';
import type { ModelParts } from '../session/model-writer.ts';
import { toShortHash } from './short-hash.ts';

export interface LoadedModel extends ModelParts {
  /** As recordings name it. */
  readonly hash: string;
}

/** Close its engine. Throws ModelError, EngineError. */
export async function loadModel(modelDir: string | undefined, warn: (line: string) => void): Promise<LoadedModel> {
  const folder = modelDir ?? packagePath('models/repartee-s');
  const [engine, tokenizerFile, modelFile] = await Promise.all([
    createEngine({ modelDir: folder, warn }),
    readFile(join(folder, 'tokenizer.json'), 'utf8'),
    readFile(join(folder, 'model.json')),
  ]);
  const tokenizer = loadTokenizer(tokenizerFile);
  return { engine, tokenizer, prompt: createPrompt(tokenizer), hash: toShortHash(modelFile) };
}
