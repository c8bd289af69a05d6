// Agents and the parts that answer for them behind one server: what `repartee start` runs, and what createServer gives.

import type { Agent } from '../agent/agent.ts';
import { systemClock } from '../base/clock.ts';
import { packagePath } from '../package-path.ts';
import { type Log, toFailureFields } from '../server/log.ts';
import { openServer, type Server } from '../server/server.ts';
import type { Redaction } from '../trace/format/redact.ts';
import type { CallSink } from '../trace/store/call-sink.ts';
import { createTraceFolder } from '../trace/store/trace-folder.ts';
import { chooseTransport } from '../transport/choose.ts';
import type { PartsOptions } from './parts.ts';
import { findAgentFile } from './read-agents.ts';
import { createRemoteModels, type ModelChoice } from './remote-models.ts';
import { serveAgents } from './served-agents.ts';
import { openSpanExport } from './span-export.ts';

export interface AgentServerOptions extends Pick<PartsOptions, 'modelDir' | 'device' | 'voice' | 'engine' | 'stt'> {
  /** Checked, the first of them the one that answers by default. */
  readonly agents: ReadonlyMap<string, Agent>;
  /** Of each agent, in their order. @default they are of no file */
  readonly files?: readonly string[];
  /** Reload agents when their files are saved. @default false */
  readonly isWatching?: boolean;
  /** What answers instead of the models that agents name. @default those do */
  readonly choice?: ModelChoice;
  readonly apiKey: string | undefined;
  readonly publicUrl: URL | undefined;
  readonly twilioAuthToken: string | undefined;
  /** Undefined: calls are not written down. */
  readonly tracesDir: string | undefined;
  readonly redaction: Redaction;
  readonly otlpUrl: URL | undefined;
  readonly maxCalls: number;
  readonly log: Log;
  /** One line for whoever runs it. */
  readonly tell: (line: string) => void;
}

export interface AgentServer extends Pick<Server, 'fetch' | 'upgrade' | 'openCall' | 'drain'> {
  /**
   * Resolves to a URL that this machine can open. Throws RuntimeError `port-in-use`, `listen-failed`, `key-missing`.
   */
  listen(address: { readonly port: number; readonly host: string }): Promise<string>;
  /** Loads the model and begins to take calls. Throws ModelError, EngineError. */
  load(): Promise<void>;
  /** Between `load` and its end. */
  readonly isLoading: boolean;
  /** After `drain`: gives back what was loaded, once it is. */
  close(): Promise<void>;
}

/**
 * Takes no call before `load`. Throws RuntimeError `key-unusable`, and ModelError for a model over the network that
 * nobody knows, or whose key is missing.
 */
export async function openAgentServer(options: AgentServerOptions): Promise<AgentServer> {
  const { agents, files = [], isWatching = false, log, tell, otlpUrl, tracesDir: folder, redaction } = options;
  const remote = createRemoteModels(options.choice?.prices);
  // A missing key is told before anybody hears that the server listens.
  for (const agent of agents.values()) await remote.prepare(agent);
  const spans = otlpUrl && (await openSpanExport(otlpUrl));
  const server = await openServer({
    publicUrl: options.publicUrl,
    apiKey: options.apiKey,
    twilioAuthToken: options.twilioAuthToken,
    maxCalls: options.maxCalls,
    pageDir: packagePath('dist/page'),
    traces: { viewerDir: packagePath('dist/viewer'), folder, demoFolder: packagePath('fixtures/traces') },
    ...(spans === undefined ? {} : { spanCounts: () => spans.counts }),
    clock: systemClock,
    log,
  });
  const sinks: readonly CallSink[] = [
    ...(folder === undefined ? [] : [createTraceFolder({ folder, redaction, warn: tell })]),
    ...(spans === undefined ? [] : [spans]),
  ];
  let loading: ReturnType<typeof loadParts> | undefined;
  let isLoading = false;

  async function loadParts() {
    // Only here, for the server is to listen before the model's runtime is loaded.
    const { createParts } = await import('./parts.ts');
    const { modelDir, device, voice, engine, stt, choice } = options;
    const chosen = choice === undefined ? {} : { choice };
    const parts = await createParts({
      warn: tell,
      sinks,
      draftEnded: server.draftEnded,
      remote,
      authorFailed: ({ cause, ...run }) =>
        log('agent.failed', { ...run, file: findAgentFile({ agents, files }, run.agent), ...toFailureFields(cause) }),
      ...(modelDir === undefined ? {} : { modelDir }),
      ...(device === undefined ? {} : { device }),
      ...(voice === undefined ? {} : { voice }),
      ...(engine === undefined ? {} : { engine }),
      ...(stt === undefined ? {} : { stt }),
    });
    try {
      const hasStt = stt !== undefined;
      return { parts, served: await serveAgents({ parts, hasStt, agents, files, isWatching, tell, ...chosen }) };
    } catch (error) {
      await parts.close();
      throw error;
    }
  }

  return {
    fetch: server.fetch,
    upgrade: server.upgrade,
    openCall: server.openCall,
    drain: server.drain,
    get isLoading() {
      return isLoading;
    },
    async listen(address) {
      const { transport, reason } = await chooseTransport();
      const url = await server.listen({ ...address, transport });
      log('server.listening', { transport: transport.name, reason });
      return url;
    },
    async load() {
      isLoading = true;
      loading ??= loadParts();
      const { parts, served } = await loading.finally(() => {
        isLoading = false;
      });
      log('model.loaded', { device: parts.stats().device });
      server.serve(
        {
          ...served.calls,
          isReady: () => parts.stats().isDown !== true,
          isBusy: parts.isBusy,
          engineStats: parts.stats,
        },
        parts.completions,
      );
    },
    async close() {
      const loaded = await loading?.catch(() => undefined);
      await loaded?.served.close();
      await loaded?.parts.close();
      await spans?.close();
    },
  };
}
