import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/**
 * Gives each test of a file a folder of its own for what the example agents keep, and, where it is given, the day that they take for today.
 * Returns where that folder is.
 */
export function keepAgentStateApart(today?: string): () => string {
  let state = '';
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'repartee-state-'));
    process.env.REPARTEE_STATE = state;
    if (today !== undefined) process.env.REPARTEE_TODAY = today;
  });
  afterEach(async () => {
    delete process.env.REPARTEE_STATE;
    delete process.env.REPARTEE_TODAY;
    await rm(state, { recursive: true, force: true });
  });
  return () => state;
}
