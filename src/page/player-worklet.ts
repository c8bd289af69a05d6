// The shell around Playback that the browser's audio thread runs: messages in, reports out.

import { Playback, type PlaybackReport } from './audio-playback.ts';

export type PlaybackCommand =
  | { readonly type: 'start'; readonly turn: number }
  | { readonly type: 'push'; readonly samples: Int16Array }
  | { readonly type: 'end' }
  | { readonly type: 'clear' };

declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new (options: AudioWorkletNodeOptions) => object): void;

const REPORT_EVERY_MS = 100;

class PlaybackProcessor extends AudioWorkletProcessor {
  readonly #playback: Playback;
  #countSinceReport = 0;

  constructor(options: AudioWorkletNodeOptions) {
    super();
    this.#playback = new Playback({ rateHz: options.processorOptions.rateHz, deviceRateHz: sampleRate });
    this.port.onmessage = ({ data }: MessageEvent<PlaybackCommand>) => {
      if (data.type === 'start') this.#playback.start(data.turn);
      else if (data.type === 'push') this.#playback.push(data.samples);
      else if (data.type === 'end') this.#playback.end();
      else this.#post(this.#playback.clear());
    };
  }

  process(_inputs: Float32Array[][], [device]: Float32Array[][]): boolean {
    const [output] = device ?? [];
    if (output === undefined) return true;
    const over = this.#playback.render(output);
    this.#countSinceReport += output.length;
    if (over !== undefined) this.#post(over);
    else if (this.#countSinceReport >= (sampleRate * REPORT_EVERY_MS) / 1000) this.#post(this.#playback.report());
    return true;
  }

  #post(report: PlaybackReport | undefined): void {
    this.#countSinceReport = 0;
    if (report !== undefined) this.port.postMessage(report);
  }
}

registerProcessor('playback', PlaybackProcessor);
