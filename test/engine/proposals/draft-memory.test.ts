import { expect, it } from 'vitest';
import { createDraftMemory } from '../../../src/engine/proposals/draft-memory.ts';

it('gives earlier drafts back, newest first, and none that has not begun', () => {
  const memory = createDraftMemory();
  for (const tokens of [[1, 2], [], [1, 3]]) {
    memory.open(0);
    memory.note(tokens, true);
  }
  expect(memory.earlier).toEqual([[1, 2]]);
  memory.open(0);
  expect(memory.earlier).toEqual([
    [1, 3],
    [1, 2],
  ]);
});

it('holds a bounded number of drafts', () => {
  const memory = createDraftMemory();
  for (let turn = 0; turn < 100; turn++) {
    memory.open(turn);
    memory.note([turn], true);
  }
  expect(memory.earlier.length).toBeLessThan(10);
});

it('keeps of a draft that was cut off what its asker saw of it', () => {
  const memory = createDraftMemory();
  memory.open(0);
  memory.note([1, 2, 3, 4], false);
  memory.open(0, [1, 2]);
  expect(memory.earlier).toEqual([[1, 2]]);
  // Of this one nothing was seen: the next begins from the same again.
  memory.note([1, 7], false);
  memory.open(0, [1, 2]);
  expect(memory.earlier).toEqual([[1, 2]]);
  memory.note([1, 5], false);
  memory.open(0);
  expect(memory.earlier).toEqual([[1, 2]]);
});

it('keeps the end of a draft that was seen to its end', () => {
  const memory = createDraftMemory();
  memory.open(0);
  memory.note([1, 2, 9], true);
  memory.open(0, [1, 2]);
  expect(memory.earlier).toEqual([[1, 2, 9]]);
});
