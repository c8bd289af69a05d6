import { expect, it } from 'vitest';
import { fuzzWires } from '../support/wire-fuzz.ts';

const COUNT_MESSAGES = 20_000;

it.each(fuzzWires)('$name takes whatever a peer sends, for long', { timeout: 600_000 }, async ({ fuzz }) => {
  expect(await fuzz(COUNT_MESSAGES)).toBeGreaterThanOrEqual(COUNT_MESSAGES);
});
