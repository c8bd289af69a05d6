import { expect, it } from 'vitest';
import { benchGpu, toDollars } from '../../bench/gpu.ts';

it('tells what a million tokens cost at a price an hour', () => {
  expect(toDollars(1000, 3.6)).toBe(1);
  expect(toDollars(250, 3.6)).toBe(4);
});

it.each([
  [['--sequences', '0'], /--sequences/],
  [['--sequences', '4,many'], /--sequences/],
  [['--price', 'free'], /--price is "free": give dollars an hour, a number above 0/],
  [['--tokens', '1000'], /--tokens/],
])('refuses %j', async (argv, why) => {
  await expect(benchGpu(argv)).rejects.toThrow(why);
});
