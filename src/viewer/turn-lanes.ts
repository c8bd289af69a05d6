// A turn in, the lanes of its time line out: who worked or spoke from when to when, in milliseconds from the caller's
// last word. Pure.

import type { Draft, Said, Turn } from './call-model.ts';
import { type CriticalStretch, toCriticalPath, type Waited } from './critical-path.ts';

export interface Bar {
  readonly kind: 'caller' | 'saved' | 'needed' | 'wasted' | 'tool' | 'ahead' | 'text' | 'voice';
  readonly fromMs: number;
  readonly toMs: number;
  /** Moments within: partials, forwards, words. */
  readonly marksMs: readonly number[];
}

export interface Lane {
  readonly label: string;
  readonly bar: Bar;
  /** What is said or written in it. */
  readonly text: string;
  /** Why it ended and what it cost. */
  readonly note: string;
  /** The draft that it shows. */
  readonly draft?: number;
  /** When the turn waited for this, by stage. */
  readonly critical: readonly CriticalStretch[];
}

export interface TurnLanes {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lanes: readonly Lane[];
}

export function toLanes(turn: Turn): TurnLanes {
  const userSpeechEndedMs = turn.userSpeechEndedMs ?? turn.startMs;
  const at = (ms: number) => ms - userSpeechEndedMs;
  const lanes: Lane[] = [];
  const path = toCriticalPath(turn);
  const waitedFor = (kind: Waited['kind'], index?: number) =>
    path.filter(({ waited }) => waited.kind === kind && (!('index' in waited) || waited.index === index));
  const { partials, voice, grown } = turn;
  const [first] = partials;
  if (first !== undefined) {
    const bar: Bar = {
      kind: 'caller',
      fromMs: at(turn.startMs),
      toMs: 0,
      marksMs: partials.map(({ atMs }) => at(atMs)),
    };
    const note = count(partials.length, 'interim');
    lanes.push({ label: 'caller', bar, text: turn.caller, note, critical: waitedFor('caller') });
  }
  for (const [index, draft] of turn.drafts.entries())
    lanes.push({ ...toDraftLane(draft, at), critical: waitedFor('draft', index) });
  for (const [index, tool] of turn.tools.entries()) {
    const kind = tool.isSpeculative ? 'ahead' : 'tool';
    const bar: Bar = { kind, fromMs: at(tool.startMs), toMs: at(tool.endMs ?? turn.endMs), marksMs: [] };
    const fate = tool.isSpeculative ? (tool.isAdopted ? 'ran ahead, used' : 'ran ahead, dropped') : 'after the commit';
    const args = Object.entries(tool.arguments).map(([name, value]) => `${name}: ${String(value)}`);
    lanes.push({
      label: tool.name.replaceAll('_', ' '),
      bar,
      text: args.join(', '),
      note: tool.outcome === undefined ? fate : `${fate} · ${tool.outcome.text}`,
      critical: waitedFor('tool', index),
    });
  }
  const [firstText] = grown;
  if (firstText !== undefined) lanes.push({ ...toReplyLane(firstText, turn, at), critical: waitedFor('reply') });
  if (voice !== undefined) {
    const marksMs = turn.heardAt.map(({ atMs }) => at(atMs));
    const bar: Bar = { kind: 'voice', fromMs: at(voice.fromMs), toMs: at(Math.max(voice.toMs, turn.endMs)), marksMs };
    const note = turn.isInterrupted ? 'interrupted' : 'to the end';
    lanes.push({ label: 'heard', bar, text: turn.heard, note, critical: waitedFor('voice') });
  }
  const from = Math.min(0, ...lanes.map(({ bar }) => bar.fromMs));
  return { fromMs: from, toMs: Math.max(1, ...lanes.map(({ bar }) => bar.toMs)), lanes };
}

function toDraftLane(draft: Draft, at: (ms: number) => number): Omit<Lane, 'critical'> {
  const { steps, modelUs, savedUs, neededUs, wastedUs, outcome } = draft;
  const kind = savedUs > 0 ? 'saved' : neededUs > 0 ? 'needed' : 'wasted';
  const bar: Bar = {
    // Without costs in the file nothing can be said of its use.
    kind: modelUs === 0 ? 'needed' : kind,
    fromMs: at(draft.startMs),
    toMs: at(draft.endMs),
    marksMs: steps.map(({ atMs }) => at(atMs)),
  };
  const costs = [
    [savedUs, 'saved'],
    [neededUs, 'waited for'],
    [wastedUs, 'wasted'],
  ] as const;
  const spent = costs.filter(([us]) => us > 0).map(([us, name]) => `${(us / 1000).toFixed(1)} ms ${name}`);
  const note = [outcomes[outcome] ?? outcome, ...spent].filter((part) => part !== '').join(' · ');
  const label = draft.draft > 0 ? `draft ${draft.draft}` : 'draft';
  return { label, bar, text: steps.at(-1)?.text ?? '', note, draft: draft.draft };
}

const outcomes: Readonly<Record<string, string>> = {
  committed: 'became the reply',
  superseded: 'other words came',
  'barge-in': 'the caller spoke',
  ended: 'the call ended',
};

function toReplyLane(first: Said, turn: Turn, at: (ms: number) => number): Omit<Lane, 'critical'> {
  const { grown, reply, measured } = turn;
  const last = grown.at(-1) ?? first;
  const bar: Bar = {
    kind: 'text',
    fromMs: at(first.atMs),
    toMs: at(last.atMs),
    marksMs: grown.map(({ atMs }) => at(atMs)),
  };
  return { label: 'reply', bar, text: reply, note: measured ? `draft ${measured.draft}` : '' };
}

function count(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? '' : 's'}`;
}
