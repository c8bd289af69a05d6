import { toUnion } from '../../src/events/definition.ts';
import { serverSchemas } from '../../src/events/vocabulary.ts';
import type { ServerMessage } from '../../src/protocol/native-messages.ts';

const serverMessageSchema = toUnion<ServerMessage>(serverSchemas);

/** Reads a server's text frame; throws when it breaks the native wire as documented. */
export function parseServerMessage(json: string): ServerMessage {
  return serverMessageSchema.parse(JSON.parse(json));
}
