import { systemClock } from '../../src/base/clock.ts';
import type { EngineStats } from '../../src/engine/sequence.ts';
import type { Completions } from '../../src/server/completions/completions.ts';
import { createLog } from '../../src/server/log.ts';
import { type ListenAddress, type Server, type ServerOptions, startServer } from '../../src/server/server.ts';
import { type Script, ScriptedCall } from './scripted-call.ts';
import { transport } from './transport.ts';

export interface ServerRig {
  readonly server: Server & { readonly url: string };
  readonly url: string;
  /** Every call that was opened, in order. */
  readonly calls: ScriptedCall[];
  /** Every line that was logged. */
  readonly logLines: string[];
  /** Begins to take calls, where it doesn't from the start. */
  serve(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RigOptions {
  readonly agents?: readonly string[];
  /** What answers HTTP clients. */
  readonly completions?: Completions;
  /** What is wrong with reloaded agents. */
  readonly agentProblems?: () => readonly string[];
  /** Can calls be answered? @default they can */
  readonly isReady?: () => boolean;
  /** Would a turn wait too long? @default it would not */
  readonly isBusy?: () => boolean;
  /** What the engine says of itself. @default there is none */
  readonly engineStats?: () => EngineStats;
  /** Takes calls from the start. @default true */
  readonly isServing?: boolean;
  /** Can calls be heard? @default they can't */
  readonly hasStt?: boolean;
  /** Told of each call once it has said call.ready; throwing breaks its start. */
  readonly opened?: (call: ScriptedCall) => void;
}

/** A real server on a free port of 127.0.0.1 whose calls follow a script. */
export async function startServerRig(
  script: Script = () => undefined,
  options: Partial<ServerOptions & ListenAddress> & RigOptions = {},
): Promise<ServerRig> {
  const calls: ScriptedCall[] = [];
  const logLines: string[] = [];
  const {
    agents = ['restaurant', 'clinic'],
    agentProblems,
    isReady,
    isBusy,
    engineStats,
    opened,
    hasStt = false,
    completions,
    isServing = true,
    ...serverOptions
  } = options;
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    maxCalls: 8,
    pageDir: '/nonexistent',
    transport,
    clock: systemClock,
    log: createLog((line) => logLines.push(line)),
    ...serverOptions,
  });
  const serve = () =>
    server.serve(
      {
        agents,
        hasStt,
        ...(agentProblems ? { problems: agentProblems } : {}),
        ...(isReady ? { isReady } : {}),
        ...(isBusy ? { isBusy } : {}),
        ...(engineStats ? { engineStats } : {}),
        openCall: (callOptions) => {
          const call = new ScriptedCall(callOptions, script);
          calls.push(call);
          opened?.(call);
          return call;
        },
      },
      completions,
    );
  if (isServing) serve();
  const { url } = server;
  return { server, url, calls, logLines, serve, [Symbol.asyncDispose]: () => server.drain(0) };
}
