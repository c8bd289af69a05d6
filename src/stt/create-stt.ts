// Speech-to-text by name: what users write on the command line, and the backends that it stands for.

import type { Clock } from '../base/clock.ts';
import { RuntimeError } from '../errors.ts';
import { assemblyAi } from './assemblyai.ts';
import { deepgram } from './deepgram.ts';
import { deepgramFlux } from './deepgram-flux.ts';
import type { Stt } from './stt.ts';
import { type ConnectionProblem, connectStt } from './stt-connection.ts';
import type { SttProtocol } from './stt-protocol.ts';
import { ResilientSttStream } from './stt-stream.ts';
import { vosk } from './vosk.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Backend {
  readonly about: string;
  /** `value`: what stands behind `=`. */
  create(value: string | undefined, environment: Environment): SttProtocol;
}

/** By name; what users may write behind it is in `about`. */
export const sttBackends: Readonly<Record<string, Backend>> = {
  'deepgram-flux': {
    about: 'Deepgram Flux, which tells ends of turns; DEEPGRAM_API_KEY; =MODEL',
    create: (model, environment) => deepgramFlux({ ...keyed('DEEPGRAM', environment), ...(model ? { model } : {}) }),
  },
  deepgram: {
    about: 'Deepgram v1; DEEPGRAM_API_KEY; =MODEL',
    create: (model, environment) => deepgram({ ...keyed('DEEPGRAM', environment), ...(model ? { model } : {}) }),
  },
  assemblyai: {
    about: 'AssemblyAI v3; ASSEMBLYAI_API_KEY',
    create: (_, environment) => assemblyAi(keyed('ASSEMBLYAI', environment)),
  },
  vosk: {
    about: "a vosk-server of one's own: vosk=ws://127.0.0.1:2700",
    create: (url) => vosk(toSocketUrl('vosk', url)),
  },
};

/**
 * Backends by name, in the order in which they are tried: `deepgram-flux`, `vosk=ws://127.0.0.1:2700`. Throws
 * RuntimeError `stt-unknown`, `stt-key-missing`, `stt-url-invalid`.
 */
export function toSttProtocols(names: readonly string[], environment: Environment): readonly SttProtocol[] {
  return names.map((given) => {
    const [name = '', ...rest] = given.split('=');
    const backend = Object.hasOwn(sttBackends, name) ? sttBackends[name] : undefined;
    if (backend === undefined)
      throw new RuntimeError(
        'stt-unknown',
        `there is no speech-to-text "${name}"; choose of ${Object.keys(sttBackends).join(', ')}`,
      );
    return backend.create(rest.length === 0 ? undefined : rest.join('='), environment);
  });
}

export interface SttOptions {
  readonly clock: Clock;
  /** A connection failed: for a log. */
  readonly failed: (name: string, problem: ConnectionProblem) => void;
}

/** Speech-to-text over `protocols`, in the order in which they are tried; one at least. */
export function createStt(protocols: readonly SttProtocol[], options: SttOptions): Stt {
  return {
    start: (report) => new ResilientSttStream({ ...options, protocols, connect: connectStt, report }),
  };
}

/** The key, and the address of the same API elsewhere, of the environment. */
function keyed(vendor: string, environment: Environment): { readonly key: string; readonly url?: string } {
  const key = environment[`${vendor}_API_KEY`];
  if (!key) throw new RuntimeError('stt-key-missing', `speech-to-text of ${vendor} wants a key: set ${vendor}_API_KEY`);
  const url = environment[`${vendor}_STT_URL`];
  return { key, ...(url ? { url: toSocketUrl(`${vendor}_STT_URL`, url) } : {}) };
}

function toSocketUrl(what: string, text: string | undefined): string {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'ws:' || url?.protocol === 'wss:') return url.href;
  throw new RuntimeError(
    'stt-url-invalid',
    `${what} wants an address such as ws://127.0.0.1:2700, not "${text ?? ''}"`,
  );
}
