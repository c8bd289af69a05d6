// The port to one open socket: frames, closing and back-pressure. Never knows what a frame means.

export interface Socket {
  /** Queues one text or binary frame; ignored once the socket closes. The bytes must not change until they are sent. */
  send(frame: string | Uint8Array): void;
  /** Sends a close frame; a peer that doesn't answer it is cut off after a grace period. Harmless when repeated. */
  close(code: number, reason: string): void;
  /** Queued in this process and not yet taken by the network. */
  readonly unsentBytes: number;
  /** To be called once, in the same tick in which the socket was received. */
  listen(listener: SocketListener): void;
}

export interface SocketListener {
  text(text: string): void;
  /** A binary frame; its bytes may change afterwards. */
  binary(bytes: Uint8Array): void;
  /**
   * More frames came within one second than the transport was told to take; the socket stays open until it is closed.
   */
  flooded(): void;
  /** Told once, last: the code of the first close frame, whichever side sent it; 1006: there was none. */
  closed(code: number): void;
}
