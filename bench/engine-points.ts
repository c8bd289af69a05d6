// Where the engine is measured: places of the evaluation sample where the agent replied or called. Takes no engine.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../src/base/random.ts';
import type { PromptLimits } from '../src/engine/prompt/limits.ts';
import { createPrompt } from '../src/engine/prompt/prompt.ts';
import type { PromptPrefix } from '../src/engine/sequence.ts';
import { loadTokenizer } from '../src/engine/tokenizer/tokenizer.ts';
import { toPoints } from './model-points.ts';
import { drawDialogues, findSources } from './model-sources.ts';

export interface EnginePoint {
  readonly promptPrefix: PromptPrefix;
  /** Up to the token before the act. */
  readonly context: readonly number[];
  readonly act: 'say' | 'call';
  /** What the dialogue's agent said, the end included; 0 for a call. */
  readonly saidTokens: number;
  /** Of the call. */
  readonly countArguments: number;
}

/** A dialogue's places follow each other; dialogues come in an order drawn at random, the same each time. */
export function readEnginePoints(modelDir: string, limits: PromptLimits): EnginePoint[] {
  const tokenizer = loadTokenizer(readFileSync(join(modelDir, 'tokenizer.json'), 'utf8'));
  const prompt = createPrompt(tokenizer, limits);
  const sources = findSources([], undefined, () => {});
  const all = { name: 'all', files: sources.flatMap(({ files }) => files) };
  const dialogues = drawDialogues(all, Number.POSITIVE_INFINITY, 1);
  return dialogues.flatMap((dialogue) => {
    const { promptPrefix, points } = toPoints(dialogue, prompt, createRandom(1));
    return points.flatMap(({ context, reference }): EnginePoint[] => {
      if (reference.act === 'wait') return [];
      const countArguments = reference.act === 'call' ? Object.keys(reference.arguments).length : 0;
      const saidTokens = reference.act === 'say' ? tokenizer.encode(` ${reference.text}`).length + 1 : 0;
      return [{ promptPrefix, context, act: reference.act, saidTokens, countArguments }];
    });
  });
}
