// An agent's hooks during a call: what was said, what a tool came to, what a turn took. Called after what they tell of
// has left, never waited for.

import type { Agent } from '../agent/agent.ts';
import type { CallContext } from '../agent/call-context.ts';
import type { TurnHooks as AgentHooks, TurnLedger } from '../agent/turn-hooks.ts';
import type { Emitted } from '../conversation/events.ts';
import type { CallerEvent } from '../events.ts';

export type TurnHook = keyof AgentHooks;

export interface TurnHooks {
  /** Of the caller, as the call took it. */
  heard(event: CallerEvent): void;
  observe(event: Emitted): void;
}

export interface TurnHooksOptions {
  /** Who answers now. */
  readonly answering: () => Agent;
  readonly contextOf: (agent: Agent) => CallContext;
  readonly run: (agent: Agent, name: TurnHook, hook: () => void | Promise<void>) => void;
}

export function createTurnHooks({ answering, contextOf, run }: TurnHooksOptions): TurnHooks {
  /** The committed turn whose reply has not ended. */
  let openTurn: number | undefined;
  let ledger: TurnLedger | undefined;

  function heard(event: CallerEvent): void {
    const agent = answering();
    const { onTranscript } = agent;
    if (onTranscript === undefined || event.type !== 'transcript.updated') return;
    const { turn, text, state } = event;
    run(agent, 'onTranscript', () => onTranscript({ call: contextOf(agent), turn, text, state }));
  }

  function endTurn(turn: number): void {
    const agent = answering();
    const { onTurn } = agent;
    if (turn !== openTurn) return;
    openTurn = undefined;
    if (onTurn === undefined) return;
    run(agent, 'onTurn', () => {
      const call = contextOf(agent);
      return onTurn({ call, turn, transcript: call.transcript, ledger: ledger?.turn === turn ? ledger : undefined });
    });
  }

  function observe(event: Emitted): void {
    switch (event.type) {
      case 'turn.committed':
        openTurn = event.turn;
        ledger = undefined;
        return;
      case 'turn.taken-back':
        openTurn = undefined;
        return;
      case 'turn.measured': {
        const { type: _, ...measured } = event;
        ledger = measured;
        return;
      }
      case 'tool.ended': {
        const agent = answering();
        const { onToolEnd } = agent;
        const { type: _, ...ended } = event;
        if (onToolEnd) run(agent, 'onToolEnd', () => onToolEnd({ call: contextOf(agent), ...ended }));
        return;
      }
      case 'reply.ended':
        endTurn(event.turn);
    }
  }

  return { heard, observe };
}
