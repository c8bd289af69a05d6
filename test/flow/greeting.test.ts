import { expect, it } from 'vitest';
import type { AuthorFailure } from '../../src/session/author-code.ts';
import { makeAgent, say, startFlow } from '../support/flow.ts';

it.each([
  ['undefined', undefined],
  ['5', 5],
  ['an object', { words: 'Hello.' }],
  ['5', Promise.resolve(5)],
])('answers the caller though the greeting gave %s, and logs what it gave', async (shown, words: unknown) => {
  const failures: AuthorFailure[] = [];
  const flow = startFlow({
    agent: makeAgent({ greeting: () => words as string }),
    authorFailed: (failure) => failures.push(failure),
    script: () => say('Yes?'),
  });
  await flow.clock.advance(100);
  expect(flow.of('error')).toMatchObject([{ code: 'hook-failed', message: 'greeting of test failed' }]);
  expect(failures).toMatchObject([{ cause: { message: `gave ${shown}, expected words` } }]);
  flow.final(1, 'hello');
  await flow.clock.advance(1000);
  expect(flow.replies()).toMatchObject([{ turn: 1, text: 'Yes?' }]);
});

it('lets the caller begin where the greeting gave no words', async () => {
  const flow = startFlow({ agent: makeAgent({ greeting: () => ' ' }), script: () => say('Yes?') });
  await flow.clock.advance(100);
  expect([flow.of('error'), flow.replies()]).toEqual([[], []]);
});
