// When the engine has no room for another call. Pure.
import { EngineError } from '../../errors.ts';
import type { EngineStats } from '../sequence.ts';

/** What a caller may wait for first words because of others. */
const MAX_WAIT_MS = 1200;

/** Would another call wait too long? */
export function isBusy({ waitMs }: EngineStats): boolean {
  return waitMs > MAX_WAIT_MS;
}

/** Throws EngineError `engine-busy` if another call would wait too long. Drafts never are the reason: they give way. */
export function checkLoad(stats: EngineStats): void {
  if (!isBusy(stats)) return;
  const { waitMs, countSequences } = stats;
  throw new EngineError(
    'engine-busy',
    `a turn would wait ${Math.round(waitMs)} ms for those of ${countSequences} calls, the limit is ${MAX_WAIT_MS}: try again later, or use more machines`,
  );
}
