// Rotary embeddings as config.json describes them, in both of the forms that transformers has written.
import { z } from 'zod';
import type { Network } from '../../engine/network.ts';
import { ModelError } from '../../errors.ts';

const number = z.number().positive();

export const ropeSchema = z.object({
  rope_type: z.string().nullish(),
  type: z.string().nullish(),
  rope_theta: number.nullish(),
  factor: number.nullish(),
  original_max_position_embeddings: z.int().positive().nullish(),
  attention_factor: number.nullish(),
  beta_fast: number.nullish(),
  beta_slow: number.nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  llama_4_scaling_beta: z.number().nullish(),
  truncate: z.boolean().nullish(),
  low_freq_factor: number.nullish(),
  high_freq_factor: number.nullish(),
  partial_rotary_factor: number.nullish(),
});

type Rope = z.infer<typeof ropeSchema>;

const DEFAULT_BASE = 10_000;
/** As the paper of YaRN has them, where config.json names none. */
const BETA_FAST = 32;
const BETA_SLOW = 1;

/** Throws ModelError (architecture-unsupported) for a kind, or a setting of one, that no graph computes. */
export function readRope(
  theta: number | null | undefined,
  rope: Rope | null | undefined,
): Pick<Network, 'ropeBase' | 'ropeScaling'> {
  const ropeBase = theta ?? rope?.rope_theta ?? DEFAULT_BASE;
  const kind = rope?.rope_type ?? rope?.type ?? 'default';
  if (rope?.partial_rotary_factor && rope.partial_rotary_factor !== 1)
    throw refused(`turns ${rope.partial_rotary_factor} of a head`, 'the graph turns all of it');
  if (!rope || kind === 'default') return { ropeBase };
  const factor = needed('factor', rope.factor);
  if (kind === 'linear') return { ropeBase, ropeScaling: { kind, factor } };
  const originalTokens = needed('original_max_position_embeddings', rope.original_max_position_embeddings);
  if (kind === 'llama3')
    return {
      ropeBase,
      ropeScaling: {
        kind,
        factor,
        originalTokens,
        lowFrequencyFactor: needed('low_freq_factor', rope.low_freq_factor),
        highFrequencyFactor: needed('high_freq_factor', rope.high_freq_factor),
      },
    };
  if (kind !== 'yarn') throw refused(`is of type ${kind}`, 'the graph has default, linear, llama3 and yarn');
  if (rope.truncate === false) throw refused('sets truncate to false', "the graph's ramp is between whole dimensions");
  const betaFast = rope.beta_fast ?? BETA_FAST;
  const betaSlow = rope.beta_slow ?? BETA_SLOW;
  const attentionFactor = rope.attention_factor ?? attentionFactorOf(factor, rope);
  return { ropeBase, ropeScaling: { kind, factor, originalTokens, betaFast, betaSlow, attentionFactor } };
}

/** "YaRN: Efficient Context Window Extension of Large Language Models", equation 22, and DeepSeek's variant of it. */
function attentionFactorOf(factor: number, { mscale, mscale_all_dim: all }: Rope): number {
  const grown = (scale: number) => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1);
  return mscale && all ? grown(mscale) / grown(all) : grown(1);
}

function needed<T>(name: string, value: T | null | undefined): T {
  if (value === null || value === undefined) throw refused(`lacks ${name}`, 'its type needs it');
  return value;
}

function refused(what: string, limit: string): ModelError {
  return new ModelError('architecture-unsupported', `config.json: the rotary embedding ${what}, ${limit}`);
}
