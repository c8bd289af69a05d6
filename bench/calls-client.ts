// The callers of `repartee bench calls`: a process of their own, so that their work is not the server's.

import { setTimeout } from 'node:timers/promises';
import { packagePath } from '../src/package-path.ts';
import { listCallFiles, readCall } from '../src/playback/call-files.ts';
import { callOnce, type Line, openLine } from './calls-caller.ts';
import type { CallerTurn, CallsDone, CallsOrder } from './calls-messages.ts';

/** Callers don't all begin at one moment. */
const STAGGER_MS = 250;
/**
 * Has no factor in common with the number of fixtures: any few calls in a row are of both agents and of many lengths.
 */
const FIXTURE_STRIDE = 4;

const held: Line[] = [];

process.on('message', (order: CallsOrder) => {
  void obey(order).then((done) => process.send?.(done));
});

async function obey(order: CallsOrder): Promise<CallsDone> {
  await Promise.all(held.splice(0).map((line) => line.hangUp()));
  switch (order.type) {
    case 'load':
      return load(order);
    case 'hold':
      return hold(order);
    case 'soak':
      return soak(order);
  }
}

async function load({ url, concurrency, calls, pace }: Extract<CallsOrder, { type: 'load' }>): Promise<CallsDone> {
  const files = await listCallFiles(packagePath('fixtures/calls'));
  const recorded = await Promise.all(files.map((file) => readCall(file, () => undefined)));
  const turns: CallerTurn[] = [];
  const errors: string[] = [];
  let next = 0;
  const play = async (caller: number) => {
    await setTimeout((caller * STAGGER_MS) / pace);
    while (next < calls) {
      const call = recorded[(FIXTURE_STRIDE * next++) % recorded.length];
      if (call === undefined) return;
      try {
        turns.push(...(await callOnce(url, call, pace)));
      } catch (error) {
        errors.push(toCode(error));
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, caller) => play(caller)));
  return { turns, errors };
}

async function hold({ url, calls }: Extract<CallsOrder, { type: 'hold' }>): Promise<CallsDone> {
  const errors: string[] = [];
  for (let count = 0; count < calls; count++) {
    try {
      const line = await openLine(url);
      const answered = until(line, 'reply.ended');
      line.send({ type: 'call.started', version: 1 });
      await answered;
      held.push(line);
    } catch (error) {
      errors.push(toCode(error));
    }
  }
  return { turns: [], errors };
}

async function soak({ url, calls }: Extract<CallsOrder, { type: 'soak' }>): Promise<CallsDone> {
  const errors: string[] = [];
  for (let count = 0; count < calls; count++) {
    try {
      const line = await openLine(url);
      const greeted = until(line, 'reply.ended');
      line.send({ type: 'call.started', version: 1 });
      await greeted;
      const answered = until(line, 'reply.ended');
      line.send({ type: 'transcript.updated', turn: 1, text: 'Hello, who is this?', state: 'final' });
      await answered;
      await line.hangUp();
    } catch (error) {
      errors.push(toCode(error));
    }
  }
  return { turns: [], errors };
}

/** Rejects when the socket closes first. */
function until(line: Line, type: string): Promise<void> {
  return new Promise((resolve, reject) => {
    line.listen((event) => {
      if (event.type === type) resolve();
    });
    void line.ended.then(() => reject(new Error(line.problem ?? 'call-lost')));
  });
}

function toCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
