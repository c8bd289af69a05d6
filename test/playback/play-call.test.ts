import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { CallEvent } from '../../src/events.ts';
import { type PlayOptions, playCall } from '../../src/playback/play-call.ts';
import type { TurnRecord } from '../../src/playback/turn-log.ts';
import type { RecordedEvent } from '../../src/trace/format/call-file.ts';
import { type Answer, type AnsweringCall, createAnsweringCall, reply } from '../support/answering-call.ts';

const EVENTS: readonly RecordedEvent[] = [
  { type: 'speech.started', atMs: 0, turn: 1 },
  { type: 'transcript.updated', atMs: 250, turn: 1, text: 'a', state: 'interim' },
  { type: 'transcript.updated', atMs: 600, turn: 1, text: 'a table', state: 'final' },
  { type: 'speech.started', atMs: 1600, turn: 2 },
  { type: 'transcript.updated', atMs: 2000, turn: 2, text: 'bye', state: 'final' },
  { type: 'call.ended', atMs: 3000 },
];

/** Plays on simulated time, a step at a time, until the player is done. */
async function play(
  answers: Readonly<Record<number, readonly Answer[]>>,
  options: Partial<PlayOptions> = {},
  { forMs = 120_000 }: { forMs?: number } = {},
) {
  const clock = new SimulatedClock();
  const turns: TurnRecord[] = [];
  let answering: AnsweringCall | undefined;
  let outcome: unknown = 'still playing';
  const open = (report: (event: CallEvent) => void) => {
    answering = createAnsweringCall(clock, answers, report);
    return answering.call;
  };
  void playCall({ events: EVENTS, clock, open, turnEnded: (turn) => turns.push(turn), ...options }).then(
    () => {
      outcome = 'played';
    },
    (error: unknown) => {
      outcome = error;
    },
  );
  for (let atMs = 0; atMs < forMs && outcome === 'still playing'; atMs += 50) await clock.advance(50);
  return { outcome, turns, heard: answering?.heard ?? [], isEnded: answering?.isEnded(), clock };
}

describe('a played call', () => {
  it('keeps the times within a turn, and lets a turn begin a breath after the reply to the last', async () => {
    const { outcome, heard, isEnded, clock } = await play({ 1: [reply('When?', 5000)], 2: [reply('Bye.', 10)] });
    expect(outcome).toBe('played');
    expect(heard.map(({ atMs, type, text }) => [atMs, text ?? type])).toEqual([
      [0, 'speech.started'],
      [250, 'a'],
      [600, 'a table'],
      [5850, 'speech.started'],
      [6250, 'bye'],
    ]);
    expect(isEnded).toBe(true);
    expect(clock.countTimers).toBe(0);
  });

  it('waits for the greeting', async () => {
    const greeting: readonly Answer[] = [
      { atMs: 0, event: { type: 'reply.updated', text: 'Hello!' } },
      reply('Hello!', 900),
    ];
    const { heard, turns } = await play({ 0: greeting, 1: [reply('When?', 10)], 2: [reply('Bye.', 10)] });
    expect(heard[0]).toMatchObject({ atMs: 1150, type: 'speech.started' });
    expect(turns.map(({ turn, caller, reply }) => [turn, caller, reply])).toEqual([
      [0, '', 'Hello!'],
      [1, 'a table', 'When?'],
      [2, 'bye', 'Bye.'],
    ]);
  });

  it('speaks faster when asked to', async () => {
    const { heard } = await play({ 1: [reply('When?', 100)], 2: [reply('Bye.', 10)] }, { pace: 4 });
    expect(heard.map(({ atMs }) => atMs)).toEqual([0, 62.5, 150, 312.5, 412.5]);
  });

  it('gathers tools, ledger and errors of a turn', async () => {
    const partsUs = { prefill: 7000, unexplained: 0 };
    const measured = { firstTextMs: 7, totalMs: 7, partsUs, draft: 'repaired', forwards: 2, steps: 1 } as const;
    const tool = { name: 'find', arguments: { city: 'X' }, result: [], speculative: true };
    const { turns } = await play({
      1: [
        { atMs: 1, event: { type: 'tool.ended', ...tool } },
        reply('When?', 8),
        { atMs: 9, event: { type: 'turn.measured', ...measured } },
      ],
      2: [reply('Bye.', 10)],
    });
    expect(turns[0]).toEqual({
      turn: 1,
      caller: 'a table',
      tools: [tool],
      reply: 'When?',
      heard: 'When?',
      interrupted: false,
      measured,
      errors: [],
    });
    expect(turns[1]).not.toHaveProperty('measured');
  });

  it('tells how much of the audio was played out, no more than was sent, at the pace asked for', async () => {
    const frame: Answer['event'] = { type: 'audio.delta', samples: new Int16Array(320) };
    const spoken = (atMs: number): readonly Answer[] => [
      { atMs: 10, event: { type: 'audio.started' } },
      ...Array.from({ length: 20 }, (): Answer => ({ atMs: 11, event: frame })),
      { atMs: 12, event: { type: 'audio.ended' } },
      reply('When?', atMs),
    ];
    const positions = async (playbackPace: number) => {
      const { heard } = await play({ 1: spoken(3000), 2: [reply('Bye.', 10)] }, { playbackPace });
      return heard.flatMap((event) => ('playedMs' in event ? [[event.atMs - 610, event.playedMs]] : []));
    };
    expect(await positions(1)).toEqual([
      [100, 100],
      [200, 200],
      [300, 300],
      [400, 400],
    ]);
    expect(await positions(2)).toEqual([
      [50, 100],
      [100, 200],
      [150, 300],
      [200, 400],
    ]);
  });

  it('fails naming the turn when a reply never ends, and still ends the call', async () => {
    const { outcome, isEnded, clock } = await play({ 1: [reply('When?', 10)] });
    expect(outcome).toMatchObject({ code: 'reply-missing', message: expect.stringContaining('turn 2') });
    expect(isEnded).toBe(true);
    expect(clock.countTimers).toBe(0);
  });

  it('fails when the call is lost while the caller waits', async () => {
    const clock = new SimulatedClock();
    const call = (report: (event: CallEvent) => void) => {
      const answering = createAnsweringCall(clock, {}, report);
      clock.setTimeout(() => void answering.call.end(), 2000);
      return answering.call;
    };
    const outcome = playCall({ events: EVENTS, clock, open: call }).catch((error: unknown) => error);
    for (let step = 0; step < 60; step++) await clock.advance(50);
    expect(await outcome).toMatchObject({ code: 'call-lost', message: expect.stringContaining('turn 1') });
  });

  it('waits for the reply to the last final of a turn that was taken back', async () => {
    const events: readonly RecordedEvent[] = [
      { type: 'speech.started', atMs: 0, turn: 1 },
      { type: 'transcript.updated', atMs: 100, turn: 1, text: 'a table', state: 'final' },
      { type: 'transcript.updated', atMs: 200, turn: 1, text: 'a table for', state: 'resumed' },
      { type: 'transcript.updated', atMs: 500, turn: 1, text: 'a table for two', state: 'final' },
    ];
    const { outcome, turns } = await play({ 1: [reply('When?', 50)] }, { events });
    expect(outcome).toBe('played');
    expect(turns).toHaveLength(1);
    expect(turns[0]).toMatchObject({ caller: 'a table for two', reply: 'When?' });
  });
});
