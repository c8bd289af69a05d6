import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const alias = {
  'repartee/testing': fileURLToPath(new URL('./src/testing/index.ts', import.meta.url)),
  repartee: fileURLToPath(new URL('./src/index.ts', import.meta.url)),
};
/** uWebSockets.js is large, and no dependency: its folder may be anywhere. */
const uws = process.env.REPARTEE_TEST_UWS;
const node = { environment: 'node', pool: 'forks' } as const;
const slow = { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false };
/** Their random cases are few in the fast project, and ten times as many in the deep one. */
const random = [
  'test/agent/every-type.test.ts',
  'test/engine/{bad-input,constrain,constraints/call,constraints/pattern,tokenizer/tokenizer-file}.test.ts',
];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    projects: [
      {
        resolve: { alias },
        test: {
          ...node,
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{with-model,browser,deep}/**'],
          testTimeout: 20_000,
          maxWorkers: 2,
          // A process for each of 150 files costs more than the tests: no file may leave anything behind.
          isolate: false,
        },
      },
      {
        resolve: { alias: { ...alias, ...(uws === undefined ? {} : { 'uWebSockets.js': uws }) } },
        test: {
          ...node,
          name: 'uws',
          include: ['test/{transport,server}/**/*.test.ts'],
          env: { REPARTEE_TEST_TRANSPORT: 'uWebSockets.js' },
          testTimeout: 20_000,
        },
      },
      { resolve: { alias }, test: { ...node, ...slow, name: 'model', include: ['test/with-model/**/*.test.ts'] } },
      { resolve: { alias }, test: { ...node, ...slow, name: 'browser', include: ['test/browser/**/*.test.ts'] } },
      {
        resolve: { alias },
        test: {
          ...node,
          ...slow,
          testTimeout: 900_000,
          fileParallelism: true,
          maxWorkers: 2,
          name: 'deep',
          include: ['test/deep/**/*.test.ts', ...random],
          env: { REPARTEE_TEST_TIMES: '10' },
        },
      },
    ],
  },
});
