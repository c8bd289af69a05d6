// `repartee start`: the server in this process, from argv to the exit code.

import { systemClock } from '../base/clock.ts';
import { openAgentServer } from '../runtime/agent-server.ts';
import { exampleAgents } from '../runtime/example-agents.ts';
import { openStt } from '../runtime/open-stt.ts';
import { readAgents } from '../runtime/read-agents.ts';
import { toOtlpUrl } from '../runtime/span-export.ts';
import { createLog, toLogFields } from '../server/log.ts';
import { findAuthorScope } from '../session/author-code.ts';
import { findHints, parseStartArguments, startHelp } from './start-arguments.ts';
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
  const agents = await readAgents(files, args.modelDir, args.choice);
  const log = createLog((line) => void process.stderr.write(line));
  const stt = openStt(args.stt, log);
  const endpoint = 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const server = await openAgentServer({
    agents,
    files,
    isWatching: args.isWatching,
    apiKey: process.env.REPARTEE_API_KEY || undefined,
    publicUrl: args.publicUrl,
    twilioAuthToken: process.env.TWILIO_AUTH_TOKEN || undefined,
    voice: args.voice,
    tracesDir: args.tracesDir,
    redaction: args.redaction,
    otlpUrl: args.otlpUrl ?? toOtlpUrl(endpoint, process.env[endpoint]),
    maxCalls: args.maxCalls,
    log,
    tell,
    ...(args.modelDir === undefined ? {} : { modelDir: args.modelDir }),
    ...(stt === undefined ? {} : { stt }),
    ...(args.device === undefined ? {} : { device: args.device }),
    ...(args.choice === undefined ? {} : { choice: args.choice }),
  });
  // Before anybody can hear of the server: a signal that comes then ends it as any other does.
  const stop = watchStopSignal({
    source: process,
    clock: systemClock,
    faulted: (error) => log('process.faulted', { origin: 'unknown', ...toLogFields(error) }),
    findOrigin: findAuthorScope,
    exit: (code) => process.exit(code),
  });
  // Listening comes before the model: a port in use is told at once, and /health answers while it is loaded.
  const url = await server.listen(args).catch((error: unknown) => {
    stop.close();
    throw error;
  });
  try {
    const loading = server.load();
    loading.catch(() => undefined);
    const code = await Promise.race([loading, stop.stopped]);
    if (typeof code === 'number') return code;
    process.stdout.write(`repartee is ready: ${args.publicUrl?.origin ?? url}\n`);
    return await stop.stopped;
  } finally {
    await server.drain(args.drainMs);
    if (server.isLoading && stop.signal) await dieOf(stop.signal, stop.close);
    await server.close();
    stop.close();
  }
}

/**
 * While the model loads there is nothing to save, and a process that exits in an orderly way would wait for a thread
 * that can't be stopped.
 */
function dieOf(signal: NodeJS.Signals, stopListening: () => void): Promise<never> {
  stopListening();
  process.kill(process.pid, signal);
  return new Promise(() => undefined);
}
