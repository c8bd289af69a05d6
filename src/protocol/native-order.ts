// The order that messages on one socket must keep: a message in, a problem or nothing out. Knows no socket and no call.

import { opensTurn } from '../events/vocabulary.ts';
import type { ClientMessage, Problem } from './native-messages.ts';

export interface MessageOrder {
  /** Why this message can't come now; undefined: it can. A refused message changes nothing. */
  check(message: ClientMessage): Problem | undefined;
  /** To be called once a call.started was taken. */
  startCall(): void;
}

/** The order of one socket: call.started once and first, and caller turns that never go back. */
export function createMessageOrder(): MessageOrder {
  let isStarted = false;
  let lastTurn = 0;
  return {
    check(message) {
      if (message.type === 'call.started')
        return isStarted ? problem('call-already-started', 'this socket has its call; open another one') : undefined;
      if (!isStarted) return problem('call-not-started', `${message.type} came before call.started`);
      if (!opensTurn(message)) return undefined;
      if (message.turn < lastTurn)
        return problem('turn-went-back', `${message.type}: turn ${message.turn} came after turn ${lastTurn}`);
      lastTurn = message.turn;
      return undefined;
    },
    startCall() {
      isStarted = true;
    },
  };
}

function problem(code: Problem['code'], message: string): Problem {
  return { code, message };
}
