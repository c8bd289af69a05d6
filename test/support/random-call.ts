import { createCopySlot } from '../../src/engine/constraints/copy.ts';
import { createChoiceSlot } from '../../src/engine/constraints/slot.ts';
import { createStates, type SlotState } from '../../src/engine/constraints/state.ts';
import { compileTools } from '../../src/engine/constraints/tools.ts';
import { createVocabulary } from '../../src/engine/constraints/vocabulary.ts';
import { parseCall } from '../../src/engine/prompt/prompt.ts';
import type { ToolSchema } from '../../src/engine/sequence.ts';
import { tokenizer } from './small-vocabulary.ts';

const vocabulary = createVocabulary(tokenizer);
const dialogue = [' a table for two'];
/** Values end soon after it. */
const MAX_TOKENS = 10;

/** Arguments of calls of the tool that the engine lets a model write, each token drawn from those that may come. */
export function createRandomCalls(tool: ToolSchema, random: () => number): () => Readonly<Record<string, unknown>> {
  const program = compileTools([tool], vocabulary);
  const states = createStates(
    () => createCopySlot(dialogue, vocabulary),
    () => createChoiceSlot([]),
  );
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];

  function edgesOf({ slot, at, countTokens }: SlotState): number[] {
    const isClosing = countTokens >= MAX_TOKENS;
    if (isClosing && slot.isFinal(at)) return [];
    const { ids, classes } = slot.edges(at);
    return [...ids].filter((_, index) => {
      const to = slot.target(at, classes[index] ?? 0);
      return to >= 0 && (!isClosing || slot.distance(to) < slot.distance(at));
    });
  }

  return () => {
    const tokens: number[] = [];
    let state = states.begin(program.root);
    while (state.kind !== 'end') {
      const { fixed, slots } = states.waysOf(state);
      const ways = [fixed, ...slots.map(edgesOf)].filter((ids) => ids.length > 0);
      const id = pick(pick(ways) ?? []);
      const next = id === undefined ? undefined : states.advance(state, id);
      if (id === undefined || next === undefined) throw new Error(`no way on from ${tokenizer.decode(tokens)}`);
      tokens.push(id);
      state = next;
    }
    const call = parseCall(tokenizer.decode(tokens));
    if (call === undefined) throw new Error(`not a call: ${tokenizer.decode(tokens)}`);
    return call.arguments;
  };
}
