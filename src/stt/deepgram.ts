// Deepgram's models of dictation (v1 listen): segments of words, and where the caller pauses.

import { z } from 'zod';
import { join, type SttProtocol, type SttReading, toEndMs, withQuery } from './stt-protocol.ts';

const LISTEN_URL = 'wss://api.deepgram.com/v1/listen';
const LISTEN_MODEL = 'nova-3';
/** Silence that ends a segment; and a turn, where words make no pause. Vendor's bounds: 10 and up, 1000 and up. */
const ENDPOINTING_MS = 300;
const UTTERANCE_END_MS = 1000;

const message = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('Results'),
    is_final: z.boolean().optional(),
    speech_final: z.boolean().optional(),
    channel: z.object({
      alternatives: z
        .array(
          z.object({ transcript: z.string(), words: z.array(z.object({ end: z.number().optional() })).optional() }),
        )
        .min(1),
    }),
  }),
  z.object({ type: z.literal('UtteranceEnd') }),
  z.object({ type: z.literal('SpeechStarted') }),
]);

export interface DeepgramOptions {
  readonly key: string;
  /** @default nova-3 */
  readonly model?: string;
  /** @default Deepgram's own */
  readonly url?: string;
}

/** Deepgram's v1 listen. A turn ends at `speech_final`, or at `UtteranceEnd`. Source: developers.deepgram.com. */
export function deepgram({ key, model = LISTEN_MODEL, url = LISTEN_URL }: DeepgramOptions): SttProtocol {
  const query = {
    model,
    encoding: 'linear16',
    sample_rate: '16000',
    channels: '1',
    interim_results: 'true',
    vad_events: 'true',
    endpointing: String(ENDPOINTING_MS),
    utterance_end_ms: String(UTTERANCE_END_MS),
  };
  return {
    name: 'deepgram',
    url: withQuery(url, query),
    headers: { authorization: `Token ${key}` },
    keepAlive: '{"type":"KeepAlive"}',
    flush: '{"type":"Finalize"}',
    closing: '{"type":"CloseStream"}',
    createReader,
  };
}

/** One utterance spans several segments: those that won't change any more are kept before the one that may. */
function createReader(): (given: unknown) => SttReading {
  let kept = '';
  let last: { endMs?: number } = {};
  return (given) => {
    const { success, data } = message.safeParse(given);
    if (!success) return [];
    if (data.type === 'SpeechStarted') return [{ type: 'speech.started' }];
    if (data.type === 'UtteranceEnd') return end();
    const [alternative] = data.channel.alternatives;
    if (alternative === undefined) return [];
    const text = join(kept, alternative.transcript);
    last = { ...last, ...toEndMs(alternative.words, 1000) };
    if (data.is_final) kept = text;
    if (data.speech_final) return end();
    return text === '' ? [] : [{ type: 'words', text, ...last }];
  };

  function end(): SttReading {
    const text = kept;
    const words = { text, ...last };
    kept = '';
    last = {};
    return text === '' ? [] : [{ type: 'turn.ended', ...words }];
  }
}
