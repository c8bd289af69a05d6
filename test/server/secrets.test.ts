import { expect, it } from 'vitest';
import { toFailureFields } from '../../src/server/log.ts';
import { coverSecrets } from '../../src/server/secrets.ts';

it.each([
  ['connect ECONNREFUSED db:5432 password=hunter2', 'connect ECONNREFUSED db:5432 password=***'],
  ['postgres://bob:hunter2@db:5432/shop is down', 'postgres://***@db:5432/shop is down'],
  ['{"apiKey": "hunter2", "city": "Oakland"}', '{"apiKey": ***, "city": "Oakland"}'],
  ['DB_PASSWORD: hunter2; retry', 'DB_PASSWORD: ***; retry'],
  ['401 for Bearer abc.def-123', '401 for Bearer ***'],
  ['GET /x?access_token=hunter2&city=1', 'GET /x?access_token=***&city=1'],
  ['key sk-hunter2hunter2 refused', 'key *** refused'],
  ['eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl expired', '*** expired'],
  ['0123456789abcdef0123456789abcdef is no id', '*** is no id'],
  ['two\nlines', 'two lines'],
  ['no table for two at seven', 'no table for two at seven'],
])('covers what may be a secret in %j', (text, due) => {
  expect(coverSecrets(text)).toBe(due);
});

it('tells the log what a tool threw, and where, in one line that is not long', () => {
  const fields = toFailureFields(Object.assign(new Error(`down: ${'x '.repeat(4000)}`), { code: 'ECONNREFUSED' }));
  expect(fields).toMatchObject({ error: 'Error', errorCode: 'ECONNREFUSED', at: expect.stringMatching(/^at /) });
  expect(String(fields.message).length).toBeLessThanOrEqual(500);
});
