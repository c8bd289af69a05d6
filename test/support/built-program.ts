// The built program as a user runs it: dist must be up to date.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly exitCode: number | null;
  /** Set where it died of one. */
  readonly signal?: NodeJS.Signals;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** The first match in what it prints or logs; rejects when it ends before. */
  printed(pattern: RegExp): Promise<string>;
}

/** Starts `repartee` with arguments; `env` is added to the environment, in which no API key is set. */
export function startRepartee(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return startProgram('src/cli/main.js', argv, env);
}

/** A program of dist/. */
function startProgram(file: string, argv: readonly string[], env: NodeJS.ProcessEnv): Running {
  const main = fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));
  const child = spawn(process.execPath, [main, ...argv], { env: { ...process.env, REPARTEE_API_KEY: '', ...env } });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (exitCode, signal) => resolve({ exitCode, out, err, ...(signal && { signal }) }));
  });
  const printed = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(out)?.[0] ?? pattern.exec(err)?.[0];
        if (found !== undefined) resolve(found);
      };
      look();
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      void ended.then(() => reject(new Error(`ended without printing ${pattern}: ${err}`)));
    });
  return { child, ended, printed };
}

export function runRepartee(argv: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return startRepartee(argv, env).ended;
}

/** Runs `npm run bench -- …` to its end. */
export function runBenchProgram(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return startProgram('bench/cli.js', argv, env).ended;
}
