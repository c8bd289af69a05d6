#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';

/** What may still be winding down once a command is done. */
const lingerMs = 2000;

process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isDebugging: (process.env.REPARTEE_DEBUG ?? '') !== '',
});
setTimeout(() => process.exit(), lingerMs).unref();
