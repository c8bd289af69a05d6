#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';

/** What may still be winding down once a command is done. */
const LINGER_MS = 2000;

// Whoever reads has seen enough, as `head` has: what is left unsaid is nobody's failure.
const left = (error: NodeJS.ErrnoException, goOn: () => void) => {
  if (error.code !== 'EPIPE') throw error;
  goOn();
};
process.stdout.on('error', (error) => left(error, () => process.exit()));
process.stderr.on('error', (error) => left(error, () => undefined));

process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isDebugging: (process.env.REPARTEE_DEBUG ?? '') !== '',
});
setTimeout(() => process.exit(), LINGER_MS).unref();
