// A call's events in, a trace of ui.perfetto.dev out (Trace Event Format, JSON): caller, drafts, tools, ledger and
// voice each on a track; what may overlap as async events. Pure.

import type { RecordedEvent } from '../format/call-file.ts';

/** `X`: a stretch; `b`, `e`: an async one's ends; `i`: a moment; `M`: a name. Times are microseconds. */
export type PerfettoEvent =
  | ({ readonly ph: 'X'; readonly dur: number } & Placed)
  | ({ readonly ph: 'b' | 'e'; readonly cat: string; readonly id: string } & Placed)
  | ({ readonly ph: 'i'; readonly s: 't' } & Placed)
  | {
      readonly ph: 'M';
      readonly name: string;
      readonly pid: 1;
      readonly tid: number;
      readonly args: { readonly name: string };
    };

interface Placed {
  readonly name: string;
  readonly ts: number;
  readonly pid: 1;
  readonly tid: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface PerfettoTrace {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly PerfettoEvent[];
}

const tracks = ['caller', 'drafts', 'tools', 'ledger', 'voice'] as const;
type Track = (typeof tracks)[number];

export function toPerfetto(name: string, events: readonly RecordedEvent[]): PerfettoTrace {
  const traceEvents: PerfettoEvent[] = [{ ph: 'M', name: 'process_name', pid: 1, tid: 0, args: { name } }];
  for (const [index, track] of tracks.entries())
    traceEvents.push({ ph: 'M', name: 'thread_name', pid: 1, tid: index + 1, args: { name: track } });
  const lastMs = events.at(-1)?.atMs ?? 0;
  const at = (track: Track, title: string, ms: number, args?: Readonly<Record<string, unknown>>): Placed => ({
    name: title,
    ts: toUs(ms),
    pid: 1,
    tid: tracks.indexOf(track) + 1,
    ...(args ? { args } : {}),
  });
  /** Async events that have begun, by id: each gets its end, at the latest with the call. */
  const open = new Map<string, (endMs: number, args?: Readonly<Record<string, unknown>>) => void>();

  function begin(track: Track, id: string, title: string, ms: number, args: Readonly<Record<string, unknown>>): void {
    open.get(id)?.(ms);
    traceEvents.push({ ph: 'b', cat: track, id, ...at(track, title, ms, args) });
    open.set(id, (endMs, endArgs) => {
      open.delete(id);
      traceEvents.push({ ph: 'e', cat: track, id, ...at(track, title, endMs, endArgs) });
    });
  }

  for (const event of events) {
    const { atMs } = event;
    switch (event.type) {
      case 'transcript.updated':
        if (event.state === 'interim')
          begin('caller', `turn-${event.turn}`, `turn ${event.turn}`, atMs, { text: event.text });
        else open.get(`turn-${event.turn}`)?.(atMs, { text: event.text });
        traceEvents.push({ ph: 'i', s: 't', ...at('caller', event.text, atMs, { state: event.state }) });
        break;
      case 'draft.started': {
        const { draft, words, cause } = event;
        begin('drafts', `draft-${draft}`, `draft ${draft}`, atMs, { words, cause });
        break;
      }
      case 'draft.stepped': {
        const { draft, step, text, stage, tookUs } = event;
        const id = `draft-${draft}`;
        traceEvents.push({ ph: 'i', s: 't', ...at('drafts', `${id}: step ${step}`, atMs, { stage, text, tookUs }) });
        break;
      }
      case 'draft.ended': {
        const { draft, outcome, modelUs, savedUs, neededUs, wastedUs } = event;
        open.get(`draft-${draft}`)?.(atMs, { outcome, modelUs, savedUs, neededUs, wastedUs });
        break;
      }
      case 'tool.started':
        begin('tools', toToolId(event), event.name, atMs, {
          arguments: event.arguments,
          speculative: event.speculative,
        });
        break;
      case 'tool.ended':
        open.get(toToolId(event))?.(atMs, 'error' in event ? { error: event.error } : { result: event.result });
        break;
      case 'turn.measured':
        for (const [stage, fromUs, toUs] of event.stretches ?? [])
          traceEvents.push({
            ph: 'X',
            dur: toUs - fromUs,
            ...at('ledger', stage, (event.userSpeechEndedMs ?? atMs - event.totalMs) + fromUs / 1000, {
              turn: event.turn,
            }),
          });
        break;
      case 'audio.started':
        begin('voice', `voice-${event.turn}`, `reply ${event.turn}`, atMs, {});
        break;
      case 'audio.ended':
      case 'playback.clear':
        open.get(`voice-${event.turn}`)?.(atMs, { cleared: event.type === 'playback.clear' });
        break;
      default:
    }
  }
  for (const end of [...open.values()]) end(lastMs);
  return { displayTimeUnit: 'ms', traceEvents };
}

/** An adopted run ends twice, under the same name and arguments. */
function toToolId({
  turn,
  name,
  arguments: args,
}: Extract<RecordedEvent, { type: 'tool.started' | 'tool.ended' }>): string {
  return `tool-${turn}-${name}-${JSON.stringify(args)}`;
}

function toUs(ms: number): number {
  return Math.round(ms * 1000);
}
