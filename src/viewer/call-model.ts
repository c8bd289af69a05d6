// The lines of a call file in, its turns out: what was said, drafted, run and heard, each with its time. Pure.

import { type Bill, type Bills, sumBills } from '../trace/format/bills.ts';
import type { CallHeader, RecordedEvent } from '../trace/format/call-file.ts';
import { describeEnd, isEnd } from '../trace/format/summary.ts';
import { describeOutcome, type ToolOutcome } from '../trace/format/tool-outcome.ts';

type Event<Type extends RecordedEvent['type']> = Extract<RecordedEvent, { type: Type }>;

export type Measured = Event<'turn.measured'>;

export interface Said {
  readonly atMs: number;
  readonly text: string;
}

/** The draft after one forward of the model. */
export interface DraftStep extends Said {
  readonly draft: number;
  readonly step: number;
  readonly stage: string;
  readonly act: string;
  readonly tookUs: number;
  /** What the model gave the end of the caller's turn, 0 to 1; 0 where it was not asked. */
  readonly pEndOfTurn: number;
  /** By argument of a call, how sure the model is of its value. */
  readonly confidences: Readonly<Record<string, number>>;
  /** From and to: where the text changed in this step. */
  readonly fixed: readonly (readonly [number, number])[];
}

export interface Draft {
  readonly draft: number;
  readonly cause: string;
  /** The caller's words that it answers. */
  readonly words: string;
  readonly startMs: number;
  endMs: number;
  outcome: string;
  modelUs: number;
  savedUs: number;
  neededUs: number;
  wastedUs: number;
  readonly steps: DraftStep[];
}

export interface Tool {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly startMs: number;
  endMs: number | undefined;
  /** Started while the caller still spoke. */
  readonly isSpeculative: boolean;
  /** A speculative one whose turn came to the same call. */
  isAdopted: boolean;
  /** Undefined while it runs. */
  outcome: ToolOutcome | undefined;
  /** What it gave or threw, as JSON for people. */
  answer: string;
}

export interface Turn {
  readonly turn: number;
  readonly startMs: number;
  endMs: number;
  /** When the caller stopped speaking: the zero of the turn's time. */
  userSpeechEndedMs: number | undefined;
  caller: string;
  readonly partials: Said[];
  readonly drafts: Draft[];
  readonly tools: Tool[];
  readonly grown: Said[];
  readonly heardAt: Said[];
  reply: string;
  heard: string;
  isInterrupted: boolean;
  voice: { fromMs: number; toMs: number } | undefined;
  measured: Measured | undefined;
  /** Of answers of a model over the network. */
  readonly bills: Bill[];
}

export interface Peaks {
  readonly fromMs: number;
  readonly peaks: readonly number[];
}

export interface CallModel {
  readonly header: CallHeader;
  readonly turns: readonly Turn[];
  readonly durationMs: number;
  readonly hasEnded: boolean;
  /** Of the agent's voice. */
  readonly peaks: readonly Peaks[];
  /** What went wrong, in the call's own words. */
  readonly notes: readonly Said[];
  /** What a model over the network cost in all. */
  readonly bills: Bills | undefined;
}

export function toCallModel(header: CallHeader, events: readonly RecordedEvent[]): CallModel {
  const turns = new Map<number, Turn>();
  const peaks: Peaks[] = [];
  const notes: Said[] = [];
  let hasEnded = false;
  for (const event of events) {
    if ('turn' in event) note(turnAt(turns, event.turn, event.atMs), event);
    else if (event.type === 'audio.peaks') peaks.push({ fromMs: event.fromMs, peaks: event.peaks });
    hasEnded ||= isEnd(event);
    const text = noteOf(event);
    if (text !== undefined) notes.push({ atMs: event.atMs, text });
  }
  const sorted = [...turns.values()].sort((a, b) => a.turn - b.turn);
  const bills = sumBills(sorted.flatMap((turn) => turn.bills));
  return { header, turns: sorted, durationMs: events.at(-1)?.atMs ?? 0, hasEnded, peaks, notes, bills };
}

function noteOf(event: RecordedEvent): string | undefined {
  switch (event.type) {
    case 'error':
      return `${event.code}: ${event.message}`;
    case 'lines.dropped':
      return `${event.count} lines were lost`;
    case 'agent.changed':
      return `${event.agent} answers from here on`;
    case 'call.closed':
      return describeEnd(event);
    case 'file.continued':
      return 'the call goes on in another file';
    default:
      return undefined;
  }
}

function turnAt(turns: Map<number, Turn>, turn: number, atMs: number): Turn {
  const known = turns.get(turn);
  if (known !== undefined) return known;
  const fresh: Turn = {
    turn,
    startMs: atMs,
    endMs: atMs,
    userSpeechEndedMs: undefined,
    caller: '',
    partials: [],
    drafts: [],
    tools: [],
    grown: [],
    heardAt: [],
    reply: '',
    heard: '',
    isInterrupted: false,
    voice: undefined,
    measured: undefined,
    bills: [],
  };
  turns.set(turn, fresh);
  return fresh;
}

function note(turn: Turn, event: Extract<RecordedEvent, { turn: number }>): void {
  const { atMs } = event;
  turn.endMs = Math.max(turn.endMs, atMs);
  switch (event.type) {
    case 'transcript.updated':
      turn.caller = event.text;
      turn.partials.push({ atMs, text: event.text });
      if (event.state === 'final' && turn.measured === undefined) turn.userSpeechEndedMs = atMs;
      return;
    case 'turn.committed':
      if (turn.measured === undefined) turn.userSpeechEndedMs = atMs;
      return;
    case 'turn.measured':
      turn.measured = event;
      turn.userSpeechEndedMs = event.userSpeechEndedMs ?? turn.userSpeechEndedMs;
      return;
    case 'reply.updated':
      turn.reply = event.text;
      turn.grown.push({ atMs, text: event.text });
      return;
    case 'reply.heard':
      turn.heard = event.heard;
      turn.heardAt.push({ atMs, text: event.heard });
      return;
    case 'reply.ended':
      turn.reply = event.text;
      turn.heard = event.heard;
      turn.isInterrupted = event.interrupted;
      return;
    case 'audio.started':
      turn.voice = { fromMs: atMs, toMs: atMs };
      return;
    case 'audio.ended':
    case 'playback.clear':
      if (turn.voice) turn.voice.toMs = atMs;
      return;
    case 'tool.started':
    case 'tool.ended':
      noteTool(turn.tools, event);
      return;
    case 'draft.started':
    case 'draft.stepped':
    case 'draft.ended':
      noteDraft(turn.drafts, event);
      return;
    case 'draft.billed':
      turn.bills.push(event);
      return;
    case 'draft.changed':
      noteChange(turn, event);
      return;
    default:
  }
}

function noteTool(tools: Tool[], event: Event<'tool.started'> | Event<'tool.ended'>): void {
  const { name, atMs } = event;
  const isSame = (tool: Tool) =>
    tool.name === name && JSON.stringify(tool.arguments) === JSON.stringify(event.arguments);
  if (event.type === 'tool.started') {
    tools.push({
      name,
      arguments: event.arguments,
      startMs: atMs,
      endMs: undefined,
      isSpeculative: event.speculative,
      isAdopted: false,
      outcome: undefined,
      answer: '',
    });
    return;
  }
  const tool = tools.findLast(isSame);
  if (tool === undefined) return;
  tool.endMs ??= atMs;
  tool.isAdopted ||= tool.isSpeculative && !event.speculative;
  tool.outcome = describeOutcome(event.result, event.error);
  tool.answer = event.error ?? JSON.stringify(event.result, undefined, 2) ?? '';
}

function noteDraft(
  drafts: Draft[],
  event: Event<'draft.started'> | Event<'draft.stepped'> | Event<'draft.ended'>,
): void {
  if (event.type === 'draft.started') {
    const { draft, cause, words, atMs } = event;
    drafts.push({ ...noCost, draft, cause, words, startMs: atMs, endMs: atMs, steps: [] });
    return;
  }
  const draft = drafts.findLast((one) => one.draft === event.draft);
  if (draft === undefined) return;
  draft.endMs = event.atMs;
  if (event.type === 'draft.ended') {
    const { outcome, modelUs, savedUs, neededUs, wastedUs } = event;
    Object.assign(draft, { outcome, modelUs, savedUs, neededUs, wastedUs });
    return;
  }
  const { atMs, step, stage, act, text, fixed, tookUs, pEndOfTurn, argumentConfidences: confidences = {} } = event;
  const sumUs = Object.values(tookUs).reduce((sum, part) => sum + part, 0);
  draft.steps.push({ draft: event.draft, atMs, step, stage, act, text, fixed, tookUs: sumUs, pEndOfTurn, confidences });
}

const noCost = { outcome: '', modelUs: 0, savedUs: 0, neededUs: 0, wastedUs: 0 } as const;

/** A file without the model's steps still tells how the draft's text went: one draft for each partial. */
function noteChange(turn: Turn, { atMs, act, text, pEndOfTurn }: Event<'draft.changed'>): void {
  if (turn.drafts.some(({ draft }) => draft > 0)) return;
  const words = turn.caller;
  let last = turn.drafts.at(-1);
  if (last === undefined || last.words !== words) {
    last = { ...noCost, draft: 0, cause: 'interim', words, startMs: atMs, endMs: atMs, steps: [] };
    turn.drafts.push(last);
  }
  last.endMs = atMs;
  const fixed = changedSpan(last.steps.at(-1)?.text ?? '', text);
  const step = { draft: 0, atMs, step: last.steps.length + 1, stage: '', act, text, fixed, tookUs: 0 };
  last.steps.push({ ...step, pEndOfTurn, confidences: {} });
}

/** From the first character that differs to the last. */
function changedSpan(before: string, after: string): [number, number][] {
  let from = 0;
  while (from < after.length && before[from] === after[from]) from++;
  let back = 0;
  while (back < Math.min(before.length, after.length) - from && before.at(-1 - back) === after.at(-1 - back)) back++;
  return from < after.length - back ? [[from, after.length - back]] : [];
}

/** All steps of a turn's drafts in the order of time. */
export function toSteps(turn: Turn): readonly DraftStep[] {
  return turn.drafts.flatMap(({ steps }) => steps).sort((a, b) => a.atMs - b.atMs);
}
