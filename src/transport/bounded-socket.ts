import type { Socket } from './socket.ts';

export interface SendBound {
  readonly maxBytes: number;
  /** Told once; to close the socket is the owner's part. */
  readonly overflowed: (unsentBytes: number) => void;
}

/**
 * A socket whose peer must read: once more than `maxBytes` wait to be sent it says so and drops every further frame.
 */
export function boundSocket(socket: Socket, { maxBytes, overflowed }: SendBound): Socket {
  let isOverflowed = false;
  return {
    send(frame) {
      if (isOverflowed) return;
      socket.send(frame);
      if (socket.unsentBytes <= maxBytes) return;
      isOverflowed = true;
      overflowed(socket.unsentBytes);
    },
    close: (code, reason) => socket.close(code, reason),
    get unsentBytes() {
      return socket.unsentBytes;
    },
    listen: (listener) => socket.listen(listener),
  };
}
