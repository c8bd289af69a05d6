// The shell around Playout that the browser's audio thread runs: messages in, reports out.

import { Playout, type PlayoutReport } from './playout.ts';

export type PlayoutCommand =
  | { readonly type: 'start'; readonly turn: number }
  | { readonly type: 'push'; readonly samples: Int16Array }
  | { readonly type: 'end' }
  | { readonly type: 'clear' };

declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new (options: AudioWorkletNodeOptions) => object): void;

const reportEveryMs = 100;

class PlayoutProcessor extends AudioWorkletProcessor {
  readonly #playout: Playout;
  #countSinceReport = 0;

  constructor(options: AudioWorkletNodeOptions) {
    super();
    this.#playout = new Playout({ rateHz: options.processorOptions.rateHz, deviceRateHz: sampleRate });
    this.port.onmessage = ({ data }: MessageEvent<PlayoutCommand>) => {
      if (data.type === 'start') this.#playout.start(data.turn);
      else if (data.type === 'push') this.#playout.push(data.samples);
      else if (data.type === 'end') this.#playout.end();
      else this.#post(this.#playout.clear());
    };
  }

  process(_inputs: Float32Array[][], [device]: Float32Array[][]): boolean {
    const [output] = device ?? [];
    if (output === undefined) return true;
    const over = this.#playout.render(output);
    this.#countSinceReport += output.length;
    if (over !== undefined) this.#post(over);
    else if (this.#countSinceReport >= (sampleRate * reportEveryMs) / 1000) this.#post(this.#playout.report());
    return true;
  }

  #post(report: PlayoutReport | undefined): void {
    this.#countSinceReport = 0;
    if (report !== undefined) this.port.postMessage(report);
  }
}

registerProcessor('playout', PlayoutProcessor);
