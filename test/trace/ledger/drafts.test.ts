import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDraftBook, type DraftCause, type DraftOutcome } from '../../../src/trace/ledger/drafts.ts';

describe('a draft book', () => {
  it('counts a superseded draft by what its successor kept', () => {
    const book = createDraftBook();
    book.open(1, 1, 'interim', 10);
    book.spend(1, 40_000);
    expect(book.end(1, 'superseded', 0.25, 60)).toEqual({
      id: 1,
      turn: 1,
      cause: 'interim',
      startedMs: 10,
      endedMs: 60,
      outcome: 'superseded',
      modelUs: 40_000,
      savedUs: 10_000,
      neededUs: 0,
      wastedUs: 30_000,
    });
  });

  it('splits a draft that the final overtook into work done ahead and work waited for', () => {
    const book = createDraftBook();
    book.open(1, 1, 'interim', 0);
    book.spend(1, 30_000);
    book.commit(1);
    book.spend(1, 50_000);
    expect(book.end(1, 'committed', 1, 50)).toMatchObject({ savedUs: 30_000, neededUs: 20_000, wastedUs: 0 });
  });

  it('saves nothing with a draft that the final itself started', () => {
    const book = createDraftBook();
    book.open(1, 1, 'final', 0);
    book.spend(1, 50_000);
    expect(book.end(1, 'committed', 1, 50)).toMatchObject({ savedUs: 0, neededUs: 50_000, wastedUs: 0 });
    book.open(2, 1, 'step', 50);
    book.spend(2, 7000);
    expect(book.end(2, 'barge-in', 0, 60)).toMatchObject({ savedUs: 0, neededUs: 0, wastedUs: 7000 });
  });

  it('ends what is still open when the call ends, and ignores reports about the dead', () => {
    const book = createDraftBook();
    book.open(1, 1, 'interim', 0);
    book.open(2, 2, 'interim', 5);
    book.spend(2, 9000);
    expect(book.close(20).map(({ id, outcome, wastedUs }) => ({ id, outcome, wastedUs }))).toEqual([
      { id: 1, outcome: 'ended', wastedUs: 0 },
      { id: 2, outcome: 'ended', wastedUs: 9000 },
    ]);
    book.spend(2, 99_000);
    expect(book.end(2, 'committed', 1, 30)).toBeUndefined();
    expect(book.close(40)).toEqual([]);
  });

  it('explains every microsecond of model time', () => {
    const causes: readonly DraftCause[] = ['interim', 'final', 'step'];
    const outcomes: readonly DraftOutcome[] = ['committed', 'superseded', 'barge-in', 'ended'];
    fc.assert(
      fc.property(
        fc.constantFrom(...causes),
        fc.constantFrom(...outcomes),
        fc.nat(1_000_000),
        fc.nat(1_000_000),
        fc.boolean(),
        fc.double({ min: -1, max: 2, noNaN: true }),
        (cause, outcome, aheadUs, laterUs, isCommitted, keptShare) => {
          const book = createDraftBook();
          book.open(1, 1, cause, 0);
          book.spend(1, aheadUs);
          if (isCommitted) book.commit(1);
          book.spend(1, aheadUs + laterUs);
          const account = book.end(1, outcome, keptShare, 1);
          expect(account?.modelUs).toBe(aheadUs + laterUs);
          const { savedUs = -1, neededUs = -1, wastedUs = -1 } = account ?? {};
          expect(Math.min(savedUs, neededUs, wastedUs)).toBeGreaterThanOrEqual(0);
          expect(savedUs + neededUs + wastedUs).toBe(aheadUs + laterUs);
        },
      ),
    );
  });
});
