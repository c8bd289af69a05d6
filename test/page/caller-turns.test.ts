import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createCallerTurns, PARTIAL_EVERY_MS } from '../../src/page/caller-turns.ts';
import type { ClientMessage } from '../../src/protocol/native-messages.ts';

function setUp() {
  const clock = new SimulatedClock();
  const sent: (ClientMessage & { atMs: number })[] = [];
  const turns = createCallerTurns(clock, (message) => sent.push({ ...message, atMs: clock.nowMs() }));
  return { clock, sent, turns };
}

describe("the caller's turns", () => {
  it('open with the first sound and send its words at once', () => {
    const { sent, turns } = setUp();
    turns.hear('a');
    expect(sent).toEqual([
      { type: 'speech.started', turn: 1, atMs: 0 },
      { type: 'transcript.updated', turn: 1, text: 'a', state: 'interim', atMs: 0 },
    ]);
  });

  it('send ten partials a second at most, the latest words always', async () => {
    const { clock, sent, turns } = setUp();
    const text = 'a table for two tonight in san jose';
    for (let length = 1; length <= text.length; length++) {
      turns.hear(text.slice(0, length));
      await clock.advance(15);
    }
    await clock.advance(PARTIAL_EVERY_MS);
    const partials = sent.filter((message) => message.type === 'transcript.updated');
    const gapsMs = partials.slice(1).map((message, index) => message.atMs - (partials[index]?.atMs ?? 0));
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(PARTIAL_EVERY_MS);
    expect(partials.at(-1)).toMatchObject({ text, state: 'interim' });
    expect(partials).toHaveLength(7);
  });

  it('end with the final, and nothing of the turn comes after it', async () => {
    const { clock, sent, turns } = setUp();
    turns.hear('yes');
    turns.hear('yes please');
    expect(turns.finish(' yes please ')).toBe(1);
    await clock.advance(1000);
    expect(sent.at(-1)).toEqual({ type: 'transcript.updated', turn: 1, text: 'yes please', state: 'final', atMs: 0 });
    expect(clock.countTimers).toBe(0);
  });

  it('are numbered one after the other', () => {
    const { turns } = setUp();
    expect([turns.finish('one'), turns.finish('two'), turns.finish('three')]).toEqual([1, 2, 3]);
  });

  it('need words to begin or to end', () => {
    const { sent, turns } = setUp();
    turns.hear('  ');
    expect(turns.finish(' ')).toBeUndefined();
    expect(sent).toEqual([]);
  });

  it('open once, by a sound before any word', () => {
    const { sent, turns } = setUp();
    turns.start();
    turns.hear('hello');
    expect(sent.map((message) => message.type)).toEqual(['speech.started', 'transcript.updated']);
  });

  it('send words that were taken back as taken back', async () => {
    const { clock, sent, turns } = setUp();
    turns.hear('n');
    turns.hear('');
    await clock.advance(PARTIAL_EVERY_MS);
    expect(sent.at(-1)).toMatchObject({ turn: 1, text: '', state: 'interim' });
  });

  it('do not repeat words that are known', async () => {
    const { clock, sent, turns } = setUp();
    turns.hear('hello');
    turns.hear('hello ');
    await clock.advance(1000);
    expect(sent).toHaveLength(2);
  });

  it('close when the agent takes the open turn as complete, with the words it has seen', async () => {
    const { clock, sent, turns } = setUp();
    turns.hear('a table');
    turns.hear('a table for');
    expect(turns.close(1)).toBe('a table');
    await clock.advance(1000);
    expect(sent.at(-1)).toMatchObject({ text: 'a table' });
    turns.hear('two');
    expect(sent.at(-1)).toMatchObject({ turn: 2 });
  });

  it('stay open when the agent answers another turn', () => {
    const { turns } = setUp();
    turns.finish('hello');
    expect(turns.close(1)).toBeUndefined();
    turns.hear('one more thing');
    expect(turns.close(1)).toBeUndefined();
    expect(turns.finish('one more thing')).toBe(2);
  });
});
