import { expect, it } from 'vitest';
import { z } from 'zod';
import { runBenchProgram } from '../support/built-program.ts';

const figures = z.object({
  calls: z.object({ n: z.number(), jsonValid: z.number().nullable() }),
  replies: z.object({ n: z.number(), rep4: z.number().nullable(), empty: z.number().nullable() }),
});
const bench = z.object({ sources: z.record(z.string(), z.object({ low: figures })) });

it('calls with valid JSON alone, never says nothing, and hardly ever loops, on a sample of all sources', {
  timeout: 1_800_000,
}, async () => {
  const argv = ['model', '--effort', 'low', '--limit', '4', '--json'];
  const { exitCode, out, err } = await runBenchProgram(argv, { REPARTEE_DATA: '' });
  expect([exitCode, err]).toEqual([0, expect.stringContaining('evaluating the sample in')]);
  const all = Object.values(bench.parse(JSON.parse(out)).sources).map(({ low }) => low);
  const sum = (read: (one: z.infer<typeof figures>) => number) => all.reduce((total, one) => total + read(one), 0);
  const countReplies = sum(({ replies }) => replies.n);
  expect(countReplies).toBeGreaterThanOrEqual(100);
  expect(sum(({ calls }) => calls.n)).toBeGreaterThanOrEqual(30);
  for (const { calls } of all) if (calls.n > 0) expect(calls.jsonValid).toBe(1);
  expect(sum(({ replies }) => (replies.empty ?? 0) * replies.n)).toBe(0);
  expect(sum(({ replies }) => (replies.rep4 ?? 0) * replies.n) / countReplies).toBeLessThanOrEqual(0.01);
});
