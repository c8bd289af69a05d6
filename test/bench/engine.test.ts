import { join } from 'node:path';
import { expect, it } from 'vitest';
import { benchEngine } from '../../bench/engine.ts';
import { readEnginePoints } from '../../bench/engine-points.ts';
import { type EngineBench, renderEngine } from '../../bench/engine-table.ts';
import { defaultPromptLimits } from '../../src/engine/prompt/limits.ts';
import { UsageError } from '../../src/errors.ts';

const root = join(import.meta.dirname, '../..');
const spread = { p10: 20, p50: 21.5, p90: 30 };
const bench: EngineBench = {
  settings: {
    machine: { cpu: 'a CPU', cores: 2, node: '20', loadAverage: 0.4, date: '2026-11-26' },
    device: 'cpu',
    threads: 2,
    rounds: 2,
    contextTokensP50: 512,
    loadAverages: [0.4, 2],
    seconds: 200,
  },
  replies: [
    {
      tokens: 16,
      effort: 'low',
      ms: spread,
      forwards: 4,
      countReplies: 8,
      tokensWritten: 15.5,
      tokensPerForward: 3.9,
      acceptedPerForward: 2.9,
      firstWordsMsP50: 12,
      constrainMsPerForward: 0.04,
      sameAsAr: 1,
    },
  ],
  partial: { msP50: 20, msP90: 40, forwards: 1.4 },
  prefill512: { msP50: 400, msP90: 410 },
  toolCall: { msP50: 140, msP90: 200, forwards: 9, tokens: 40, constrainMsPerForward: 0.4 },
  autoregressive: { msPerToken: 12 },
  llamaCpp: { why: 'no network' },
  ratios: { llamaCppQ8At32: null },
  load: { why: 'too few dialogues' },
  memoryPerCallMb: 47,
};

it('finds replies and calls of four arguments in the sample, each context beginning with the prompt prefix of its dialogue', () => {
  const points = readEnginePoints(join(root, 'models/repartee-s'), defaultPromptLimits);
  expect(points.filter(({ act }) => act === 'say').length).toBeGreaterThan(300);
  expect(points.filter(({ countArguments }) => countArguments === 4).length).toBeGreaterThan(10);
  for (const { promptPrefix, context } of points)
    expect(context.slice(0, promptPrefix.prefix.length)).toEqual(promptPrefix.prefix);
});

it('says in its table what could not be measured, and why', () => {
  const text = renderEngine(bench);
  expect(text).toContain('| 16 | low | 21.5 | 20 | 30 |');
  expect(text).toContain('llama.cpp: not measured, no network');
  expect(text).toContain('load: not measured, too few dialogues');
});

it('refuses a count that is none', async () => {
  await expect(benchEngine(['--replies', 'x'])).rejects.toThrow(
    new UsageError('--replies is "x", expected a whole number from 1 to 100'),
  );
  await expect(benchEngine(['--fast'])).rejects.toThrow(UsageError);
});
