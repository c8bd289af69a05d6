// `npm run bench -- NAME`: argv in, exit code out. 0: done; 1: failed; 2: the command line makes no sense.

import { toMessage, UsageError } from '../src/errors.ts';
import { runBench } from './main.ts';

process.exitCode = await runBench(process.argv.slice(2)).catch((error: unknown) => {
  const isUsage = error instanceof UsageError;
  console.error(
    `bench: ${toMessage(error).replaceAll(/\s*\n\s*/g, ' ')}${isUsage ? '; see npm run bench -- --help' : ''}`,
  );
  if (process.env.REPARTEE_DEBUG === '1') console.error(error);
  return isUsage ? 2 : 1;
});
