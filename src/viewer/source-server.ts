// Calls of the server that served this page. Its key stays in this tab's memory.

import type { CallSummary } from '../trace/format/summary.ts';
import { createEventReader } from './event-stream.ts';
import { type Follower, Locked, type TraceSource } from './source.ts';

export interface ServerSource extends TraceSource {
  useKey(key: string): void;
}

const TRACES_PATH = '/v1/traces';
const LINE_FEED_BYTE = 0x0a;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 8000;

export function createServerSource(): ServerSource {
  let key: string | undefined;

  async function ask(
    path: string,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
    sent?: Readonly<Record<string, unknown>>,
  ) {
    const authorization = key === undefined ? undefined : { authorization: `Bearer ${key}` };
    const response = await fetch(path, {
      headers: { ...headers, ...authorization },
      ...(signal ? { signal } : {}),
      ...(sent ? { method: 'POST', body: JSON.stringify(sent) } : {}),
    });
    if (response.status === 401) throw new Locked('This server asks for its key.');
    if (response.status === 404) throw new Missing('There is no such call on this server (any more).');
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    return response;
  }

  /** All that the file holds now, and where that ends, in bytes. */
  async function readWhole(
    path: string,
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly end: number }> {
    const response = await ask(path, {}, signal);
    const bytes = new Uint8Array(await response.arrayBuffer());
    // A line that is being written comes whole with the events.
    const end = bytes.lastIndexOf(LINE_FEED_BYTE) + 1;
    return { text: new TextDecoder().decode(bytes.subarray(0, end)), end };
  }

  async function follow(id: string, { grew, ended, failed }: Follower, signal: AbortSignal): Promise<void> {
    const path = `${TRACES_PATH}/${encodeURIComponent(id)}`;
    let at: string | undefined;
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        if (at === undefined) {
          const { text, end } = await readWhole(path, signal);
          at = String(end);
          grew(text);
        }
        const response = await ask(`${path}/events`, { accept: 'text/event-stream', 'last-event-id': at }, signal);
        if (response.status === 204) return ended();
        const read = createEventReader((event) => {
          at = event.id;
          pauseMs = FIRST_PAUSE_MS;
          grew(`${event.data}\n`);
        });
        const decoder = new TextDecoder();
        const reader = response.body?.getReader();
        for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read())
          read(decoder.decode(chunk.value, { stream: true }));
      } catch (error) {
        if (signal.aborted) return;
        failed(error instanceof Error && !(error instanceof TypeError) ? error.message : UNREACHABLE_NOTE);
        if (error instanceof Locked || error instanceof Missing) return;
      }
      // Many viewers that lost one server must not come back at the same moment.
      await pause(pauseMs * (0.75 + Math.random() / 2), signal);
      pauseMs = Math.min(MAX_PAUSE_MS, 2 * pauseMs);
    }
  }

  return {
    useKey(given) {
      key = given;
    },
    async list() {
      const response = await ask(TRACES_PATH, {}).catch((error: unknown) => {
        throw error instanceof TypeError ? new Error(UNREACHABLE_NOTE) : error;
      });
      const body: { readonly calls: readonly CallSummary[] } = await response.json();
      return body.calls;
    },
    async search(words) {
      const body: { readonly ids: readonly string[] } = await (
        await ask(`${TRACES_PATH}/search`, {}, undefined, { words })
      ).json();
      return body.ids;
    },
    follow(id, follower) {
      const stopping = new AbortController();
      void follow(id, follower, stopping.signal);
      return () => stopping.abort();
    },
  };
}

const UNREACHABLE_NOTE = 'The server can’t be reached; trying again.';

class Missing extends Error {}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
