// vosk-server: a recogniser on one's own machine.

import { z } from 'zod';
import { type SttProtocol, type SttReading, toEndMs } from './stt-protocol.ts';

const message = z.union([
  z.object({ partial: z.string() }),
  z.object({ text: z.string(), result: z.array(z.object({ end: z.number().optional() })).optional() }),
]);

/** vosk-server's protocol; its `text` ends a turn. Source: github.com/alphacep/vosk-server, websocket. */
export function vosk(url: string): SttProtocol {
  return {
    name: 'vosk',
    url,
    headers: {},
    opening: '{"config":{"sample_rate":16000,"words":true}}',
    closing: '{"eof":1}',
    createReader: () => read,
  };
}

function read(given: unknown): SttReading {
  const { success, data } = message.safeParse(given);
  if (!success) return [];
  if ('partial' in data) return data.partial === '' ? [] : [{ type: 'words', text: data.partial }];
  return data.text === '' ? [] : [{ type: 'turn.ended', text: data.text, ...toEndMs(data.result, 1000) }];
}
