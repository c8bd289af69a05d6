import { expect, it } from 'vitest';
import { benchImported, toFigures } from '../../bench/imported.ts';
import { readCallers } from '../../bench/spoken-turns.ts';
import { packagePath } from '../../src/package-path.ts';

it('counts tokens, first tokens and whole replies that are the same', () => {
  expect(toFigures([[true, true], [true, false, true], [false], []])).toEqual({
    prompts: 4,
    tokens: 6,
    sameTokens: 0.67,
    sameFirst: 0.67,
    sameReplies: 0.33,
  });
});

it('asks what callers of recorded calls said', () => {
  const turns = readCallers(packagePath('fixtures/calls'));
  expect(turns.length).toBeGreaterThanOrEqual(50);
  expect(turns[0]).toMatch(/[a-z]/);
});

it('wants the model and the file', async () => {
  await expect(benchImported(['--model', 'x'])).rejects.toThrow('--model and --gguf are both needed');
});
