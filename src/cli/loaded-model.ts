// The model without a call: what it takes to ask it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine } from '../engine/engine.ts';
import { createPrompt } from '../engine/prompt.ts';
import { loadTokenizer } from '../engine/tokenizer.ts';
import { packagePath } from '../package-path.ts';
import type { ModelParts } from '../session/model-writer.ts';

/** Close its engine. Throws ModelError, EngineError. */
export async function loadModel(modelDir: string | undefined, warn: (line: string) => void): Promise<ModelParts> {
  const folder = modelDir ?? packagePath('models/repartee-s');
  const [engine, tokenizerFile] = await Promise.all([
    createEngine({ modelDir: folder, warn }),
    readFile(join(folder, 'tokenizer.json'), 'utf8'),
  ]);
  const tokenizer = loadTokenizer(tokenizerFile);
  return { engine, tokenizer, prompt: createPrompt(tokenizer) };
}
