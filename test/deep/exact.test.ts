import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readEnginePoints } from '../../bench/engine-points.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { loadPromptRules } from '../../src/engine/manifest.ts';
import type { DraftRequest, DraftState, Sequence } from '../../src/engine/sequence.ts';

const modelDir = join(import.meta.dirname, '../../models/repartee-s');
const maxPrompts = 40;

async function write(sequence: Sequence, request: Pick<DraftRequest, 'context' | 'effort'>): Promise<DraftState> {
  let last: DraftState | undefined;
  for await (const state of sequence.draft({ ...request, acts: ['say'], priority: 'committed' })) last = state;
  if (!last) throw new Error('the draft gave no state');
  return last;
}

it('writes on 40 dev prompts, checking candidates, exactly what it writes token by token, in little more than half the forwards', async () => {
  const engine = await createEngine({ modelDir });
  const points = readEnginePoints(modelDir, (await loadPromptRules(modelDir)).limits).filter(
    ({ act }) => act === 'say',
  );
  let [countAr, countExact] = [0, 0];
  try {
    for (const { promptPrefix, context } of points.slice(0, maxPrompts)) {
      const sequence = engine.open({ prefix: promptPrefix.prefix, tools: [] });
      const ar = await write(sequence, { context, effort: 'autoregressive' });
      for (const effort of ['exact', 'low'] as const) {
        const checked = await write(sequence, { context, effort });
        expect(checked.tokens).toEqual(ar.tokens);
        if (effort === 'exact') countExact += checked.countForwards;
      }
      countAr += ar.countForwards;
      sequence.close();
    }
  } finally {
    await engine.close();
  }
  expect(points.length).toBeGreaterThanOrEqual(maxPrompts);
  expect(countExact / countAr).toBeLessThan(0.65);
}, 1_200_000);
