import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { type FaultOrigin, watchStopSignal } from '../../src/cli/stop-signal.ts';

function watch() {
  const source = new EventEmitter();
  const clock = new SimulatedClock();
  const faults: unknown[] = [];
  const exits: number[] = [];
  const origins: FaultOrigin[] = [];
  const stop = watchStopSignal({
    source,
    clock,
    faulted: (error) => void faults.push(error),
    findOrigin: () => origins.at(-1),
    exit: (code) => void exits.push(code),
  });
  return { source, clock, faults, exits, origins, stop };
}

describe('watchStopSignal', () => {
  it.each(['SIGINT', 'SIGTERM'])('stops with 0 on %s', async (signal) => {
    const { source, exits, stop } = watch();
    expect(stop.signal).toBeUndefined();
    source.emit(signal, signal);
    expect(await stop.stopped).toBe(0);
    expect(stop.signal).toBe(signal);
    expect(exits).toEqual([]);
  });

  it('exits at once with 130 on a second signal', async () => {
    const { source, clock, exits } = watch();
    source.emit('SIGINT');
    await clock.advance(500);
    source.emit('SIGTERM');
    expect(exits).toEqual([130]);
  });

  it('takes signals that come together for one', async () => {
    const { source, clock, exits } = watch();
    source.emit('SIGINT');
    await clock.advance(499);
    source.emit('SIGINT');
    expect(exits).toEqual([]);
  });

  it('goes on after a rejection that nobody caught', async () => {
    const { source, faults, stop } = watch();
    const error = new Error('lost');
    source.emit('unhandledRejection', error);
    source.emit('SIGTERM');
    expect(faults).toEqual([error]);
    expect(await stop.stopped).toBe(0);
  });

  it('stops with 1 after an exception that nobody caught', async () => {
    const { source, faults, stop } = watch();
    const error = new Error('lost');
    source.emit('uncaughtException', error);
    expect(faults).toEqual([error]);
    expect(await stop.stopped).toBe(1);
  });

  it('goes on after what an agent threw or rejected, and leaves it to the call that it is of', async () => {
    const { source, faults, origins, stop } = watch();
    const thrown: unknown[] = [];
    const rejected: unknown[] = [];
    origins.push({ threw: (error) => void thrown.push(error), rejected: (error) => void rejected.push(error) });
    source.emit('uncaughtException', 'lost');
    source.emit('unhandledRejection', 'forgotten');
    source.emit('SIGTERM');
    expect(await stop.stopped).toBe(0);
    expect([faults, thrown, rejected]).toEqual([[], ['lost'], ['forgotten']]);
  });

  it('leaves nothing behind on the process', () => {
    const { source, stop } = watch();
    expect(source.eventNames()).not.toEqual([]);
    stop.close();
    expect(source.eventNames()).toEqual([]);
  });
});
