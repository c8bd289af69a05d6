// Takes the path of an agent's module in TypeScript or JavaScript, gives the Agent it exports or one line about why it
// can't.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setSourceMapsEnabled } from 'node:process';
import { pathToFileURL } from 'node:url';
import { AgentError, RuntimeError, toMessage } from '../errors.ts';
import type { Agent } from './agent.ts';
import { allAgents } from './handoffs.ts';
import { show } from './invalid.ts';
import { bundleAgent } from './load-bundle.ts';
import { locateError, type Place, toShortPath } from './load-place.ts';
import { isAgent } from './made-agent.ts';

const extensions = /\.(ts|mts|js|mjs)$/;

export interface AgentModule {
  readonly agent: Agent;
  /** Absolute paths of the files that it is made of: its own, and those that it imports by path. */
  readonly sources: readonly string[];
}

/** See loadAgentModule. */
export async function loadAgent(path: string): Promise<Agent> {
  return (await loadAgentModule(path)).agent;
}

/**
 * Each call loads the file anew. Rejects with an AgentError whose message starts with file:line:column where there is
 * one.
 */
export async function loadAgentModule(path: string): Promise<AgentModule> {
  const file = resolve(path);
  await checkFile(file);
  const { code, sources } = await bundleAgent(file);
  const module = await writeModule(file, code);
  let loaded: unknown;
  try {
    setSourceMapsEnabled(true);
    loaded = await import(/* @vite-ignore */ pathToFileURL(module.path).href);
  } catch (error) {
    const place = locateError(error, { module: module.path, folder: dirname(file), code, sources });
    throw toAgentError(error, place ?? { file });
  } finally {
    await module.remove();
  }
  const agent = pickAgent(loaded, file);
  try {
    allAgents(agent);
  } catch (error) {
    throw toAgentError(error, { file });
  }
  return { agent, sources };
}

async function checkFile(file: string): Promise<void> {
  const advice = 'give the path of an agent, a .ts, .mts, .js or .mjs file';
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw new AgentError('agent-not-found', `${toShortPath(file)}: no such file; ${advice}`);
  if (!found.isFile()) throw new AgentError('agent-not-found', `${toShortPath(file)}: not a file; ${advice}`);
  if (!extensions.test(file)) {
    throw new AgentError('agent-not-found', `${toShortPath(file)}: not a module that can be loaded; ${advice}`);
  }
}

interface WrittenModule {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

/**
 * Beside the agent's file, so that what it imports at run time resolves from there; in a temporary folder where that
 * can't be written.
 */
async function writeModule(file: string, code: string): Promise<WrittenModule> {
  const name = `.${basename(file)}.${randomBytes(6).toString('hex')}.mjs`;
  const beside = join(dirname(file), name);
  try {
    await writeFile(beside, code, { flag: 'wx', mode: 0o600 });
    return { path: beside, remove: () => rm(beside, { force: true }) };
  } catch {
    const folder = await mkdtemp(join(tmpdir(), 'repartee-agent-'));
    const path = join(folder, 'agent.mjs');
    await writeFile(path, code, { mode: 0o600 });
    return { path, remove: () => rm(folder, { recursive: true, force: true }) };
  }
}

function toAgentError(error: unknown, place: Place): AgentError {
  const where = place.line === undefined ? toShortPath(place.file) : `${toShortPath(place.file)}:${place.line}`;
  const at = place.column === undefined ? where : `${where}:${place.column}`;
  if (error instanceof RuntimeError) return new AgentError(error.code, `${at}: ${error.message}`, { cause: error });
  const missing = /does not provide an export named '?([^']+?)'?$/.exec(toMessage(error));
  const reason =
    missing === null
      ? `threw ${error instanceof Error ? `${error.name}: ${error.message}` : show(error)} while it was loaded`
      : `imports ${missing[1]}, which the module it names does not export`;
  return new AgentError('agent-import', `${at}: ${toOneLine(reason)}`, { cause: error });
}

function pickAgent(loaded: unknown, file: string): Agent {
  const path = toShortPath(file);
  const exported = typeof loaded === 'object' && loaded !== null ? Object.entries(loaded) : [];
  const chosen = exported.find(([name]) => name === 'default')?.[1];
  if (isAgent(chosen)) return chosen;
  const named = exported.find(([, value]) => isAgent(value));
  if (named) {
    throw new AgentError('agent-export', `${path}: exports its agent as ${named[0]}; write export default ${named[0]}`);
  }
  const has = chosen === undefined ? 'has no default export' : `its default export is ${show(chosen)}, not an agent`;
  throw new AgentError('agent-export', `${path}: ${has}; write export default defineAgent({ … })`);
}

function toOneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
