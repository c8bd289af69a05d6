// Models that are known by name: where they are asked, what they take and what they cost. A table, and no code.

/** US dollars for a million tokens. */
export interface Prices {
  readonly input: number;
  /** Of a context whose beginning the server remembers. @default as `input` */
  readonly cachedInput?: number;
  readonly output: number;
}

/** How much a model may think before it answers. */
export type ReasoningEffort = 'instant' | 'low';

export interface KnownModel {
  /** As its server knows it. */
  readonly name: string;
  /** List prices: a discount may end on any day. */
  readonly prices: Prices;
  /** What is asked for it with the discount of that day. */
  readonly discounted?: Prices;
  readonly contextTokens: number;
  readonly outputTokens: number;
  /** Where no tool is offered; with tools it is `low`. */
  readonly effortWithoutTools: ReasoningEffort;
  /** Who may use it, where that is not everybody. */
  readonly access?: 'enterprise';
  readonly source: string;
  /** When the source said so: ISO 8601. */
  readonly readOn: string;
}

export const INCEPTION_URL = 'https://api.inceptionlabs.ai/v1';

export const knownModels: readonly KnownModel[] = [
  {
    name: 'mercury-2',
    prices: { input: 0.25, cachedInput: 0.025, output: 0.75 },
    contextTokens: 128_000,
    outputTokens: 50_000,
    effortWithoutTools: 'instant',
    source: 'docs.inceptionlabs.ai',
    readOn: '2026-10-28',
  },
  {
    name: 'mercury-2.5',
    prices: { input: 0.2, output: 0.75 },
    discounted: { input: 0.04, output: 0.15 },
    contextTokens: 260_000,
    outputTokens: 66_000,
    effortWithoutTools: 'instant',
    source: 'inceptionlabs.ai/blog',
    readOn: '2026-10-28',
  },
  {
    name: 'mercury-3',
    prices: { input: 0.2, output: 0.7 },
    discounted: { input: 0.1, output: 0.35 },
    contextTokens: 1_000_000,
    outputTokens: 131_000,
    effortWithoutTools: 'instant',
    source: 'openrouter.ai/inception',
    readOn: '2026-10-28',
  },
  {
    name: 'mercury-voice',
    prices: { input: 0.4, output: 1.5 },
    discounted: { input: 0.2, output: 0.75 },
    contextTokens: 128_000,
    outputTokens: 50_000,
    // It refuses `instant`.
    effortWithoutTools: 'low',
    access: 'enterprise',
    source: 'inceptionlabs.ai/blog',
    readOn: '2026-10-28',
  },
];
