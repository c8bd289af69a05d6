// The thread that compiles schemas: takes tools, gives what their arguments may be. It may be ended at any time, and
// gives way to all others.
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { EngineError, RuntimeError, toMessage } from '../../errors.ts';
import type { FromCompiler, ToCompiler } from './compile-messages.ts';

const port = parentPort;
if (!port) throw new EngineError('worker-alone', 'this file runs as a worker thread of the engine');

const LOWEST_PRIORITY = 19;
// On Linux this is this thread's alone; elsewhere it would be the whole process's.
if (process.platform === 'linux') setPriority(LOWEST_PRIORITY);

// Loaded at that priority, too: a client that comes and goes has a thread started each time.
const { createBudget } = await import('./budget.ts');
const { compileToolValues } = await import('./tools.ts');

function post(message: FromCompiler): void {
  port?.postMessage(message);
}

port.on('message', ({ tools, writable }: ToCompiler) => {
  try {
    const budget = createBudget((where) => post({ type: 'compile.reached', where }));
    post({ type: 'compile.done', tools: compileToolValues(tools, (byte) => writable[byte] === 1, budget) });
  } catch (error) {
    const code = error instanceof RuntimeError ? error.code : 'engine-broken';
    post({ type: 'compile.failed', code, message: toMessage(error) });
  }
});
