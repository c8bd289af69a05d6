// Opens a model folder for an evaluation. Knows no dialogue.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maxTokensOf } from '../src/engine/decoding/progress.ts';
import { createEngine } from '../src/engine/engine.ts';
import { loadManifest, type Manifest } from '../src/engine/manifest.ts';
import { createPrompt, type Prompt } from '../src/engine/prompt/prompt.ts';
import type { Engine } from '../src/engine/sequence.ts';
import { roomTokensFor } from '../src/engine/serving/check-request.ts';
import { loadTokenizer, type OwnTokenizer } from '../src/engine/tokenizer/tokenizer.ts';

export interface ModelParts {
  readonly name: string;
  readonly engine: Engine;
  readonly tokenizer: OwnTokenizer;
  readonly prompt: Prompt;
  /** Longer contexts have no room for a reply. */
  readonly maxContextTokens: number;
}

export async function loadParts(modelDir: string): Promise<ModelParts> {
  const manifest = await loadManifest(modelDir);
  const tokenizer = loadTokenizer(readFileSync(join(modelDir, 'tokenizer.json'), 'utf8'));
  return {
    name: `${manifest.name} ${manifest.version}`,
    engine: await createEngine({ modelDir }),
    tokenizer,
    prompt: createPrompt(tokenizer, manifest.prompt),
    maxContextTokens: maxContextTokensOf(manifest),
  };
}

/** Contexts that leave room for the longest call. */
export function maxContextTokensOf(manifest: Manifest): number {
  return roomTokensFor(maxTokensOf({}, 'call'), manifest);
}
