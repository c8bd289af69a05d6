// A call file in, the figures of its turns out: what a list of calls, percentiles and a comparison are made of. Pure.

import type { CallFile, RecordedEvent } from './call-file.ts';

/** One measured turn; milliseconds from the caller's last word. */
export interface TurnFigures {
  readonly turn: number;
  readonly totalMs: number;
  readonly partsUs: Readonly<Record<string, number>>;
  readonly draft: 'hit' | 'repaired' | 'missed';
}

export interface CallSummary {
  /** The file's name without its ending. */
  readonly id: string;
  readonly agent: string;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly durationMs: number;
  /** The call's end was written down, or nothing more will be. */
  readonly hasEnded: boolean;
  readonly turns: readonly TurnFigures[];
  /** Why the file, or its end, can't be read: in words for people. */
  readonly problem?: string;
}

const ends: readonly RecordedEvent['type'][] = ['call.ended', 'call.closed', 'file.continued'];

/** Nothing more will be written here: the caller hung up, or whatever else closed the call, or its file. */
export function isEnd({ type }: Pick<RecordedEvent, 'type'>): boolean {
  return ends.includes(type);
}

export function summarise(id: string, file: CallFile): CallSummary {
  if (file.state === 'damaged') {
    const problem = `line ${file.line} ${file.problem}`;
    return { id, agent: '', durationMs: 0, hasEnded: true, turns: [], problem };
  }
  const { header, events, tornLine } = file;
  const turns = events.flatMap((event): TurnFigures[] => {
    if (event.type !== 'turn.measured') return [];
    const { turn, totalMs, partsUs, draft } = event;
    return [{ turn, totalMs, partsUs, draft }];
  });
  return {
    id,
    agent: header.agent,
    ...(header.startedAt === undefined ? {} : { startedAt: header.startedAt }),
    durationMs: events.at(-1)?.atMs ?? 0,
    hasEnded: events.some(isEnd),
    turns,
    ...(tornLine === undefined ? {} : { problem: `line ${tornLine} was cut off while it was written` }),
  };
}

/** The smallest value that `share` (0..1) of all values do not exceed; undefined of none. */
export function percentileOf(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
