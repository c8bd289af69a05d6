import type { CallEvent, CallerEvent } from '../../src/events.ts';
import type { Call, OpenCallOptions } from '../../src/server/calls/open-call.ts';

/** What a scripted call does with an event from the caller's side; throwing is one of its choices. */
export type Script = (event: CallerEvent, call: ScriptedCall) => void;

/** A call that says call.ready, keeps what it receives and answers by script. */
export class ScriptedCall implements Call {
  readonly options: OpenCallOptions;
  readonly received: CallerEvent[] = [];
  readonly ended: Promise<void>;
  /** What became of its line, in order. */
  readonly line: ('lost' | 'back')[] = [];
  /** Samples of the caller's voice that came. */
  countHeard = 0;
  countEnds = 0;
  readonly #script: Script;
  #settle: { resolve: () => void; reject: (error: unknown) => void } = { resolve: () => undefined, reject: () => {} };

  constructor(options: OpenCallOptions, script: Script) {
    this.options = options;
    this.#script = script;
    this.ended = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.report({ type: 'call.ready', callId: options.callId, agent: options.agent });
  }

  report(event: CallEvent): void {
    this.options.report(event);
  }

  receive(event: CallerEvent): void {
    this.received.push(event);
    if (event.type === 'call.ended') this.#settle.resolve();
    else this.#script(event, this);
  }

  hear(samples: Int16Array): void {
    this.countHeard += samples.length;
  }

  loseLine(): void {
    this.line.push('lost');
  }

  regainLine(): void {
    this.line.push('back');
  }

  end(): Promise<void> {
    this.countEnds++;
    this.#settle.resolve();
    return this.ended.catch(() => undefined);
  }

  /** The call breaks by itself. */
  break(error: unknown): void {
    this.#settle.reject(error);
  }
}
