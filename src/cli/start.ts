// `repartee start`: the server in this process, from argv to the exit code.

import { systemClock } from '../base/clock.ts';
import { packagePath } from '../package-path.ts';
import { exampleAgents } from '../runtime/example-agents.ts';
import type { Parts } from '../runtime/parts.ts';
import { findAgentFile, readAgents } from '../runtime/read-agents.ts';
import { type ServedAgents, type ServedAgentsOptions, serveAgents } from '../runtime/served-agents.ts';
import { openSpanExport, toOtlpUrl } from '../runtime/span-export.ts';
import { createLog, type Log, toFailureFields, toLogFields } from '../server/log.ts';
import { type Server, startServer } from '../server/server.ts';
import { findAuthorScope } from '../session/author-code.ts';
import type { CallSink } from '../trace/store/call-sink.ts';
import { createTraceFolder } from '../trace/store/trace-folder.ts';
import { chooseTransport } from '../transport/choose.ts';
import { findHints, parseStartArguments, type StartArguments, startHelp } from './start-arguments.ts';
import { watchStopSignal } from './stop-signal.ts';

const tell = (line: string) => void process.stderr.write(`${line}\n`);

/** Resolves to the exit code, once the server has stopped. Throws UsageError, RuntimeError. */
export async function runStart(argv: readonly string[]): Promise<number> {
  const args = parseStartArguments(argv);
  if (args === undefined) {
    process.stdout.write(startHelp);
    return 0;
  }
  const files = args.agentFiles.length > 0 ? args.agentFiles : exampleAgents();
  findHints(args).forEach(tell);
  // A mistake in an agent is told before anybody hears that the server listens.
  const agents = await readAgents(files, args.modelDir);
  const log = createLog((line) => void process.stderr.write(line));
  const apiKey = process.env.REPARTEE_API_KEY || undefined;
  const { transport, reason } = await chooseTransport();
  const endpoint = 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const otlpUrl = args.otlpUrl ?? toOtlpUrl(endpoint, process.env[endpoint]);
  const spans = otlpUrl && (await openSpanExport(otlpUrl));
  // Listening comes before the model: a port in use is told at once, and /health answers while it is loaded.
  const server = await startServer({
    port: args.port,
    host: args.host,
    publicUrl: args.publicUrl,
    apiKey,
    twilioAuthToken: process.env.TWILIO_AUTH_TOKEN || undefined,
    maxCalls: args.maxCalls,
    pageDir: packagePath('dist/page'),
    traces: {
      viewerDir: packagePath('dist/viewer'),
      folder: args.tracesDir,
      demoFolder: packagePath('fixtures/traces'),
    },
    ...(spans === undefined ? {} : { spanCounts: () => spans.counts }),
    transport,
    clock: systemClock,
    log,
  });
  const stop = watchStopSignal({
    source: process,
    clock: systemClock,
    faulted: (error) => log('process.faulted', { origin: 'unknown', ...toLogFields(error) }),
    findOrigin: findAuthorScope,
    exit: (code) => process.exit(code),
  });
  log('server.listening', { transport: transport.name, reason });
  const { tracesDir: folder, redaction } = args;
  const loading = loadParts(
    args,
    { agents, files },
    [
      ...(folder === undefined ? [] : [createTraceFolder({ folder, redaction, warn: tell })]),
      ...(spans === undefined ? [] : [spans]),
    ],
    log,
    server.draftEnded,
  );
  let isLoading = true;
  try {
    const loaded = await Promise.race([loading, stop.stopped]);
    if (typeof loaded === 'number') return loaded;
    isLoading = false;
    const isReady = () => loaded.parts.stats().isDown !== true;
    const isBusy = () => loaded.parts.isBusy();
    const engineStats = loaded.parts.stats;
    server.serve({ ...loaded.agents.calls, isReady, isBusy, engineStats }, loaded.parts.completions);
    process.stdout.write(`repartee is ready: ${args.publicUrl?.origin ?? server.url}\n`);
    return await stop.stopped;
  } finally {
    await server.drain(args.drainMs);
    if (isLoading && stop.signal) await dieOf(stop.signal, stop.close);
    const close = async ({ parts, agents }: Loaded) => {
      await agents.close();
      await parts.close();
    };
    await loading.then(close).catch(() => undefined);
    await spans?.close();
    stop.close();
  }
}

/** While the model loads there is nothing to save, and a process that exits in an orderly way would wait for a thread that can't be stopped. */
function dieOf(signal: NodeJS.Signals, stopListening: () => void): Promise<never> {
  stopListening();
  process.kill(process.pid, signal);
  return new Promise(() => undefined);
}

interface Loaded {
  readonly parts: Parts;
  readonly agents: ServedAgents;
}

async function loadParts(
  args: StartArguments,
  read: Pick<ServedAgentsOptions, 'agents' | 'files'>,
  sinks: readonly CallSink[],
  log: Log,
  draftEnded: Server['draftEnded'],
): Promise<Loaded> {
  const { createParts } = await import('../runtime/parts.ts');
  const parts = await createParts({
    voice: args.voice,
    warn: tell,
    sinks,
    draftEnded,
    authorFailed: ({ cause, ...run }) =>
      log('agent.failed', { ...run, file: findAgentFile(read, run.agent), ...toFailureFields(cause) }),
    ...(args.modelDir === undefined ? {} : { modelDir: args.modelDir }),
  });
  try {
    return { parts, agents: await serveAgents({ parts, ...read, isWatching: args.isWatching, tell }) };
  } catch (error) {
    await parts.close();
    throw error;
  }
}
