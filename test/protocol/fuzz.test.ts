import { expect, it } from 'vitest';
import { fuzzWires } from '../support/wire-fuzz.ts';

const COUNT_MESSAGES = 700;

it.each(fuzzWires)(
  '$name takes whatever a peer sends: answers as documented, harms no other call, leaves nothing',
  async ({ fuzz }) => {
    expect(await fuzz(COUNT_MESSAGES)).toBeGreaterThanOrEqual(COUNT_MESSAGES);
  },
);
