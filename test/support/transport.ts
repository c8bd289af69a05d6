import type { Transport } from '../../src/transport/listener.ts';
import { wsTransport } from '../../src/transport/ws.ts';

/** The suite `uws` runs the same tests over the other transport, where its package is installed. */
export const isUws = process.env.REPARTEE_TEST_TRANSPORT === 'uWebSockets.js';

export const transport: Transport = isUws ? (await import('../../src/transport/uws.ts')).uwsTransport : wsTransport;
