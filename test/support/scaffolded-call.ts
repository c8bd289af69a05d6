import { createCall } from '../../src/engine/constraints/call.ts';
import { createCopySlot } from '../../src/engine/constraints/copy.ts';
import { compileTools } from '../../src/engine/constraints/tools.ts';
import { createVocabulary } from '../../src/engine/constraints/vocabulary.ts';
import { decode } from '../../src/engine/decoding/decode.ts';
import { type Effort, efforts } from '../../src/engine/decoding/efforts.ts';
import { createCostModel } from '../../src/engine/forward/cost.ts';
import { Kv } from '../../src/engine/forward/kv.ts';
import { createPasses } from '../../src/engine/forward/pass.ts';
import { createScheduler } from '../../src/engine/forward/scheduler.ts';
import { createDraftMemory } from '../../src/engine/proposals/draft-memory.ts';
import { noPhrases } from '../../src/engine/proposals/ngram-table.ts';
import type { DraftState, Sequence, ToolSchema } from '../../src/engine/sequence.ts';
import { createLocalSequence } from '../../src/engine/serving/local-sequence.ts';
import { createFakeDevice, type FakeModel } from './fake-device.ts';
import { manifest, tokenizer } from './small-vocabulary.ts';

const vocabulary = createVocabulary(tokenizer);
const { bos, user, end } = manifest.specials;

export interface ScaffoldedCall {
  readonly tools: readonly ToolSchema[];
  readonly model: FakeModel;
  readonly maxSteps: number;
}

/** A conversation whose calls' values are filled in by diffusion, whatever the effort. */
export function openScaffolded({ tools, model, maxSteps }: ScaffoldedCall): Sequence {
  const effort: Effort = {
    kind: 'diffused',
    policy: { kind: 'threshold', confidence: 0.5 },
    maxSteps,
    revises: false,
    commitsEarly: false,
    keepPreviousAt: 0.3,
    calls: 'scaffolded',
  };
  const table = Object.fromEntries(Object.keys(efforts).map((name) => [name, effort]));
  const program = compileTools(tools, vocabulary);
  const nowMs = () => 0;
  const nothing = () => undefined;
  const memory = createDraftMemory();
  const runPass = createPasses(createFakeDevice(model), createScheduler(), manifest, nowMs, nothing);
  return createLocalSequence({
    kv: new Kv(manifest.config),
    nowMs,
    isCrowded: () => false,
    begun: nothing,
    ended: nothing,
    rested: nothing,
    closed: nothing,
    run: (request, where) =>
      decode(
        {
          runPass,
          where,
          manifest,
          request,
          phrases: noPhrases,
          costs: createCostModel(),
          nowMs,
          memory,
          acts: ['call'],
          createGuide: (_, maxTokens) =>
            createCall({ program, tokenizer, maxTokens, copied: () => createCopySlot(request.context, vocabulary) }),
        },
        { ...efforts, ...table },
      ),
  });
}

/** A call after the caller said ` a table`. */
export async function* writeScaffolded(
  asked: ScaffoldedCall & { readonly maxTokens?: number },
): AsyncGenerator<DraftState> {
  yield* openScaffolded(asked).draft({
    context: [bos, user, ...tokenizer.encode(' a table'), end],
    effort: 'high',
    acts: ['call'],
    priority: 'committed',
    maxTokens: asked.maxTokens ?? 192,
  });
}
