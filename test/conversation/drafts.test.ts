import { expect, it } from 'vitest';
import { createContext } from '../../src/conversation/context.ts';
import { decideCall, forgetDrafts, isDraftCurrent, toDraftRequest } from '../../src/conversation/drafts.ts';
import { decidedCall, missingArguments } from '../../src/conversation/runs.ts';
import type { Draft } from '../../src/conversation/writer.ts';
import { makeAgent } from '../support/flow.ts';

const facts = { text: 'x', stableText: '', pEndOfTurn: 0, pWait: 0, tokens: [] };
const counts = { countForwards: 1, countSteps: 0, countReused: 0 };
const call = { name: 'book', arguments: { city: 'Oslo' } };

function draftOf(id: number): Draft {
  const decided = { call, missing: ['day'], argumentConfidences: {} };
  return { ...facts, ...counts, id, isDone: true, act: 'call', decided };
}

/** A call whose newest request has id 2. */
function contextWith(draft: Draft | undefined) {
  const start = createContext({ agent: makeAgent(), callId: 'call-1', greeting: '' });
  return { ...start, transcript: 'book it', request: { id: 2, words: undefined, acts: [] }, draft };
}

it('starts from the draft of an earlier request, and knows it from one of the newest', () => {
  expect([1, 2].map((id) => isDraftCurrent(contextWith(draftOf(id))))).toEqual([false, true]);
  expect(toDraftRequest(contextWith(draftOf(1)), 3).previous).toMatchObject({ id: 1 });
  const forgotten = contextWith(undefined);
  expect(toDraftRequest({ ...forgotten, ...forgetDrafts(forgotten) }, 3)).not.toHaveProperty('previous');
});

it('gives the model nothing to start from that no model wrote', () => {
  const context = contextWith(draftOf(2));
  const confirmed = { ...context, ...decideCall(context, call) };
  expect(decidedCall(confirmed)).toEqual(call);
  expect(isDraftCurrent(confirmed)).toBe(false);
  expect(toDraftRequest(confirmed, 3)).not.toHaveProperty('previous');
});

it('knows what a call lacks once it is decided, and nothing of one whose words are none', () => {
  const decided = contextWith(draftOf(2));
  expect([decidedCall(decided), missingArguments(decided)]).toEqual([call, ['day']]);
  const garbled = contextWith({ ...facts, ...counts, id: 2, isDone: true, act: 'call', decided: undefined });
  expect([decidedCall(garbled), missingArguments(garbled)]).toEqual([undefined, []]);
});
