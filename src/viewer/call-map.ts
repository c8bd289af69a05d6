// A call at a glance: where the caller spoke, and the agent's voice along its length, or where it spoke when the file
// has no audio. A click goes to a turn.

import { formatMs } from '../trace/ledger/ledger-parts.ts';
import type { CallModel, Peaks } from './call-model.ts';
import { element } from './dom.ts';

export interface CallMap {
  readonly element: HTMLElement;
  draw(call: CallModel, chosen: number | undefined): void;
}

const PEAK_EVERY_MS = 100;
const MAX_PEAK = 127;

export function createCallMap(picked: (turn: number) => void): CallMap {
  const canvas = element('canvas', 'call-map');
  canvas.setAttribute('role', 'img');
  let shown: CallModel | undefined;
  let chosenTurn: number | undefined;

  function draw(): void {
    const { clientWidth: width, clientHeight: height } = canvas;
    const ink = canvas.getContext('2d');
    if (ink === null || shown === undefined || width === 0) return;
    const ratio = devicePixelRatio;
    if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
      canvas.width = width * ratio;
      canvas.height = height * ratio;
    }
    ink.setTransform(ratio, 0, 0, ratio, 0, 0);
    ink.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas);
    const colour = (name: string) => style.getPropertyValue(name);
    const { durationMs, turns, peaks } = shown;
    const place = (ms: number) => (ms / Math.max(1, durationMs)) * width;
    const middle = height / 2;

    const chosen = turns.find(({ turn }) => turn === chosenTurn);
    if (chosen !== undefined) {
      ink.fillStyle = colour('--bubble');
      ink.fillRect(place(chosen.startMs), 0, Math.max(2, place(chosen.endMs) - place(chosen.startMs)), height);
    }
    for (const turn of turns) {
      const endMs = turn.userSpeechEndedMs ?? turn.startMs;
      block(turn.startMs, endMs, 'caller');
      if (peaks.length === 0) {
        const voice = turn.voice ?? textSpan(turn.grown.at(0)?.atMs, turn.endMs);
        if (voice !== undefined) block(voice.fromMs, Math.max(voice.toMs, turn.endMs), 'agent');
      }
      if (turn.measured === undefined) continue;
      ink.fillStyle = colour('--ink');
      ink.fillRect(place(endMs), middle - 5, 1, 10);
    }
    wave(peaks);
    ink.fillStyle = colour('--line');
    ink.fillRect(0, middle - 0.5, width, 1);

    function block(fromMs: number, toMs: number, side: 'caller' | 'agent'): void {
      if (ink === null) return;
      ink.fillStyle = colour(side === 'caller' ? '--caller' : '--agent');
      const top = side === 'caller' ? middle * 0.35 : middle + 3;
      ink.fillRect(place(fromMs), top, Math.max(1, place(toMs) - place(fromMs)), middle * 0.65 - 3);
    }

    function wave(runs: readonly Peaks[]): void {
      if (ink === null) return;
      ink.fillStyle = colour('--agent');
      // One bar a pixel at most: half an hour has ten times as many peaks.
      const everyMs = Math.max(PEAK_EVERY_MS, durationMs / width);
      const loud = new Map<number, number>();
      for (const { fromMs, peaks: values } of runs)
        for (const [index, value] of values.entries()) {
          const at = Math.floor((fromMs + index * PEAK_EVERY_MS) / everyMs);
          loud.set(at, Math.max(loud.get(at) ?? 0, value));
        }
      const wide = Math.max(1, place(everyMs) - 0.5);
      for (const [at, value] of loud) {
        const tall = Math.max(1, (value / MAX_PEAK) * (middle - 3));
        ink.fillRect(place(at * everyMs), middle + 2, wide, tall);
      }
    }
  }

  canvas.addEventListener('click', (event) => {
    if (shown === undefined) return;
    const ms = (event.offsetX / canvas.clientWidth) * shown.durationMs;
    const turn = shown.turns.findLast(({ startMs }) => startMs <= ms) ?? shown.turns[0];
    if (turn !== undefined) picked(turn.turn);
  });
  new ResizeObserver(draw).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  document.addEventListener('theme-changed', draw);

  return {
    element: canvas,
    draw(call, chosen) {
      shown = call;
      chosenTurn = chosen;
      canvas.setAttribute('aria-label', `Who spoke when, over ${formatMs(call.durationMs)}: caller above, agent below`);
      draw();
    },
  };
}

function textSpan(fromMs: number | undefined, toMs: number): { fromMs: number; toMs: number } | undefined {
  return fromMs === undefined ? undefined : { fromMs, toMs };
}
