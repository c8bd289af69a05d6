import { it } from 'vitest';
import { expectLedgersAsScripted } from '../support/scripted-ledger.ts';

it('gives each part of a turn what its script took, in ten thousand random calls', { timeout: 1_200_000 }, () =>
  expectLedgersAsScripted(10_000),
);
