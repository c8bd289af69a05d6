import { createReparteeDialect } from '../../src/engine/prompt/dialects.ts';
import type { DraftRequest, DraftState, Sequence } from '../../src/engine/sequence.ts';
import { createLocalEngine, type LocalEngineOptions } from '../../src/engine/serving/local-engine.ts';
import { createFakeDevice, type FakeModel } from './fake-device.ts';
import { manifest, tokenizer } from './small-vocabulary.ts';

const { bos, user, end, say } = manifest.specials;

export const encode = (text: string) => tokenizer.encode(text);
export const heard = (words: string) => [bos, user, ...encode(words), end];
export const replying = (words: string, reply: string) => [...heard(words), say, ...encode(reply), end];
export const promptPrefix = { prefix: [bos], tools: [] };
export const finding = { name: 'find', parameters: { type: 'object', properties: {} } };
export const base: DraftRequest = { context: heard(' hi'), effort: 'low', acts: ['say'], priority: 'committed' };

/** An engine over a fake device, and one sequence of it. */
export function createRig(
  model: FakeModel,
  beforeForward?: (index: number, countLanes: number) => Promise<void> | void,
  options: Pick<LocalEngineOptions, 'kvBudgetBytes' | 'nowMs' | 'phrases'> = {},
  countLanes = 1,
) {
  const device = createFakeDevice(model, beforeForward, countLanes);
  const engine = createLocalEngine({ device, manifest, dialect: createReparteeDialect(tokenizer), ...options });
  return { device, engine, sequence: engine.open(promptPrefix) };
}

export async function collect(sequence: Sequence, request: Partial<DraftRequest>): Promise<DraftState[]> {
  const states: DraftState[] = [];
  for await (const state of sequence.draft({ ...base, ...request })) states.push(state);
  return states;
}

export async function last(sequence: Sequence, request: Partial<DraftRequest>): Promise<DraftState> {
  const state = (await collect(sequence, request)).at(-1);
  if (!state) throw new Error('the draft gave no state');
  return state;
}
