// Recognisers without a network: connections whose other side a test speaks for, on its own clock.

import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { SttEvent } from '../../src/stt/stt.ts';
import type { ConnectionProblem, SttConnect, SttConnectionListener } from '../../src/stt/stt-connection.ts';
import type { SttProtocol } from '../../src/stt/stt-protocol.ts';
import { ResilientSttStream } from '../../src/stt/stt-stream.ts';

export interface TestConnection {
  readonly protocol: SttProtocol;
  readonly listener: SttConnectionListener;
  /** Samples that came, all frames together. */
  readonly samples: number[];
  readonly texts: string[];
  countPings: number;
  isClosed: boolean;
  unsentBytes: number;
}

/** A stream over `protocols`, its connections in the order in which they were opened. */
export function openSttLine(protocols: readonly SttProtocol[]) {
  const clock = new SimulatedClock();
  const events: SttEvent[] = [];
  const failures: (ConnectionProblem & { readonly name: string })[] = [];
  const connections: TestConnection[] = [];
  const connect: SttConnect = (protocol, listener) => {
    const line: TestConnection = {
      protocol,
      listener,
      samples: [],
      texts: [],
      countPings: 0,
      isClosed: false,
      unsentBytes: 0,
    };
    connections.push(line);
    return {
      sendAudio(bytes) {
        for (const sample of new Int16Array(new Uint8Array(bytes).buffer)) line.samples.push(sample);
      },
      sendText: (text) => void line.texts.push(text),
      ping: () => {
        line.countPings++;
      },
      get unsentBytes() {
        return line.unsentBytes;
      },
      close(last) {
        if (last !== undefined) line.texts.push(last);
        line.isClosed = true;
      },
    };
  };
  const stream = new ResilientSttStream({
    protocols,
    connect,
    clock,
    report: (event) => void events.push(event),
    failed: (name, problem) => void failures.push({ name, ...problem }),
  });
  /** The newest connection. */
  const latest = (): TestConnection => {
    const line = connections.at(-1);
    if (line === undefined) throw new Error('no connection was opened');
    return line;
  };
  return { clock, stream, events, failures, connections, latest };
}

/** Samples that say where they are: `from`, `from` + 1, … */
export function ramp(from: number, count: number): Int16Array {
  return Int16Array.from({ length: count }, (_, index) => from + index);
}
