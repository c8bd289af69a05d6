// Takes an agent's file, tells of each new version on save, and of each save that can't be used. Knows nothing of who runs it.

import { watch } from 'chokidar';
import { toMessage } from '../errors.ts';
import type { Agent } from './agent.ts';
import { loadAgentModule } from './load.ts';

export interface AgentWatch {
  close(): Promise<void>;
}

export interface AgentWatchOptions {
  readonly file: string;
  /** The version that is served now. */
  readonly agent: Agent;
  /** Resolves once the new version is served; rejecting leaves the last one. */
  readonly reloaded: (agent: Agent) => Promise<void>;
  /** In one line: file, field, reason, fix. */
  readonly broken: (line: string) => void;
}

/** Editors write a file in pieces, and several files of a save one after the other. */
const settleMs = 80;

/** Watches the file and all that it imports by path. */
export async function watchAgent({ file, agent, reloaded, broken }: AgentWatchOptions): Promise<AgentWatch> {
  const watcher = watch([], {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: settleMs, pollInterval: 20 },
  });
  const { sources } = await loadAgentModule(file);
  watcher.add([file, ...sources]);
  let running = Promise.resolve();
  let isStale = false;

  function changed(): void {
    if (isStale) return;
    isStale = true;
    running = running.then(() => {
      isStale = false;
      return reload();
    });
  }

  async function reload(): Promise<void> {
    try {
      const loaded = await loadAgentModule(file);
      watcher.add([...loaded.sources]);
      if (loaded.agent.name !== agent.name)
        return broken(`${file}: its name is ${loaded.agent.name} now and was ${agent.name}; start anew to serve it`);
      await reloaded(loaded.agent);
    } catch (error) {
      broken(toMessage(error));
    }
  }

  watcher.on('change', changed).on('add', changed).on('unlink', changed);
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return {
    async close() {
      await watcher.close();
      await running;
    },
  };
}
