// Deepgram Flux (v2 listen): its model of conversation says when turns end.

import { z } from 'zod';
import { type SttProtocol, type SttReading, toEndMs, withQuery } from './stt-protocol.ts';

const FLUX_URL = 'wss://api.deepgram.com/v2/listen';
const FLUX_MODEL = 'flux-general-en';

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Connected') }),
  z.object({
    type: z.literal('TurnInfo'),
    event: z.enum(['Update', 'StartOfTurn', 'EagerEndOfTurn', 'TurnResumed', 'EndOfTurn']),
    transcript: z.string(),
    words: z.array(z.object({ end: z.number().optional() })).optional(),
  }),
  z.object({ type: z.literal('Error'), code: z.string(), description: z.string().optional() }),
  z.object({ type: z.enum(['ConfigureSuccess', 'ConfigureFailure']) }),
]);

export interface FluxOptions {
  readonly key: string;
  /** @default flux-general-en */
  readonly model?: string;
  /** @default Deepgram's own */
  readonly url?: string;
}

/**
 * Deepgram's Flux. Its end of turn is eager from a confidence of .5 on (drafts are written then) and sure from .7 on.
 * Source: developers.deepgram.com, v2 listen.
 */
export function deepgramFlux({ key, model = FLUX_MODEL, url = FLUX_URL }: FluxOptions): SttProtocol {
  const query = { model, encoding: 'linear16', sample_rate: '16000', eager_eot_threshold: '0.5' };
  return {
    name: 'deepgram-flux',
    url: withQuery(url, query),
    headers: { authorization: `Token ${key}` },
    flush: '{"type":"ForceEndTurn"}',
    closing: '{"type":"CloseStream"}',
    // It asks for pieces of about 80 ms.
    frameMs: 80,
    createReader: () => read,
  };
}

function read(given: unknown): SttReading {
  const { success, data } = message.safeParse(given);
  // Messages of a later version say nothing that is known here.
  if (!success) return [];
  if (data.type === 'Error')
    return { fault: 'server-failed', message: `${data.code} ${data.description ?? ''}`.trim() };
  if (data.type !== 'TurnInfo') return [];
  const words = { text: data.transcript, ...toEndMs(data.words, 1000) };
  switch (data.event) {
    case 'StartOfTurn':
      return [{ type: 'speech.started' }, { type: 'words', ...words }];
    case 'Update':
    case 'TurnResumed':
      return [{ type: 'words', ...words }];
    case 'EagerEndOfTurn':
      return [{ type: 'turn.ending', ...words }];
    case 'EndOfTurn':
      return [{ type: 'turn.ended', ...words }];
    default:
      return [];
  }
}
