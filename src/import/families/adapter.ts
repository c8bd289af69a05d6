// An adapter of low rank as PEFT saves it: takes adapter_config.json and its tensors, gives its description and the
// places of its matrices.
import { z } from 'zod';
import type { Network, Projection } from '../../engine/network.ts';
import { ModelError } from '../../errors.ts';
import type { CheckpointSource } from './checkpoint-source.ts';
import { type FindTensor, type Names, publishedName } from './published-weights.ts';

const configSchema = z.object({
  r: z.int().positive(),
  lora_alpha: z.number().positive(),
  target_modules: z.array(z.string()).min(1),
  use_rslora: z.boolean().nullish(),
  use_dora: z.boolean().nullish(),
  bias: z.string().nullish(),
  rank_pattern: z.record(z.string(), z.unknown()).nullish(),
  alpha_pattern: z.record(z.string(), z.unknown()).nullish(),
});

const projectionByModule: Readonly<Record<string, Projection>> = {
  q_proj: 'query',
  k_proj: 'key',
  v_proj: 'value',
  o_proj: 'output',
  gate_proj: 'gate',
  up_proj: 'up',
  down_proj: 'down',
};

/** Multiplied together, so adapted together. */
const together: readonly (readonly Projection[])[] = [
  ['query', 'key', 'value'],
  ['gate', 'up'],
];

export interface Adapter {
  readonly description: NonNullable<Network['adapter']>;
  /** Where a matrix of the adapter is; none of its: undefined. */
  readonly find: (name: string) => ReturnType<FindTensor> | undefined;
}

/** Throws ModelError (adapter-unsupported) for what the graph can't compute. */
export function openAdapter({ config, tensors }: CheckpointSource, names: Names): Adapter {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) throw unsupported(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  const { r: rank, lora_alpha: alpha, target_modules: modules, ...ways } = parsed.data;
  if (ways.use_dora) throw unsupported('use_dora is set, the graph has plain LoRA');
  if ((ways.bias ?? 'none') !== 'none') throw unsupported(`bias is ${ways.bias}, the graph has none`);
  for (const pattern of ['rank_pattern', 'alpha_pattern'] as const)
    if (Object.keys(ways[pattern] ?? {}).length > 0)
      throw unsupported(`${pattern} is set, the graph has one rank and one scale`);
  const projections = modules.map((module) => {
    const projection = projectionByModule[module];
    if (projection) return projection;
    throw unsupported(`target_modules has ${module}, known are ${Object.keys(projectionByModule).join(', ')}`);
  });
  for (const group of together) {
    const missing = group.filter((part) => !projections.includes(part));
    if (missing.length > 0 && missing.length < group.length)
      throw unsupported(`target_modules lacks ${missing.join(', ')} of ${group.join(', ')}, which go together`);
  }
  const scale = alpha / (ways.use_rslora ? Math.sqrt(rank) : rank);
  return {
    description: { rank, scale, projections },
    find(name) {
      const [, matrix = '', end] = /^(.+)\.(narrow|wide)$/.exec(name) ?? [];
      if (end === undefined) return undefined;
      const module = publishedName(matrix, names).replace(/\.weight$/, '');
      return { tensors, published: `base_model.model.${module}.lora_${end === 'narrow' ? 'A' : 'B'}.weight` };
    },
  };
}

function unsupported(reason: string): ModelError {
  return new ModelError('adapter-unsupported', `adapter_config.json: ${reason}`);
}
