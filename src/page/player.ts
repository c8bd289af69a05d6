// The agent's voice: frames off the wire in, sound and the position of what was played out. Knows no message.

import type { PlaybackReport } from './audio-playback.ts';
import type { PlaybackCommand } from './player-worklet.ts';
import workletUrl from './player-worklet.ts?worker&url';

export interface Player {
  start(turn: number): void;
  push(samples: Int16Array<ArrayBuffer>): void;
  end(): void;
  clear(): void;
  /** What has left the loudspeaker by now, between two reports too; undefined while nothing plays. */
  position(): Position | undefined;
  close(): Promise<void>;
}

export interface Position {
  readonly turn: number;
  readonly playedMs: number;
}

/**
 * Must be called from a click or key press: browsers stay silent otherwise. Reports every 100 ms while a reply plays.
 */
export async function openPlayer(rateHz: number, report: (report: PlaybackReport) => void): Promise<Player> {
  const context = new AudioContext({ latencyHint: 'interactive' });
  const [node] = await Promise.all([openNode(context, rateHz), context.resume()]);
  let last: PlaybackReport | undefined;
  let lastMs = 0;
  const toPosition = ({ turn, playedMs, isOver }: PlaybackReport, sinceMs: number): Position => {
    const onItsWayMs = isOver ? 0 : context.outputLatency * 1000 || 0;
    return { turn, playedMs: Math.round(Math.max(0, playedMs + sinceMs - onItsWayMs)) };
  };
  node.port.onmessage = ({ data }: MessageEvent<PlaybackReport>) => {
    last = data;
    lastMs = performance.now();
    report({ ...data, ...toPosition(data, 0) });
  };
  const post = (command: PlaybackCommand, transfer: Transferable[] = []) => node.port.postMessage(command, transfer);

  return {
    start: (turn) => post({ type: 'start', turn }),
    push: (samples) => post({ type: 'push', samples }, [samples.buffer]),
    end: () => post({ type: 'end' }),
    clear: () => post({ type: 'clear' }),
    position() {
      if (last === undefined || last.isOver) return undefined;
      return toPosition(last, Math.min(100, performance.now() - lastMs));
    },
    close: () => context.close(),
  };
}

async function openNode(context: AudioContext, rateHz: number): Promise<AudioWorkletNode> {
  await context.audioWorklet.addModule(workletUrl);
  const node = new AudioWorkletNode(context, 'playback', {
    numberOfInputs: 0,
    outputChannelCount: [1],
    processorOptions: { rateHz },
  });
  node.connect(context.destination);
  return node;
}
