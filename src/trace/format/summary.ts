// A call file in, the figures of its turns out: what a list of calls, percentiles and a comparison are made of. Pure.

import { type Bills, sumBills } from './bills.ts';
import type { CallFile, RecordedEvent } from './call-file.ts';
import { describeOutcome, type ToolOutcome } from './tool-outcome.ts';

/** One measured turn; milliseconds from the caller's last word. */
export type TurnFigures = Pick<
  Extract<RecordedEvent, { readonly type: 'turn.measured' }>,
  'turn' | 'totalMs' | 'partsUs' | 'draft'
>;

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
  /** How it came to its end, in words; undefined: the file doesn't say. */
  readonly end?: string;
  /** What the last tool came to that was called after its turn was committed. */
  readonly lastTool?: { readonly name: string } & ToolOutcome;
  /** What a model over the network cost. */
  readonly bills?: Bills;
  /** Why the file, or its end, can't be read: in words for people. */
  readonly problem?: string;
}

type Closed = Extract<RecordedEvent, { readonly type: 'call.closed' }>;

const endings: Readonly<Record<Closed['reason'], string>> = {
  'caller-hung-up': 'caller hung up',
  'agent-hung-up': 'agent hung up',
  transferred: 'put through',
  'caller-silent': 'caller silent',
  'too-long': 'too long',
  voicemail: 'voicemail',
  'agent-failed': 'agent failed',
  'stt-failed': 'speech-to-text failed',
};

/** Who or what ended a call. */
export function describeEnd({ reason, transfer }: Pick<Closed, 'reason' | 'transfer'>): string {
  return transfer === undefined ? endings[reason] : `${endings[reason]} to ${transfer.to}`;
}

/** Nothing more will be written here: the caller hung up, or whatever else closed the call, or its file. */
export function isEnd({ type }: Pick<RecordedEvent, 'type'>): boolean {
  return type === 'call.ended' || type === 'call.closed' || type === 'file.continued';
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
  const closed = events.findLast((event) => event.type === 'call.closed');
  const tool = events.findLast((event) => event.type === 'tool.ended' && !event.speculative);
  const bills = sumBills(events.filter((event) => event.type === 'draft.billed'));
  return {
    id,
    agent: header.agent,
    ...(header.startedAt === undefined ? {} : { startedAt: header.startedAt }),
    durationMs: events.at(-1)?.atMs ?? 0,
    hasEnded: events.some(isEnd),
    turns,
    ...(closed?.type === 'call.closed' ? { end: describeEnd(closed) } : {}),
    ...(tool?.type === 'tool.ended'
      ? { lastTool: { name: tool.name, ...describeOutcome(tool.result, tool.error) } }
      : {}),
    ...(bills && { bills }),
    ...(tornLine === undefined ? {} : { problem: `line ${tornLine} was cut off while it was written` }),
  };
}
