// A turn's stretches in, whose work each of them waited for out: from the caller's last word to the first sound, or
// words. Pure.

import type { Turn } from './call-model.ts';
import { type Stretch, toStretches } from './stretches.ts';

/** Who can be waited for: a lane of the turn's time line. */
export type Waited =
  | { readonly kind: 'caller' | 'reply' | 'voice' }
  | { readonly kind: 'draft' | 'tool' /** Among the turn's own. */; readonly index: number };

export interface CriticalStretch extends Stretch {
  readonly waited: Waited;
}

const UNEXPLAINED_KEY = 'unexplained';
/** A hand-over: it belongs to what it came after. */
const WIRE_KEY = 'wire';

/** In order of time, without what is unexplained; nothing where the file doesn't say when the stages were. */
export function toCriticalPath(turn: Turn): readonly CriticalStretch[] {
  const { measured, userSpeechEndedMs } = turn;
  if (measured?.stretches === undefined || userSpeechEndedMs === undefined) return [];
  const stretches = toStretches(measured).filter(({ stage }) => stage !== UNEXPLAINED_KEY);
  const blamed = stretches.map((stretch) =>
    stretch.stage === WIRE_KEY ? undefined : blame(turn, stretch, userSpeechEndedMs),
  );
  let last = blamed.find((waited) => waited !== undefined);
  return stretches.flatMap((stretch, index) => {
    last = blamed[index] ?? last;
    return last === undefined ? [] : [{ ...stretch, waited: last }];
  });
}

function blame({ drafts, tools }: Turn, stretch: Stretch, userSpeechEndedMs: number): Waited | undefined {
  const { stage } = stretch;
  const [fromMs, toMs] = [userSpeechEndedMs + stretch.fromUs / 1000, userSpeechEndedMs + stretch.toUs / 1000];
  if (stage === 'stt.delay' || stage === 'stt.final' || stage === 'endpointing' || stage === 'false-interruption')
    return { kind: 'caller' };
  if (stage === 'clause') return { kind: 'reply' };
  if (stage === 'tts.ttfb') return { kind: 'voice' };
  const isTool = stage.startsWith('tool.');
  const works = isTool
    ? tools.map(({ name, startMs, endMs = toMs }) => ({ startMs, endMs, isMeant: stage === `tool.${name}` }))
    : drafts.map(({ startMs, endMs }) => ({ startMs, endMs, isMeant: true }));
  const index = findNearest(works, fromMs, toMs);
  return index < 0 ? undefined : { kind: isTool ? 'tool' : 'draft', index };
}

interface Work {
  readonly startMs: number;
  readonly endMs: number;
  readonly isMeant: boolean;
}

/** The one that shares most time with the stretch, or is least apart from it; -1: there is none. */
function findNearest(works: readonly Work[], fromMs: number, toMs: number): number {
  let found = -1;
  let mostMs = Number.NEGATIVE_INFINITY;
  for (const [index, { startMs, endMs, isMeant }] of works.entries()) {
    const sharedMs = Math.min(endMs, toMs) - Math.max(startMs, fromMs);
    if (!isMeant || sharedMs < mostMs) continue;
    mostMs = sharedMs;
    found = index;
  }
  return found;
}
