// OpenAI's own client, as far as tests use it. It need not be installed where nothing of it is tested.

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string | null } }[];
  readonly usage?: { readonly total_tokens: number } | null;
}

interface Message {
  readonly role: 'assistant';
  readonly content: string | null;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly arguments: string } }[];
}

interface Completion {
  readonly choices: readonly { readonly message: Message; readonly finish_reason: string }[];
}

type Body = Readonly<Record<string, unknown>>;

interface Completions {
  create(body: Body & { readonly stream: true }): Promise<AsyncIterable<Chunk>>;
  create(body: Body & { readonly stream?: false }): Promise<Completion>;
}

export interface OpenAiClient {
  readonly chat: { readonly completions: Completions };
  readonly models: { list(): Promise<{ readonly data: readonly { readonly id: string }[] }> };
}

type Constructor = new (options: { baseURL: string; apiKey: string; maxRetries: number }) => OpenAiClient;

const packageName: string = 'openai';
const found: { readonly default: Constructor } | undefined = await import(packageName).catch(() => undefined);

export const hasOpenAi: boolean = found !== undefined;

export function createOpenAi(url: string): OpenAiClient {
  if (!found) throw new Error('openai is not installed: npm ci');
  return new found.default({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
}
