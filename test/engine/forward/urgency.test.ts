import { expect, it } from 'vitest';
import { createDraftTurns, isBefore, type Standing, urgencyOf } from '../../../src/engine/forward/urgency.ts';
import type { Priority } from '../../../src/engine/sequence.ts';

const standing = (priority: Priority, more: Partial<Standing> = {}): Standing => ({
  priority,
  silentFromMs: 0,
  act: 'say',
  countStable: 0,
  hasBegun: false,
  pEndOfTurn: 0.9,
  isResumed: false,
  lastTurnMs: 0,
  ...more,
});
const goesFirst = (a: Standing, b: Standing) =>
  isBefore(urgencyOf(a), urgencyOf(b)) && !isBefore(urgencyOf(b), urgencyOf(a));

it('puts what somebody waits for before drafts, however late it is asked', () => {
  expect(goesFirst(standing('committed', { silentFromMs: 9e9 }), standing('draft', { hasBegun: true }))).toBe(true);
  expect(goesFirst(standing('step', { silentFromMs: 9e9 }), standing('draft', { hasBegun: true }))).toBe(true);
});

it('puts whose caller is silent longer first, a turn or a step of its tool loop', () => {
  const [turn, step] = [standing('committed', { silentFromMs: 500 }), standing('step', { silentFromMs: 400 })];
  expect(goesFirst(step, turn)).toBe(true);
  expect(goesFirst(turn, { ...step, silentFromMs: 600 })).toBe(true);
});

it('puts first words before those who have some to speak, until these have been spoken', () => {
  const speaking = standing('committed', { countStable: 5 });
  expect(goesFirst(standing('committed', { silentFromMs: 900 }), speaking)).toBe(true);
  expect(goesFirst(speaking, standing('committed', { silentFromMs: 1100 }))).toBe(true);
});

it('gives no time for tokens that are not spoken', () => {
  const calling = standing('committed', { act: 'call', countStable: 20 });
  expect(goesFirst(calling, standing('committed', { silentFromMs: 1 }))).toBe(true);
});

it('brings a draft that has begun to its end, then lets the calls take turns', () => {
  const begun = standing('draft', { silentFromMs: 500, hasBegun: true });
  const [waited, served] = [standing('draft', { lastTurnMs: 10 }), standing('draft', { lastTurnMs: 400 })];
  expect(goesFirst(begun, standing('draft'))).toBe(true);
  expect(goesFirst(standing('draft'), waited)).toBe(true);
  expect(goesFirst(waited, served)).toBe(true);
});

it('writes a draft that is hardly used only when no other wants to begin, the likelier ones first', () => {
  const unlikely = standing('draft', { hasBegun: true, pEndOfTurn: 0.1 });
  expect(goesFirst(standing('draft', { lastTurnMs: 9e12 }), unlikely)).toBe(true);
  expect(goesFirst(standing('draft', { hasBegun: true, pEndOfTurn: 0.2 }), unlikely)).toBe(true);
});

it('counts a turn to draft when a draft was brought to its end, or a second one was cut off', () => {
  const turns = createDraftTurns();
  turns.end(true, 100);
  expect(turns.lastTurnMs).toBe(100);
  turns.end(false, 200);
  expect(turns.lastTurnMs).toBe(100);
  turns.end(false, 300);
  expect(turns.lastTurnMs).toBe(300);
  turns.end(false, 400);
  turns.end(true, 500);
  expect(turns.lastTurnMs).toBe(500);
});

it('brings a draft to its end whose caller has probably ended, whatever the first forward told', () => {
  const [resumed, unlikely] = [true, false].map((isResumed) =>
    standing('draft', { hasBegun: true, pEndOfTurn: 0.01, isResumed }),
  );
  if (resumed === undefined || unlikely === undefined) throw new Error('two were made');
  expect(goesFirst(resumed, standing('draft'))).toBe(true);
  expect(goesFirst(standing('draft'), unlikely)).toBe(true);
});
