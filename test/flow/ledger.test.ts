import { it } from 'vitest';
import { expectLedgersAsScripted } from '../support/scripted-ledger.ts';

it('gives each part of a turn what its script took, and leaves nothing unexplained', () => expectLedgersAsScripted(50));
