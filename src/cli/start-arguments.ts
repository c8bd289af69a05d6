import { parseOptions, toWhole } from '../arguments.ts';
import type { DeviceName } from '../engine/device-name.ts';
import { UsageError } from '../errors.ts';
import { toOtlpUrl } from '../runtime/span-export.ts';
import { isLoopback } from '../server/http/guard.ts';
import { sttBackends } from '../stt/create-stt.ts';
import { type Redaction, redactions } from '../trace/format/redact.ts';
import { fliteVoices, isFliteVoice } from '../tts/flite/flite.ts';
import { toDeviceOption } from './device-argument.ts';
import { type ModelArguments, modelHelp, toModelArguments } from './model-arguments.ts';

export const startHelp = `usage: repartee start [OPTION…]

Serves agents: the call page at /, calls at /v1/call (docs/reference/native-wire.md), /health.

  --agent FILE      an agent module; may be repeated, the first answers by default
                    (default: the examples restaurant, clinic, coffee and front-desk)
  --watch           reload agents when their files are saved; calls keep the version they began with
  --port N          (default 8787; 0: any free one)
  --host ADDRESS    (default 127.0.0.1) anything but loopback needs REPARTEE_API_KEY
  --public-url URL  where browsers and telephone networks reach this server; other names get 403 from all but /health
${modelHelp}  --device NAME     what runs the model: cpu, webgpu, cuda or auto (default auto: a card that the model has a graph for,
                    else the processor; repartee doctor tells what runs here)
  --voice NAME      the voice that agents speak with (default slt):
${Object.entries(fliteVoices)
  .map(([name, about]) => `                    ${name.padEnd(5)} ${about}`)
  .join('\n')}
  --stt NAME        speech-to-text for callers who come as audio; may be repeated: the next one takes over from one
                    that fails
${Object.entries(sttBackends)
  .map(([name, { about }]) => `                    ${name.padEnd(13)} ${about}`)
  .join('\n')}
  --traces DIR      where calls are written down, for the viewer at /traces (default .repartee/traces; off: nowhere)
  --redact WHAT     leave text or numbers out of what is written (default none)
  --otlp URL        an OpenTelemetry collector that takes spans of each turn (default: OTEL_EXPORTER_OTLP_ENDPOINT)
  --max-calls N     calls at once (default 32)
  --drain-ms N      on SIGINT or SIGTERM, how long calls may go on (default 10000)

REPARTEE_API_KEY, when set, is wanted as Authorization: Bearer by HTTP and WebSocket;
the page asks for it. TWILIO_AUTH_TOKEN, with --public-url, lets Twilio call: docs/guide/telephony.md.
`;

export interface StartArguments extends ModelArguments {
  /** Empty: the example agents. */
  readonly agentFiles: readonly string[];
  readonly isWatching: boolean;
  readonly port: number;
  readonly host: string;
  readonly publicUrl?: URL;
  readonly device?: DeviceName;
  readonly voice: string;
  /** Speech-to-text, in the order in which it is tried; empty: there is none. */
  readonly stt: readonly string[];
  /** Undefined: calls are not written down. */
  readonly tracesDir: string | undefined;
  readonly redaction: Redaction;
  /** Undefined: the environment says, or no spans are sent. */
  readonly otlpUrl: URL | undefined;
  readonly maxCalls: number;
  readonly drainMs: number;
}

/** Undefined: help was asked for. Throws UsageError. */
export function parseStartArguments(argv: readonly string[]): StartArguments | undefined {
  const values = parse(argv);
  if (values.help) return undefined;
  const publicUrl = values['public-url'];
  return {
    agentFiles: values.agent ?? [],
    isWatching: values.watch,
    port: toWhole('--port', values.port, 0, 65_535),
    host: values.host,
    ...(publicUrl === undefined ? {} : { publicUrl: toPublicUrl(publicUrl) }),
    ...toDeviceOption(values.device),
    ...toModelArguments(values),
    voice: toVoice(values.voice),
    stt: values.stt ?? [],
    tracesDir: values.traces === 'off' ? undefined : values.traces,
    redaction: toRedaction(values.redact),
    otlpUrl: toOtlpUrl('--otlp', values.otlp),
    maxCalls: toWhole('--max-calls', values['max-calls'], 1, 10_000),
    drainMs: toWhole('--drain-ms', values['drain-ms'], 0, 3_600_000),
  };
}

/** What will probably not do what was meant: a line each. */
export function findHints({ host, publicUrl }: StartArguments): readonly string[] {
  if (isLoopback(host) || publicUrl !== undefined) return [];
  return [
    `--host ${host} without --public-url: other machines get 403 from everything but /health; say where they reach this server, such as --public-url https://voice.example.com`,
  ];
}

function parse(argv: readonly string[]) {
  return parseOptions(argv, {
    agent: { type: 'string', multiple: true },
    watch: { type: 'boolean', default: false },
    port: { type: 'string', default: '8787' },
    host: { type: 'string', default: '127.0.0.1' },
    'public-url': { type: 'string' },
    model: { type: 'string' },
    device: { type: 'string' },
    'model-prices': { type: 'string' },
    voice: { type: 'string', default: 'slt' },
    stt: { type: 'string', multiple: true },
    traces: { type: 'string', default: '.repartee/traces' },
    redact: { type: 'string', default: 'none' },
    otlp: { type: 'string' },
    'max-calls': { type: 'string', default: '32' },
    'drain-ms': { type: 'string', default: '10000' },
    help: { type: 'boolean', short: 'h', default: false },
  });
}

function toVoice(text: string): string {
  if (isFliteVoice(text)) return text;
  throw new UsageError(`--voice is "${text}", expected ${Object.keys(fliteVoices).join(', ')}`);
}

function toRedaction(text: string): Redaction {
  const found = redactions.find((redaction) => redaction === text);
  if (found !== undefined) return found;
  throw new UsageError(`--redact is "${text}", expected ${redactions.join(', ')}`);
}

function toPublicUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (isOrigin) return url;
  throw new UsageError(`--public-url is "${text}", expected scheme and host alone, such as https://voice.example.com`);
}
