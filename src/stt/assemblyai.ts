// AssemblyAI's streaming API (v3).

import { z } from 'zod';
import { type SttProtocol, type SttReading, toEndMs, withQuery } from './stt-protocol.ts';

const STREAMING_URL = 'wss://streaming.assemblyai.com/v3/ws';

const message = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['Begin', 'Heartbeat', 'Silence', 'Warning', 'Termination']) }),
  z.object({ type: z.literal('SpeechStarted') }),
  z.object({
    type: z.literal('Turn'),
    end_of_turn: z.boolean(),
    transcript: z.string(),
    words: z.array(z.object({ text: z.string(), end: z.number().optional() })).optional(),
  }),
  z.object({ type: z.literal('Error'), error_code: z.number().optional(), error: z.string() }),
]);

export interface AssemblyAiOptions {
  readonly key: string;
  /** @default AssemblyAI's own */
  readonly url?: string;
}

/** AssemblyAI's v3: `end_of_turn` ends turns. Source: assemblyai.com/docs, streaming. */
export function assemblyAi({ key, url = STREAMING_URL }: AssemblyAiOptions): SttProtocol {
  const query = { sample_rate: '16000', encoding: 'pcm_s16le', format_turns: 'false' };
  return {
    name: 'assemblyai',
    url: withQuery(url, query),
    headers: { authorization: key },
    keepAlive: '{"type":"KeepAlive"}',
    flush: '{"type":"ForceEndpoint"}',
    closing: '{"type":"Terminate"}',
    // Frames of less than 50 ms are refused.
    frameMs: 60,
    createReader: () => read,
  };
}

function read(given: unknown): SttReading {
  const { success, data } = message.safeParse(given);
  if (!success) return [];
  if (data.type === 'SpeechStarted') return [{ type: 'speech.started' }];
  if (data.type === 'Error') {
    // 1008 and 4001: not authorised; 4029, 1013: too many.
    const fault =
      data.error_code === 4001 ? 'key-refused' : data.error_code === 4029 ? 'rate-limited' : 'server-failed';
    return { fault, message: data.error };
  }
  if (data.type !== 'Turn') return [];
  // The transcript holds words that won't change; the last ones may be in `words` alone.
  const said = data.words?.map(({ text }) => text).join(' ') ?? '';
  const text = said.length > data.transcript.length ? said : data.transcript;
  if (text === '') return [];
  return [{ type: data.end_of_turn ? 'turn.ended' : 'words', text, ...toEndMs(data.words, 1) }];
}
