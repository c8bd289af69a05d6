// What `--model` and `--model-prices` say: a model folder, or a model over the network and what it costs.

import { UsageError } from '../errors.ts';
import type { Prices } from '../remote/known-models.ts';
import { isRemoteName } from '../remote/remote-model.ts';
import type { ModelChoice } from '../runtime/remote-models.ts';

export interface ModelArguments {
  readonly modelDir?: string;
  readonly choice?: ModelChoice;
}

export const modelHelp = `\
  --model WHAT      a model folder (default: the one that comes with repartee), or a model over the network, which
                    writes instead of what agents name: mercury-2.5, or openai:NAME of the server at OPENAI_BASE_URL
  --model-prices P  what that costs, dollars for a million tokens: IN,OUT or IN,OUT,CACHED (default: list prices)
`;

/** Throws UsageError. */
export function toModelArguments(values: {
  readonly model?: string | undefined;
  readonly 'model-prices'?: string | undefined;
}): ModelArguments {
  const { model, 'model-prices': text } = values;
  const isRemote = model !== undefined && isRemoteName(model);
  if (text !== undefined && !isRemote)
    throw new UsageError('--model-prices goes with a --model over the network, such as --model openai:qwen3-4b');
  if (model === undefined) return {};
  if (!isRemote) return { modelDir: model };
  return { choice: { name: model, ...(text === undefined ? {} : { prices: toPrices(text) }) } };
}

/** A folder, where nothing else will do. Throws UsageError. */
export function toModelFolder(model: string | undefined): string | undefined {
  if (model === undefined || !isRemoteName(model)) return model;
  throw new UsageError(
    `--model is "${model}", a model over the network, and here it must run in this process: give a model folder`,
  );
}

function toPrices(text: string): Prices {
  const [input, output, cachedInput, ...more] = text
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const isPrice = (price: number | undefined) => price === undefined || (price >= 0 && price <= 10_000);
  if (input !== undefined && output !== undefined && more.length === 0 && [input, output, cachedInput].every(isPrice))
    return { input, output, ...(cachedInput === undefined ? {} : { cachedInput }) };
  throw new UsageError(
    `--model-prices is "${text}", expected two or three prices from 0 to 10000, dollars for a million tokens, such as 0.2,0.75 or 0.2,0.75,0.02`,
  );
}
