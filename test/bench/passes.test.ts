import { expect, it } from 'vitest';
import { benchPasses } from '../../bench/passes.ts';
import { type Counted, machines, renderPassFigures, toPassFigures } from '../../bench/passes-figures.ts';
import { UsageError } from '../../src/errors.ts';

const drafts: readonly Counted[] = [
  { kind: '1 arguments', tokens: 10, forwards: 2, proposed: 12, accepted: 8, isSame: true },
  { kind: '4 arguments', tokens: 50, forwards: 6, proposed: 60, accepted: 40, isSame: false },
];

it('counts passes and positions of all drafts and of each kind', () => {
  const [all, one, four] = toPassFigures(drafts);
  expect(all).toMatchObject({ kind: 'all', count: 2, forwards: 4, positionsPerForward: 10.5, countDifferent: 1 });
  expect(one).toMatchObject({ kind: '1 arguments', count: 1, forwards: 2, positionsPerForward: 7, countDifferent: 0 });
  expect(four?.acceptedShare).toBe(0.67);
});

it('tells what the counts come to in time on each kind of machine', () => {
  const [all] = toPassFigures(drafts);
  const [pass, position] = machines.avx2;
  expect(all?.expectedMs.avx2).toBe(Math.round((8 * pass + 84 * position) / 2));
  expect(renderPassFigures('calls', toPassFigures(drafts))).toContain('| 4 arguments | 1 | 50 | 6 |');
  expect(toPassFigures([])).toEqual([]);
});

it('refuses a number of calls that is none', async () => {
  await expect(benchPasses(['--calls', 'many'])).rejects.toThrow(UsageError);
});
