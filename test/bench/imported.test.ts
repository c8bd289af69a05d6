import { expect, it } from 'vitest';
import { benchImported, readCallers, toFigures } from '../../bench/imported.ts';

it('counts tokens, first tokens and whole replies that are the same', () => {
  expect(toFigures([[true, true], [true, false, true], [false], []])).toEqual({
    prompts: 4,
    tokens: 6,
    sameTokens: 0.67,
    sameFirst: 0.67,
    sameReplies: 0.33,
  });
});

it('asks what callers of recorded calls said', async () => {
  const turns = await readCallers();
  expect(turns.length).toBeGreaterThanOrEqual(50);
  expect(turns[0]).toBe('hi i am not feeling well and need to get an appointment with dr morgan');
});

it('wants the model and the file', async () => {
  await expect(benchImported(['--model', 'x'])).rejects.toThrow('--model and --gguf are both needed');
});
