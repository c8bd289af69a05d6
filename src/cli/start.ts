// `repartee start`: the server in this process, from argv to the exit code.

import { systemClock } from '../base/clock.ts';
import { RuntimeError, UsageError } from '../errors.ts';
import { createLog, toLogFields } from '../server/log.ts';
import type { CallSource } from '../server/open-call.ts';
import { startServer } from '../server/server.ts';
import { exampleAgents } from './example-agents.ts';
import { packagePath } from './package-path.ts';
import type { Parts } from './parts.ts';
import { parseStartArguments, type StartArguments, startHelp } from './start-arguments.ts';
import { watchStopSignal } from './stop-signal.ts';

/** Resolves to the exit code, once the server has stopped. Throws UsageError, RuntimeError. */
export async function runStart(argv: readonly string[]): Promise<number> {
  const args = parseStartArguments(argv);
  if (args === undefined) {
    process.stdout.write(startHelp);
    return 0;
  }
  const log = createLog((line) => void process.stderr.write(line));
  const apiKey = process.env.REPARTEE_API_KEY || undefined;
  // Listening comes first: a port in use is told before the model is loaded, and /health answers from the start.
  const server = await startServer({
    port: args.port,
    host: args.host,
    publicUrl: args.publicUrl,
    apiKey,
    countMostCalls: args.countMostCalls,
    pageDir: packagePath('dist/page'),
    traces: { viewerDir: packagePath('dist/viewer'), demoFolder: packagePath('fixtures/traces') },
    clock: systemClock,
    log,
  });
  const stop = watchStopSignal({
    source: process,
    clock: systemClock,
    faulted: (error) => log('process.faulted', toLogFields(error)),
    exit: (code) => process.exit(code),
  });
  const loading = loadParts(args);
  try {
    const loaded = await Promise.race([loading, stop.stopped]);
    if (typeof loaded === 'number') return loaded;
    server.serve(loaded.calls);
    process.stdout.write(`repartee is ready: ${args.publicUrl?.origin ?? server.url}\n`);
    return await stop.stopped;
  } finally {
    await server.drain(args.drainMs);
    await loading.then(({ parts }) => parts.close()).catch(() => undefined);
    stop.close();
  }
}

async function loadParts(args: StartArguments): Promise<{ readonly parts: Parts; readonly calls: CallSource }> {
  const { createParts } = await import('./parts.ts');
  const parts = await createParts({
    voice: args.voice,
    warn: (line) => void process.stderr.write(`${line}\n`),
    ...(args.modelDir === undefined ? {} : { modelDir: args.modelDir }),
  });
  try {
    return { parts, calls: await loadCalls(parts, args) };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

async function loadCalls(parts: Parts, args: StartArguments): Promise<CallSource> {
  const files = args.agentFiles.length > 0 ? args.agentFiles : exampleAgents();
  const agents = await parts.loadAgents(files);
  if (agents.size < files.length)
    throw new UsageError(`${files.length} agent files give ${agents.size} names: ${[...agents.keys()].join(', ')}`);
  return {
    agents: [...agents.keys()],
    openCall: ({ agent: name, ...request }) => {
      const agent = agents.get(name);
      if (agent === undefined) throw new RuntimeError('unknown-agent', `no agent "${name}"`);
      return parts.openCall(agent, request);
    },
  };
}
