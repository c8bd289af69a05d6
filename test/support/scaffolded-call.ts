import { createCall } from '../../src/engine/call.ts';
import { createCopySlot } from '../../src/engine/constrain-copy.ts';
import { compileTools } from '../../src/engine/constrain-tools.ts';
import { createVocabulary } from '../../src/engine/constrain-vocabulary.ts';
import { createCostModel } from '../../src/engine/cost.ts';
import { decode } from '../../src/engine/decode.ts';
import { createDraftMemory } from '../../src/engine/draft-memory.ts';
import { type Effort, efforts } from '../../src/engine/efforts.ts';
import { Kv } from '../../src/engine/kv.ts';
import { createLocalSequence } from '../../src/engine/local-sequence.ts';
import { createPasses } from '../../src/engine/pass.ts';
import { noPhrases } from '../../src/engine/phrases.ts';
import { createScheduler } from '../../src/engine/scheduler.ts';
import type { DraftState, Sequence, ToolSchema } from '../../src/engine/sequence.ts';
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
