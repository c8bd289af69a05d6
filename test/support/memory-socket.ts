import type { Clock } from '../../src/base/clock.ts';
import type { Socket, SocketListener } from '../../src/transport/socket.ts';

export interface MemorySocket extends Socket {
  /** What the server sent, in order. */
  readonly frames: readonly (string | Uint8Array)[];
  /** Of the server's close frame. */
  readonly closeCode: number | undefined;
  readonly isOpen: boolean;
  /** The peer's side; nothing arrives after a close frame. */
  tell(what: (listener: SocketListener) => void): void;
  /** The peer goes without a close frame. */
  vanish(): void;
}

/** A socket without a network, whose peer answers a close frame after `closeGraceMs`, as one that is cut off does. */
export function createMemorySocket(clock: Clock, closeGraceMs: number): MemorySocket {
  const frames: (string | Uint8Array)[] = [];
  let listener: SocketListener | undefined;
  let closeCode: number | undefined;
  let isOpen = true;
  const end = (code: number) => {
    isOpen = false;
    clock.setTimeout(() => listener?.closed(code), closeGraceMs);
  };
  return {
    frames,
    get closeCode() {
      return closeCode;
    },
    get isOpen() {
      return isOpen;
    },
    unsentBytes: 0,
    send(frame) {
      if (isOpen) frames.push(frame);
    },
    close(code) {
      if (!isOpen) return;
      closeCode = code;
      end(code);
    },
    listen(given) {
      listener = given;
    },
    tell(what) {
      if (isOpen && listener) what(listener);
    },
    vanish() {
      if (isOpen) end(1006);
    },
  };
}
