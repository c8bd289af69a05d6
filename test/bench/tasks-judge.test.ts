import { expect, it } from 'vitest';
import { figuresOf, toShare } from '../../bench/tasks/figures.ts';
import { isClaim, isDenial } from '../../bench/tasks/heard.ts';
import { judge } from '../../bench/tasks/judge.ts';
import type { PlayedTask } from '../../bench/tasks/played-task.ts';
import { skiScript } from '../../bench/tasks/scripts/ski-rental.ts';
import { renderCall } from '../../bench/tasks/table.ts';
import type { ToolRecord, TurnRecord } from '../../src/playback/turn-log.ts';

const goal = { gear: 'skis', shoe: '42', date: '2026-01-20', days: '3', name: 'Greta' };
const kept = { reserved: true, gear: 'skis', shoe_size: 42, date: '2026-01-20', days: 3, name: 'greta', total: '$102' };
const reserve = (result: unknown): ToolRecord => ({ name: 'reserve_gear', arguments: {}, result, speculative: false });
const turn = (caller: string, reply: string, ...tools: ToolRecord[]): TurnRecord => ({
  turn: 1,
  caller,
  tools,
  reply,
  heard: reply,
  interrupted: false,
  errors: [],
});
const play = (turns: readonly TurnRecord[], changes: Partial<PlayedTask> = {}): PlayedTask => ({
  agent: 'ski-rental',
  index: 0,
  script: skiScript,
  task: { kind: 'straight', goal, opening: [] },
  greeting: 'Hello!',
  turns,
  ran: turns.flatMap(({ tools }) => tools),
  goal,
  countReAsks: 0,
  readBackOf: () => undefined,
  ...changes,
});

it('calls it a success when what was wanted was done once and told truly', () => {
  const verdict = judge(play([turn('skis for three days', 'Reserved, that is $102 for 3 days.', reserve(kept))]));
  expect(verdict).toMatchObject({ isSuccess: true, isWrongWrite: false, isMissing: false, invented: [] });
});

it('calls a write wrong that has another value, that came twice, or that nobody wanted', () => {
  const other = judge(play([turn('yes', 'Done.', reserve({ ...kept, date: '2026-01-21' }))]));
  expect(other).toMatchObject({ isSuccess: false, isWrongWrite: true, isMissing: true });
  const twice = judge(play([turn('yes', 'Done.', reserve(kept)), turn('yes', 'Done.', reserve(kept))]));
  expect(twice).toMatchObject({ isSuccess: false, isWrongWrite: true, isMissing: false });
  const task = { kind: 'refusal', goal, opening: [], refusesReadBack: true } as const;
  expect(judge(play([turn('no', 'Done.', reserve(kept))], { task }))).toMatchObject({
    isWrongWrite: true,
    isSuccess: false,
  });
});

it('takes a name for the same with an article before it', () => {
  const task = { kind: 'straight', goal: { ...goal, name: 'Old Salt' }, opening: [] } as const;
  const turns = [turn('yes', 'Reserved.', reserve({ ...kept, name: 'The old Salt' }))];
  expect(judge(play(turns, { task, goal: task.goal })).isSuccess).toBe(true);
});

it('does not count a result twice that was only told once more', () => {
  const turns = [turn('yes', 'Reserved.', reserve(kept)), turn('bye', 'It is reserved, bye.', reserve(kept))];
  expect(judge(play(turns, { ran: [reserve(kept)] }))).toMatchObject({ isSuccess: true, done: [{ gear: 'skis' }] });
});

it('calls a call without a write a success where nothing was wanted, and else not done', () => {
  const task = { kind: 'change of mind', goal, opening: [], leavesAtTurn: 1 } as const;
  expect(judge(play([turn('never mind', 'Okay.')], { task })).isSuccess).toBe(true);
  expect(judge(play([turn('skis', 'Okay.')]))).toMatchObject({
    isSuccess: false,
    isMissing: true,
    isFalseClaim: false,
  });
});

it('sees a claim that nothing stands behind, and none in a question, a condition or a refusal', () => {
  expect(judge(play([turn('yes', 'Your skis are reserved.')])).isFalseClaim).toBe(true);
  expect(judge(play([turn('yes', 'You are all set!', reserve({ reserved: false }))])).isFalseClaim).toBe(true);
  for (const line of [
    'Your table is booked.',
    "I've reserved it.",
    'Your order has been placed.',
    'Booked for Friday.',
  ])
    expect([line, isClaim(line)]).toEqual([line, true]);
  for (const line of ['Shall I have it booked?', 'That time is already booked.', 'Once it is confirmed, come by.'])
    expect([line, isClaim(line)]).toEqual([line, false]);
});

it('wants a refusal told as one', () => {
  const task = { kind: 'denial', goal, opening: [], otherwise: null } as const;
  const refused = reserve({ reserved: false, reason: 'none left' });
  expect(judge(play([turn('yes', 'Sorry, none are left.', refused)], { task })).isSuccess).toBe(true);
  expect(judge(play([turn('yes', 'Great choice.', refused)], { task }))).toMatchObject({
    isUntold: true,
    isSuccess: false,
  });
  for (const line of ['There is no table left at that time.', "We don't have almond milk.", 'It is closed on Sundays.'])
    expect([line, isDenial(line)]).toEqual([line, true]);
});

it('wants a question answered with what the tool said', () => {
  const question = { lines: ['how much'], fact: () => '$34' };
  const task = { kind: 'question', goal: { gear: 'skis' }, opening: [], question } as const;
  expect(judge(play([turn('how much', '34 dollars a day.')], { task })).isSuccess).toBe(true);
  expect(judge(play([turn('how much', '$43 a day.')], { task }))).toMatchObject({ isUntold: true, isSuccess: false });
});

it('names the numbers of an outcome that nobody gave', () => {
  const invented = (reply: string) => judge(play([turn('skis', reply, reserve(kept))])).invented;
  expect(invented('Reserved from January 20th, for 3 days.')).toEqual([]);
  expect(invented('Reserved for $110 at 5 pm.')).toEqual(['110', '17:00', '5', '0']);
});

it('counts by Wilson: an interval that stays within 0 and 1, and holds the share', () => {
  const none = toShare(0, 20);
  expect([none.interval[0], none.interval[1] > 0.1, none.interval[1] < 0.2]).toEqual([0, true, true]);
  expect(toShare(62, 100).interval.map((bound) => bound.toFixed(3))).toEqual(['0.522', '0.709']);
  expect(figuresOf([])).toBeNull();
});

it('tells apart calls in which something was to be done: who does nothing fails all of those', () => {
  const idle = judge(play([turn('skis', 'Okay.')]));
  const task = { kind: 'change of mind', goal, opening: [], leavesAtTurn: 1 } as const;
  const left = judge(play([turn('never mind', 'Okay.')], { task }));
  expect(figuresOf([idle, left])).toMatchObject({ success: { share: 0.5 }, doing: { count: 0, share: 0 } });
  expect(figuresOf([left])?.doing).toBeNull();
});

it('shows a failed call with what was wanted, done and said', () => {
  const played = play([turn('skis please', 'Done.', reserve({ ...kept, days: 9 }))]);
  const text = renderCall(played, judge(played));
  expect(text).toMatch(/^# ski-rental 0, straight: wrong write, not done/);
  for (const part of ['caller  skis please', 'reserve_gear {} → {"reserved":true', 'agent   Done.'])
    expect(text).toContain(part);
});
