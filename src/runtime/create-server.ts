// createServer: repartee within somebody else's program. Options in, a server out; what it is made of is loaded only
// when it is called.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Agent } from '../agent/agent.ts';
import type { DeviceName } from '../engine/device-name.ts';
import type { Engine } from '../engine/sequence.ts';
import { AgentError, RuntimeError } from '../errors.ts';
import type { CallEvent, CallParties } from '../events.ts';
import type { Prices } from '../remote/known-models.ts';
import type { Call } from '../server/calls/open-call.ts';
import type { Log } from '../server/log.ts';
import type { Stt } from '../stt/stt.ts';
import { type Redaction, redactions } from '../trace/format/redact.ts';
import type { Voice } from '../tts/voice.ts';
import type { ModelChoice } from './remote-models.ts';

/**
 * What `createServer` takes; what is left out is as `repartee start` has it.
 * @example
 * ```ts
 * const server = await createServer({
 *   agents: [clinic, restaurant],
 *   publicUrl: 'https://voice.example.com',
 *   apiKey: key,
 *   voice: 'awb',
 *   maxCalls: 16,
 *   tracesDir: null,
 * });
 * ```
 */
export interface CreateServerOptions {
  /** One at least, of different names; the first answers where a call names none. */
  readonly agents: readonly Agent[];
  /**
   * Wanted as bearer, or as a ticket traded for it, by all but the page's own files. Characters of a bearer token: A-Z,
   * a-z, 0-9, `-._~+/`.
   * @default REPARTEE_API_KEY of the environment; without it the server listens on loopback only
   */
  readonly apiKey?: string;
  /**
   * Scheme and host by which browsers and telephone networks reach the server, such as `https://voice.example.com`;
   * other names than it and loopback get 403 from all but health.
   * @default none
   */
  readonly publicUrl?: string | URL;
  /** What Twilio signs its requests with; wants `publicUrl`. @default TWILIO_AUTH_TOKEN of the environment */
  readonly twilioAuthToken?: string;
  /** A model folder. @default the one that comes with repartee */
  readonly modelDir?: string;
  /**
   * What runs the model: `cpu`, `webgpu`, `cuda`, or `auto`, a card that it has a graph for, else the processor.
   * @default 'auto'
   */
  readonly device?: DeviceName;
  /**
   * What writes replies over the network instead of what agents name: `mercury-2.5` with INCEPTION_API_KEY, or
   * `openai:NAME` with OPENAI_API_KEY and OPENAI_BASE_URL.
   * @default the model that an agent names, else the model folder
   */
  readonly model?: string;
  /** What it costs, dollars for a million tokens. @default list prices, where they are known */
  readonly modelPrices?: Prices;
  /**
   * What writes replies instead of the folder's weights, in that folder's tokens. Closed with the server.
   * @default the folder's weights
   */
  readonly engine?: Engine;
  /**
   * The voice that agents speak with: a name of `repartee start --voice`, or one of your own, closed with the server.
   * null: calls are text only.
   * @default 'slt'
   */
  readonly voice?: string | Voice | null;
  /**
   * Speech-to-text for callers who come as audio: backends of `repartee start --stt`, in the order in which they are
   * tried, with their keys in the environment; or one of your own.
   * @default none: such calls are refused
   */
  readonly stt?: string | readonly string[] | Stt;
  /** Where calls are written down, for the viewer at /traces. null: nowhere. @default '.repartee/traces' */
  readonly tracesDir?: string | null;
  /** What is left out of what is written: `none`, `text` or `numbers` as `--redact` takes it. @default 'none' */
  readonly redact?: Redaction;
  /** An OpenTelemetry collector that takes spans of each turn. @default none */
  readonly otlpUrl?: string | URL;
  /** Calls at once, 1 to 10000. @default 32 */
  readonly maxCalls?: number;
  /**
   * Takes what `repartee start` logs: ids, codes and numbers, never words of a call.
   * @default one JSON object a line on stderr
   */
  readonly log?: Log;
  /** Takes one line about something that works, but maybe not as meant. @default stderr */
  readonly warn?: (line: string) => void;
}

/**
 * What `startCall` takes.
 * @example
 * ```ts
 * const call = server.startCall({
 *   agent: 'clinic',
 *   from: '+15550100',
 *   report: (event) => {
 *     if (event.type === 'reply.ended') console.log(event.text);
 *   },
 * });
 * call.receive({ type: 'transcript.updated', turn: 1, state: 'final', text: 'a dentist please' });
 * ```
 */
export interface StartCallOptions extends CallParties {
  /** An agent's name. @default the first agent */
  readonly agent?: string;
  /** In logs and traces; of no other call in progress. @default a random UUID */
  readonly callId?: string;
  /** The agent speaks: `audio.delta` events carry PCM16 mono at 16 kHz. false: words only. @default false */
  readonly hasAudio?: boolean;
  /** The caller comes as audio, for `stt`: the call has `hear`. Without `stt` it is refused. @default false */
  readonly hearsCaller?: boolean;
  /** What the call brings along; the agent checks it. @default {} */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Takes every event of the call, in order; must not throw. */
  readonly report: (event: CallEvent) => void;
}

/** A server within this process, ready for calls. */
export interface RunningServer {
  /** Its HTTP as a WHATWG fetch handler, to mount in another application. Never rejects. */
  readonly app: { readonly fetch: (request: Request) => Response | Promise<Response> };
  /**
   * Listens by itself; may be left out where `app` and `upgrade` are mounted. `port` 0: any free one. Throws
   * RuntimeError `port-in-use`, `listen-failed`, and `key-missing` beyond loopback without a key.
   * @default port 8787 of 127.0.0.1
   */
  listen(address?: { readonly port?: number; readonly host?: string }): Promise<{ readonly url: string }>;
  /**
   * Takes WebSocket upgrades of your own `node:http` server: `http.on('upgrade', server.upgrade)`. Calls are opened on
   * `/v1/call`, telephony on `/v1/relay`; whatever else comes here is refused.
   */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /**
   * Starts a call of this process's own: your recogniser reports to `receive`, and what the agent says comes to
   * `report`. Throws RuntimeError `unknown-agent`, `call-id-in-use`, `too-many-calls`, `server-draining`, AgentError
   * `variables-invalid`, EngineError `engine-busy`.
   */
  startCall(options: StartCallOptions): Call;
  /**
   * Takes no more calls, lets those in progress finish for up to `drainMs`, 10000 unless given, ends the rest, and
   * closes all. Idempotent.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

const known: Readonly<Record<keyof CreateServerOptions, true>> = {
  agents: true,
  apiKey: true,
  publicUrl: true,
  twilioAuthToken: true,
  modelDir: true,
  device: true,
  model: true,
  modelPrices: true,
  engine: true,
  voice: true,
  stt: true,
  tracesDir: true,
  redact: true,
  otlpUrl: true,
  maxCalls: true,
  log: true,
  warn: true,
};

/**
 * Loads the model and gives a server of these agents within this process. Exceptions that a tool throws where nobody
 * can catch them are the process's own: only `repartee start` takes them.
 *
 * Throws AgentError for agents that can't be served, RuntimeError `option-invalid` and `key-unusable`, ModelError,
 * EngineError.
 *
 * @example
 * ```ts
 * import { createServer } from 'repartee';
 * import agent from './agent.ts';
 *
 * const server = await createServer({ agents: [agent] });
 * const { url } = await server.listen({ port: 8787 });
 * console.log(url);
 * process.once('SIGTERM', () => server.close());
 * ```
 */
export async function createServer(options: CreateServerOptions): Promise<RunningServer> {
  const checked = await check(options);
  const [{ openAgentServer }, { checkAgents }, { createLog }] = await Promise.all([
    import('./agent-server.ts'),
    import('./read-agents.ts'),
    import('../server/log.ts'),
  ]);
  const {
    modelDir,
    device,
    engine,
    voice = 'slt',
    tracesDir = '.repartee/traces',
    redact = 'none',
    maxCalls = 32,
  } = options;
  const choice = toChoice(options);
  const log = options.log ?? createLog((line) => void process.stderr.write(line));
  const stt = await toStt(options.stt, log);
  const agents = await checkAgents(options.agents, modelDir, choice);
  const server = await openAgentServer({
    agents,
    apiKey: options.apiKey ?? (process.env.REPARTEE_API_KEY || undefined),
    publicUrl: checked.publicUrl,
    twilioAuthToken: options.twilioAuthToken ?? (process.env.TWILIO_AUTH_TOKEN || undefined),
    voice,
    tracesDir: tracesDir ?? undefined,
    redaction: redact,
    otlpUrl: checked.otlpUrl,
    maxCalls,
    log,
    tell: options.warn ?? ((line) => void process.stderr.write(`${line}\n`)),
    ...(modelDir === undefined ? {} : { modelDir }),
    ...(device === undefined ? {} : { device }),
    ...(engine === undefined ? {} : { engine }),
    ...(stt === undefined ? {} : { stt }),
    ...(choice === undefined ? {} : { choice }),
  });
  const close = async (drainMs: number): Promise<void> => {
    await server.drain(drainMs);
    await server.close();
  };
  await server.load().catch(async (error: unknown) => {
    await close(0);
    throw error;
  });
  let closed: Promise<void> | undefined;
  return {
    app: { fetch: server.fetch },
    upgrade: server.upgrade,
    async listen({ port = 8787, host = '127.0.0.1' } = {}) {
      return { url: await server.listen({ port, host }) };
    },
    startCall({
      agent = options.agents[0]?.name ?? '',
      callId = randomUUID(),
      hasAudio = false,
      hearsCaller = false,
      ...asked
    }) {
      const { from, to, direction, variables = {}, report } = asked;
      const audio = hasAudio ? ({ rateHz: 16_000 } as const) : null;
      return server.openCall({
        agent,
        callId,
        audio,
        hearsCaller,
        clientSynthesizes: false,
        parties: { from, to, direction },
        variables,
        report,
      });
    },
    close({ drainMs = 10_000 } = {}) {
      closed ??= close(drainMs);
      return closed;
    },
  };
}

interface CheckedUrls {
  readonly publicUrl: URL | undefined;
  readonly otlpUrl: URL | undefined;
}

async function check(options: CreateServerOptions): Promise<CheckedUrls> {
  for (const name of Object.keys(options))
    if (!(name in known)) throw invalid(name, `there is no such option; there are ${Object.keys(known).join(', ')}`);
  const { agents, maxCalls = 1, redact = 'none', voice, publicUrl, otlpUrl } = options;
  if (agents.length === 0)
    throw new AgentError('agents-missing', 'agents is empty: give one at least, such as agents: [agent]');
  if (!Number.isInteger(maxCalls) || maxCalls < 1 || maxCalls > 10_000)
    throw invalid('maxCalls', `${maxCalls} is not a whole number from 1 to 10000`);
  if (!redactions.includes(redact)) throw invalid('redact', `"${redact}" is not one of ${redactions.join(', ')}`);
  if (typeof voice === 'string') {
    const { fliteVoices, isFliteVoice } = await import('../tts/flite/flite.ts');
    const names = Object.keys(fliteVoices).join(', ');
    if (!isFliteVoice(voice)) throw invalid('voice', `"${voice}" is not one of ${names}, nor a voice of your own`);
  }
  if (typeof voice === 'object' && voice !== null && voice.rateHz !== 16_000)
    throw invalid('voice', `it speaks at ${voice.rateHz} Hz, calls carry 16000 Hz: resample it`);
  return {
    publicUrl: toUrl('publicUrl', publicUrl, 'https://voice.example.com', ({ href, origin }) => href === `${origin}/`),
    otlpUrl: toUrl('otlpUrl', otlpUrl, 'http://127.0.0.1:4318', () => true),
  };
}

async function toStt(given: CreateServerOptions['stt'], log: Log): Promise<Stt | undefined> {
  if (given === undefined || (typeof given === 'object' && 'start' in given)) return given;
  const { openStt } = await import('./open-stt.ts');
  return openStt(typeof given === 'string' ? [given] : given, log);
}

function toChoice({ model: name, modelPrices: prices }: CreateServerOptions): ModelChoice | undefined {
  const isPrice = (price = 0) => price >= 0 && price <= 10_000;
  if (prices && !(isPrice(prices.input) && isPrice(prices.output) && isPrice(prices.cachedInput)))
    throw invalid('modelPrices', `${JSON.stringify(prices)} has one that is not from 0 to 10000 dollars`);
  if (name !== undefined) return { name, ...(prices === undefined ? {} : { prices }) };
  if (prices === undefined) return undefined;
  throw invalid('modelPrices', 'they go with model, the name of a model over the network');
}

function toUrl(
  name: string,
  given: string | URL | undefined,
  example: string,
  isFit: (url: URL) => boolean,
): URL | undefined {
  if (given === undefined) return undefined;
  const url = URL.canParse(String(given)) ? new URL(given) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && isFit(url)) return url;
  throw invalid(name, `"${given}" is not an address such as ${example}`);
}

function invalid(name: string, reason: string): RuntimeError {
  return new RuntimeError('option-invalid', `createServer: ${name}: ${reason}`);
}
