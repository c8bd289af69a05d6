// Takes an agent's file, tells of each new version on save, and of each save that can't be used. Knows nothing of who
// runs it.

import { basename, dirname, resolve } from 'node:path';
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

/**
 * Editors write a file in pieces, and several files of a save one after the other: so long after the last of it the
 * save is over.
 */
const SETTLE_MS = 80;

/**
 * Watches the file and all that it imports by path. Whole folders, for editors and formatters put new files in place of
 * old ones.
 */
export async function watchAgent({ file, agent, reloaded, broken }: AgentWatchOptions): Promise<AgentWatch> {
  const { sources } = await loadAgentModule(file);
  let watched = toWatched([file, ...sources]);
  /** What it lacks may be a file that it has never seen. */
  let isBroken = false;
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch([...watched.folders], { ignoreInitial: true, depth: 0 });

  function changed(path: string): void {
    const mayBeMissing = isBroken && /^[^.].*\.([cm]?[jt]sx?|json)$/.test(basename(path));
    if (!mayBeMissing && !watched.files.has(resolve(path))) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(reload);
    }, SETTLE_MS);
  }

  async function reload(): Promise<void> {
    try {
      const loaded = await loadAgentModule(file);
      isBroken = false;
      watched = toWatched([file, ...loaded.sources]);
      watcher.add([...watched.folders]);
      if (loaded.agent.name !== agent.name)
        return broken(`${file}: its name is ${loaded.agent.name} now and was ${agent.name}; start anew to serve it`);
      await reloaded(loaded.agent);
    } catch (error) {
      isBroken = true;
      broken(toMessage(error));
    }
  }

  watcher.on('change', changed).on('add', changed).on('unlink', changed);
  await new Promise<void>((ready) => watcher.once('ready', ready));
  return {
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await running;
    },
  };
}

function toWatched(paths: readonly string[]): {
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
} {
  const files = new Set(paths.map((path) => resolve(path)));
  return { files, folders: new Set([...files].map(dirname)) };
}
