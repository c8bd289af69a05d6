// Scratch positions behind clean text, as a model was trained to draft in them: what stands there, what it sees, and
// which token each position guesses. Takes model.json's conventions; knows no reply.

import { createRandom } from '../../base/random.ts';
import { EngineError } from '../../errors.ts';
import type { Block } from '../forward/mask.ts';
import type { Manifest } from '../manifest.ts';

/** The token right behind the clean ones is the causal head's; a block guesses those after it. */
export interface Scratch {
  /** Blocks may be filled in a few steps, without verification: their positions guess their own tokens. */
  readonly fillsBlocks: boolean;
  /** Tokens to guess in one block, where an effort drafts at all. 0: this model drafts none. */
  readonly countGuesses: number;
  /** Of a block's rows, the first that guesses. */
  readonly firstGuess: 0 | 1;
  /** Positions of a block that makes so many guesses. */
  countPositions(countGuesses: number): number;
  /** A block that makes so many guesses, behind the first `countSeen` clean positions of a pass. */
  block(countGuesses: number, countSeen: number, countPast: number): Block;
  /** What stands in a block where nothing is filled yet. Throws EngineError where no blocks are filled. */
  mask(): number;
  /** Whether a block behind every place where acceptance of so many candidates may end saves more than it costs. */
  paysBehind(countCandidates: number, countGuesses: number): boolean;
}

/** repartee's own: measured on processors (decisions/002). */
const TUNED_GUESSES = 1;
const TUNED_BLOCKED_CANDIDATES = 1;
/** More seldom stand: of spoken replies some three (arXiv 2607.05147, table 1). */
const MAX_GUESSES = 15;
const SEED = 47;

/**
 * @param positionShare what a position costs, as a share of what a pass costs before its first
 */
export function createScratch(manifest: Manifest, positionShare: number): Scratch {
  const { specials, blockSize, name } = manifest;
  const usual = specials.mask === undefined ? undefined : ({ mask: specials.mask } as const);
  const drafting = manifest.drafting ?? (usual ? undefined : ({ kind: 'none' } as const));
  const block = drafting === undefined ? usual && { fill: usual, predicts: 'own', sees: 'block' } : blockOf(drafting);
  const isOwn = block?.predicts === 'own';
  const countPositions = (countGuesses: number) => (isOwn ? countGuesses + 1 : countGuesses);
  const fillsBlocks = isOwn && block.sees === 'block' && 'mask' in block.fill;

  return {
    fillsBlocks,
    countGuesses: block === undefined ? 0 : drafting === undefined ? TUNED_GUESSES : mostGuesses(blockSize, isOwn),
    firstGuess: isOwn ? 1 : 0,
    countPositions,

    block(countGuesses, countSeen, countPast) {
      const count = countPositions(countGuesses);
      const fill = block?.fill ?? noMask();
      const ids =
        'mask' in fill
          ? Array<number>(count).fill(fill.mask)
          : drawNoise(count, fill.noiseBelow, countPast + countSeen);
      return { ids, countSeen, ...(block?.sees === 'earlier' ? { isCausal: true } : {}) };
    },

    mask: () => (fillsBlocks && 'mask' in block.fill ? block.fill.mask : noMask()),

    paysBehind(countCandidates, countGuesses) {
      if (drafting === undefined) return countCandidates <= TUNED_BLOCKED_CANDIDATES;
      // In one pass, or in two: one that verifies, one that drafts behind what stands.
      const countDrafted = (countCandidates + 1) * countPositions(countGuesses);
      return positionShare * (countDrafted - countPositions(countGuesses)) < 1;
    },
  };

  function noMask(): never {
    throw new EngineError(
      'mask-missing',
      `model ${name} fills no blocks of masks: leave out steps, and write gaps with a model that does`,
    );
  }
}

type Drafting = NonNullable<Manifest['drafting']>;

function blockOf(drafting: Drafting | undefined) {
  return drafting?.kind === 'block' ? drafting : undefined;
}

function mostGuesses(blockSize: number, isOwn: boolean): number {
  return Math.min(MAX_GUESSES, isOwn ? blockSize - 1 : blockSize);
}

/** From 1 to below `bound`; the same ones at the same place of a text. */
function drawNoise(count: number, bound: number, place: number): number[] {
  const random = createRandom(SEED + place);
  return Array.from({ length: count }, () => 1 + Math.floor(random() * (bound - 1)));
}
