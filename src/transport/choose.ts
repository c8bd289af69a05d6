import type { Transport } from './listener.ts';
import { wsTransport } from './ws.ts';

export interface Choice {
  readonly transport: Transport;
  /** Why uWebSockets.js, which is there, can't be used; undefined: it is, or nobody installed it. */
  readonly reason?: string;
}

/** uWebSockets.js where its package is installed and loads on this machine, else ws. */
export async function chooseTransport(): Promise<Choice> {
  try {
    const { uwsTransport } = await import('./uws.ts');
    return { transport: uwsTransport };
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    const [line = ''] = error instanceof Error ? error.message.split('\n') : [];
    return { transport: wsTransport, ...(isAbsent ? {} : { reason: `uWebSockets.js: ${line}` }) };
  }
}
