// Turns of many calls in, the counts that `talk --json` ends with out.

import type { Agent } from '../agent/agent.ts';
import { percentile } from '../base/percentile.ts';
import { listWords } from '../base/words.ts';
import type { TurnRecord } from './turn-log.ts';

/** Each answered turn is of one class: the ones that called a tool, and the others by what became of their draft. */
export type TurnClass = 'hit' | 'repaired' | 'missed' | 'tool';

export interface Percentiles {
  readonly p50: number | null;
  readonly p99: number | null;
}

export interface TalkSummary {
  readonly calls: number;
  /** Committed turns of callers. */
  readonly turns: number;
  /** Turns with words in answer. */
  readonly replies: number;
  /** Calls of tools that their turn came to. */
  readonly toolCalls: number;
  /** Turns without a word in answer that nobody interrupted. */
  readonly empty: number;
  /** Replies that say four words in a row twice. */
  readonly looped: number;
  /** Calls that name no tool of the agent, or whose arguments break its schema. */
  readonly invalidArguments: number;
  /** Replies with the agent's apology. */
  readonly fallbackLines: number;
  readonly hits: number;
  readonly repaired: number;
  readonly missed: number;
  readonly toolTurns: number;
  readonly firstTextMs: Readonly<Record<TurnClass, Percentiles>>;
}

export interface TalkedCall {
  readonly agent: Agent;
  /** Without the greeting. */
  readonly turns: readonly TurnRecord[];
}

export function summariseTalk(calls: readonly TalkedCall[]): TalkSummary {
  const turns = calls.flatMap((call) => call.turns);
  const committedCalls = calls.flatMap(({ agent, turns }) =>
    turns.flatMap((turn) => usedTools(turn).map((tool) => ({ agent, tool }))),
  );
  const ofClass = (name: TurnClass) => turns.filter((turn) => classOf(turn) === name);
  const firstText = (name: TurnClass) => toPercentiles(ofClass(name).map((turn) => turn.measured?.firstTextMs));
  return {
    calls: calls.length,
    turns: turns.length,
    replies: turns.filter((turn) => turn.reply !== '').length,
    toolCalls: committedCalls.length,
    empty: turns.filter((turn) => turn.reply === '' && !turn.interrupted).length,
    looped: turns.filter((turn) => isLooped(turn.reply)).length,
    invalidArguments: committedCalls.filter(({ agent, tool }) => {
      const known = agent.tools.find(({ name }) => name === tool.name);
      return known === undefined || known.check(tool.arguments) !== undefined;
    }).length,
    fallbackLines: calls
      .flatMap(({ agent, turns }) => turns.map((turn) => turn.reply.includes(agent.say.apology)))
      .filter((isFallback) => isFallback).length,
    hits: ofClass('hit').length,
    repaired: ofClass('repaired').length,
    missed: ofClass('missed').length,
    toolTurns: ofClass('tool').length,
    firstTextMs: {
      hit: firstText('hit'),
      repaired: firstText('repaired'),
      missed: firstText('missed'),
      tool: firstText('tool'),
    },
  };
}

/** Undefined for a turn that was never answered. */
export function classOf(turn: TurnRecord): TurnClass | undefined {
  if (turn.measured === undefined) return undefined;
  return usedTools(turn).length > 0 ? 'tool' : turn.measured.draft;
}

export function toPercentiles(values: readonly (number | undefined)[]): Percentiles {
  const known = values.filter((value) => value !== undefined);
  return { p50: percentile(known, 0.5), p99: percentile(known, 0.99) };
}

/** Four words in a row that come twice. */
export function isLooped(text: string): boolean {
  const words = listWords(text);
  const seen = new Set<string>();
  for (let end = 4; end <= words.length; end++) {
    const gram = words.slice(end - 4, end).join(' ');
    if (seen.has(gram)) return true;
    seen.add(gram);
  }
  return false;
}

function usedTools(turn: TurnRecord) {
  return turn.tools.filter((tool) => !tool.speculative);
}
