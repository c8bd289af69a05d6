import { createCall } from '../../src/engine/call.ts';
import { createCopySlot } from '../../src/engine/constrain-copy.ts';
import { compileTools } from '../../src/engine/constrain-tools.ts';
import { createVocabulary } from '../../src/engine/constrain-vocabulary.ts';
import { createCostModel } from '../../src/engine/cost.ts';
import { decode } from '../../src/engine/decode.ts';
import { createDraftMemory } from '../../src/engine/draft-memory.ts';
import { type Effort, efforts } from '../../src/engine/efforts.ts';
import { Kv } from '../../src/engine/kv.ts';
import { createPasses, Meter } from '../../src/engine/pass.ts';
import { noPhrases } from '../../src/engine/phrases.ts';
import { createScheduler } from '../../src/engine/scheduler.ts';
import type { DraftState, ToolSchema } from '../../src/engine/sequence.ts';
import { createFakeDevice, type FakeModel } from './fake-device.ts';
import { manifest, tokenizer } from './small-vocabulary.ts';

const vocabulary = createVocabulary(tokenizer);
const { bos, user, end } = manifest.specials;
const context = [bos, user, ...tokenizer.encode(' a table'), end];

export interface ScaffoldedCall {
  readonly tools: readonly ToolSchema[];
  readonly model: FakeModel;
  readonly maxSteps: number;
  readonly maxTokens?: number;
  readonly signal?: AbortSignal;
}

/** The states of a call whose values are filled in by diffusion. */
export async function* writeScaffolded(asked: ScaffoldedCall): AsyncGenerator<DraftState> {
  const { tools, model, maxSteps, maxTokens = 192, signal } = asked;
  const effort: Effort = {
    kind: 'diffused',
    policy: { kind: 'threshold', confidence: 0.5 },
    maxSteps,
    revises: false,
    commitsEarly: false,
    keepPreviousAt: 0.3,
    calls: 'scaffolded',
  };
  const program = compileTools(tools, vocabulary);
  const nowMs = () => 0;
  yield* decode(
    {
      runPass: createPasses(createFakeDevice(model), createScheduler(), manifest, nowMs, () => undefined),
      where: {
        kv: new Kv(manifest.config),
        urgency: () => ({ priority: 'committed', dueMs: 0 }),
        chunkTokens: () => 128,
        signal,
        meter: new Meter(nowMs),
      },
      manifest,
      request: { context, effort: 'high', acts: ['call'], priority: 'committed', maxTokens },
      phrases: noPhrases,
      costs: createCostModel(),
      nowMs,
      memory: createDraftMemory(),
      acts: ['call'],
      createGuide: (_, most) =>
        createCall({
          program,
          tokenizer,
          maxTokens: most,
          copied: () => createCopySlot(context, vocabulary),
        }),
    },
    { ...efforts, high: effort },
  );
}
