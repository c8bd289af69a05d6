// One call of a benchmark over a real socket: a recorded caller in, its turns as the caller saw them out.

import { WebSocket } from 'ws';
import { systemClock } from '../src/base/clock.ts';
import { RuntimeError } from '../src/errors.ts';
import type { CallEvent, CallerEvent } from '../src/events.ts';
import type { NamedCall } from '../src/playback/call-files.ts';
import { playCall } from '../src/playback/play-call.ts';
import { classOf } from '../src/playback/talk-summary.ts';
import { type ClientMessage, nativeWire } from '../src/protocol/native-messages.ts';
import { type CallerTurn, noDrafts } from './calls-messages.ts';

/** Both example agents greet at once; a server that has not by then is one that is overrun. */
const GREETING_MS = 30_000;

/** Waits for the greeting, says all of the recorded caller's turns, and hangs up. Throws RuntimeError. */
export async function callOnce(serverUrl: string, { header, events }: NamedCall, pace: number): Promise<CallerTurn[]> {
  const line = await openLine(serverUrl);
  const turns: CallerTurn[] = [];
  const sentMs = new Map<number, number>();
  const firstMs = new Map<number, number>();
  const greeting: CallEvent[] = [];
  let report = (event: CallEvent): void => void greeting.push(event);
  const greeted = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new RuntimeError('greeting-missing', `no greeting within ${GREETING_MS} ms`)),
      GREETING_MS,
    );
    line.listen((event) => {
      if (event.type === 'reply.updated' && !firstMs.has(event.turn)) firstMs.set(event.turn, performance.now());
      if (event.type === 'reply.ended') {
        clearTimeout(timer);
        resolve();
      }
      report(event);
    });
    void line.ended.then(() => {
      clearTimeout(timer);
      reject(new RuntimeError('call-lost', 'the call ended before its greeting'));
    });
  });
  line.send({ type: 'call.started', version: 1, agent: header.agent });
  try {
    await greeted;
    await playCall({
      events,
      clock: systemClock,
      pace,
      open(tell) {
        report = tell;
        for (const event of greeting) tell(event);
        return {
          receive(event: CallerEvent) {
            if (event.type === 'transcript.updated' && event.state === 'final')
              sentMs.set(event.turn, performance.now());
            line.send(event);
          },
          end: () => line.hangUp(),
          ended: line.ended,
        };
      },
      turnEnded(record) {
        const sent = sentMs.get(record.turn);
        const first = firstMs.get(record.turn);
        const use = classOf(record);
        if (record.turn === 0 || use === undefined || sent === undefined || first === undefined) return;
        const { forwards: countForwards = 0, drafts = noDrafts } = record.measured ?? {};
        turns.push({ use, firstTextMs: first - sent, countForwards, drafts });
      },
    });
  } catch (error) {
    throw line.problem === undefined
      ? error
      : new RuntimeError(line.problem, 'the server gave it up', { cause: error });
  } finally {
    await line.hangUp();
  }
  return turns;
}

export interface Line {
  send(message: ClientMessage): void;
  listen(told: (event: CallEvent) => void): void;
  /** Ends the call; resolves when the socket is closed. */
  hangUp(): Promise<void>;
  readonly ended: Promise<void>;
  /** The code of the server's last error message. */
  readonly problem: string | undefined;
}

/** An open socket to the server's native wire, with no call on it yet. */
export function openLine(serverUrl: string): Promise<Line> {
  const socket = new WebSocket(`${serverUrl.replace(/^http/, 'ws')}${nativeWire.path}`, [nativeWire.subprotocol]);
  const ended = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  const send = (message: ClientMessage) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  let problem: string | undefined;
  let tell = (_event: CallEvent): void => undefined;
  socket.on('message', (text, isBinary) => {
    if (isBinary) return;
    const event = JSON.parse(text.toString()) as CallEvent;
    if (event.type === 'error') problem = event.code;
    tell(event);
  });
  const line: Line = {
    send,
    listen(told) {
      tell = told;
    },
    hangUp() {
      send({ type: 'call.ended' });
      return ended;
    },
    ended,
    get problem() {
      return problem;
    },
  };
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(line));
    socket.on('error', reject);
  });
}
