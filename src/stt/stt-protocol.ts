// The port to one vendor's socket: how it is opened, what is sent, what its messages mean. Pure: sockets are
// stt-connection.ts.

import type { SttEvent, SttFault } from './stt.ts';

/** Speech-to-text over a WebSocket: audio goes as binary frames of PCM16 at 16 kHz, all else as text. */
export interface SttProtocol {
  /** As users name it, such as `deepgram-flux`. */
  readonly name: string;
  readonly url: string;
  /** Of the handshake; the key is here, and nowhere else. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent first. */
  readonly opening?: string;
  /** Sent where no audio went for `KEEP_ALIVE_MS`: vendors close silent sockets. @default an empty ping frame */
  readonly keepAlive?: string;
  /** Asks for words at once. @default it can't be asked */
  readonly flush?: string;
  /** Says that no audio will follow. @default the socket is closed */
  readonly closing?: string;
  /** Milliseconds of audio that a frame holds at least: some vendors refuse shorter ones. @default 20 */
  readonly frameMs?: number;
  /** For one socket: messages build on each other. Never throws. */
  createReader(): (message: unknown) => SttReading;
}

export type SttReading =
  | readonly Exclude<SttEvent, { type: 'failed' }>[]
  | { readonly fault: SttFault; readonly message: string };

/** `url` with more in its query. */
export function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const asked = new URL(url);
  for (const [name, value] of Object.entries(query)) asked.searchParams.set(name, value);
  return asked.href;
}

/** Where a vendor's word ends, in its unit, as milliseconds. */
export function toEndMs(words: readonly { readonly end?: number | undefined }[] | undefined, unitMs: number) {
  const end = words?.at(-1)?.end;
  return end === undefined || !Number.isFinite(end) ? {} : { endMs: Math.round(end * unitMs) };
}

/** Texts one behind the other. */
export function join(...texts: readonly string[]): string {
  return texts
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join(' ');
}
