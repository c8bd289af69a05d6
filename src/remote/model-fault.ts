// How a model over the network can fail, by name, and what may be told of it: never its key.

import { RuntimeError } from '../errors.ts';
import type { ModelFaultKind } from '../events.ts';

/** An answer of a model over the network that can't be used. */
export class ModelFault extends RuntimeError {
  readonly kind: ModelFaultKind;
  /** Of the HTTP answer, if there was one. */
  readonly status: number | undefined;
  /** What the server asks to wait before another request. */
  readonly retryAfterMs: number | undefined;
  /** The server's own words, without the key. */
  readonly detail: string | undefined;

  constructor(
    kind: ModelFaultKind,
    message: string,
    more: { readonly status?: number; readonly retryAfterMs?: number; readonly detail?: string } = {},
  ) {
    super('model-fault', message);
    this.kind = kind;
    this.status = more.status;
    this.retryAfterMs = more.retryAfterMs;
    this.detail = more.detail;
  }
}

/** Asked again, the same server would say the same. */
export function isFinal({ kind }: ModelFault): boolean {
  return kind === 'key-refused' || kind === 'request-refused';
}
