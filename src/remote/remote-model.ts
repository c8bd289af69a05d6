// A name and an environment in, a model that is asked over the network out: its address, its key and its prices. Asks
// nothing.

import { ModelError } from '../errors.ts';
import { INCEPTION_URL, knownModels, type Prices, type ReasoningEffort } from './known-models.ts';

export interface RemoteModel {
  /** As agents, traces and figures name it: `mercury-2.5`, `openai:qwen3-4b`. */
  readonly name: string;
  /** As its server knows it. */
  readonly id: string;
  readonly baseUrl: string;
  /** A function, so that nothing that prints the model prints it; undefined: the server wants none. */
  readonly readKey: () => string | undefined;
  /** Undefined: nobody said, and no money is counted. */
  readonly prices: Prices | undefined;
  /**
   * Most tokens of an answer, those that it thinks in among them. Undefined: the server's own bound, as one that has
   * less room refuses the request. Answers are cut off by their time and length in any case.
   */
  readonly maxTokens: number | undefined;
  /** `inception`: takes `realtime` and `reasoning_effort`. `openai`: takes strict functions, and one call at a time. */
  readonly api:
    | { readonly kind: 'inception'; readonly effortWithoutTools: ReasoningEffort }
    | { readonly kind: 'openai' };
}

/** Of the process. Empty ones are not set. */
export type Environment = Readonly<Partial<Record<Variable, string | undefined>>>;

type Variable = `${'INCEPTION' | 'OPENAI'}_${'API_KEY' | 'BASE_URL'}`;

const PREFIX = 'openai:';
const OPENAI_URL = 'https://api.openai.com/v1';
/** A reply that is spoken has a hundred tokens; the rest is what a model thinks in. */
const MAX_TOKENS = 2048;

/** Names a model over the network, known or not; anything else is a model folder. */
export function isRemoteName(name: string): boolean {
  return name.startsWith(PREFIX) || /^mercury(-[\w.]+)?$/.test(name);
}

/**
 * A model that is known by name, or `openai:NAME` of any server that speaks OpenAI's chat completions. `prices`:
 * instead of the known ones. Throws ModelError `model-unknown`, `model-key-missing`, `model-key-unusable`,
 * `model-address-invalid`.
 * @example
 * ```ts
 * const { baseUrl } = toRemoteModel('openai:qwen3-4b', { OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1' });
 * ```
 */
export function toRemoteModel(name: string, env: Environment, prices?: Prices): RemoteModel {
  if (name.startsWith(PREFIX)) return toCompatible(name, env, prices);
  const known = knownModels.find((one) => one.name === name);
  if (known === undefined)
    throw new ModelError(
      'model-unknown',
      `no model "${name}" is known: take one of ${knownModels.map((one) => one.name).join(', ')}, openai:NAME for a server that speaks OpenAI's API, or the path of a model folder, such as ./${name}`,
    );
  const key = readKey(name, 'INCEPTION_API_KEY', env);
  if (key === undefined)
    throw keyMissing(name, 'INCEPTION_API_KEY', 'an API key of Inception (platform.inceptionlabs.ai)');
  return {
    name,
    id: name,
    baseUrl: readUrl('INCEPTION_BASE_URL', env) ?? INCEPTION_URL,
    readKey: () => key,
    prices: prices ?? known.prices,
    maxTokens: Math.min(MAX_TOKENS, known.outputTokens),
    api: { kind: 'inception', effortWithoutTools: known.effortWithoutTools },
  };
}

function toCompatible(name: string, env: Environment, prices: Prices | undefined): RemoteModel {
  const id = name.slice(PREFIX.length);
  if (id === '') throw new ModelError('model-unknown', `"${name}" names no model: say which, such as openai:qwen3-4b`);
  const baseUrl = readUrl('OPENAI_BASE_URL', env);
  const key = readKey(name, 'OPENAI_API_KEY', env);
  // Servers of one's own often want none.
  if (key === undefined && baseUrl === undefined)
    throw keyMissing(
      name,
      'OPENAI_API_KEY',
      'an API key of OpenAI, or OPENAI_BASE_URL to the address of another server',
    );
  return {
    name,
    id,
    baseUrl: baseUrl ?? OPENAI_URL,
    readKey: () => key,
    prices,
    maxTokens: undefined,
    api: { kind: 'openai' },
  };
}

function readUrl(variable: Variable, env: Environment): string | undefined {
  const text = env[variable];
  if (text === undefined || text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // What a URL hides (a password, a query) is not repeated.
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.search !== '' ||
    url.hash !== ''
  )
    throw new ModelError(
      'model-address-invalid',
      `${variable} is no address of a server: expected http or https, host and path alone, such as http://127.0.0.1:8000/v1`,
    );
  return text.replace(/\/+$/, '');
}

/** What no HTTP header may carry would fail each request, with the key in the error. */
function readKey(name: string, variable: Variable, env: Environment): string | undefined {
  const key = env[variable]?.trim();
  if (key === undefined || key === '') return undefined;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new ModelError(
    'model-key-unusable',
    `${variable}, which ${name} needs, has characters that no key has: spaces, line ends or letters beyond ASCII; set it to the key alone`,
  );
}

function keyMissing(name: string, variable: string, what: string): ModelError {
  return new ModelError('model-key-missing', `${name} needs ${variable}: set it to ${what}`);
}
