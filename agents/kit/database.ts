// A small SQLite file that several processes may use: opened for one piece of work at a time, whole after a crash.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import sqlite from 'node-sqlite3-wasm';

export type Database = InstanceType<typeof sqlite.Database>;

export interface StoreOptions {
  /** The file is <name>.sqlite in $REPARTEE_STATE, or in .repartee/ of the working directory. */
  readonly name: string;
  /** Tables, with `if not exists`. */
  readonly schema: string;
  /** Fills the tables that hold no caller's work; done again whenever `schema` or `seedText` changes. */
  readonly seed: (db: Database) => void;
  /** What `seed` fills them from. */
  readonly seedText: string;
}

export interface Store {
  /** Runs `work` in one transaction; waits for other processes, and throws when they take longer than 3 s. */
  readonly use: <T>(signal: AbortSignal, work: (db: Database) => T) => Promise<T>;
}

const LONGEST_WAIT_MS = 4500;
const OLDEST_EMPTY_MS = 10_000;
const ME = `${hostname()} ${process.pid} ${threadId}`;

/** Nothing is opened before the first use, and nothing stays open after one. */
export function createStore(options: StoreOptions): Store {
  const version = createHash('sha256').update(options.schema).update(options.seedText).digest().readInt32BE(0);
  return {
    use: async (signal, work) => {
      const folder = resolve(process.env.REPARTEE_STATE ?? '.repartee');
      mkdirSync(folder, { recursive: true });
      const path = join(folder, `${options.name}.sqlite`);
      return withLock(`${path}.owner`, signal, () =>
        withDatabase(path, (db) => {
          const found = db.get('pragma user_version')?.user_version;
          if (found !== version) {
            db.exec(options.schema);
            options.seed(db);
            db.exec(`pragma user_version = ${version}`);
          }
          return work(db);
        }),
      );
    },
  };
}

function withDatabase<T>(path: string, work: (db: Database) => T): T {
  // Left by a process that died at work; its owner file is ours now, so nobody else is inside.
  rmSync(`${path}.lock`, { recursive: true, force: true });
  const db = new sqlite.Database(path);
  try {
    // A write-ahead log, since this build never rolls back the journal of a process that died half-way; without shared memory it needs exclusive locking.
    db.exec('pragma locking_mode = exclusive');
    if (db.get('pragma journal_mode')?.journal_mode !== 'wal') db.exec('pragma journal_mode = wal');
    db.exec('begin');
    const result = work(db);
    db.exec('commit');
    return result;
  } finally {
    // Closing rolls back what was not committed.
    db.close();
  }
}

/** Runs `work` once the owner file is ours; takes it over from a process of this machine that has died. */
async function withLock<T>(owner: string, signal: AbortSignal, work: () => T): Promise<T> {
  for (let waitedMs = 0, delayMs = 2; ; waitedMs += delayMs, delayMs = Math.min(50, delayMs * 2)) {
    signal.throwIfAborted();
    if (tryCreate(owner, ME)) {
      try {
        return work();
      } finally {
        rmSync(owner, { force: true });
      }
    }
    if (isOrphan(owner)) removeOrphan(owner);
    if (waitedMs >= LONGEST_WAIT_MS) {
      throw new Error(`the database is in use by another process; if there is none, remove ${owner}`);
    }
    await sleep(delayMs, undefined, { signal });
  }
}

function tryCreate(owner: string, content: string): boolean {
  try {
    writeFileSync(owner, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Two that see the same orphan must not both remove it: the second would remove the first one's fresh lock. */
function removeOrphan(owner: string): void {
  const turn = `${owner}.takeover`;
  try {
    mkdirSync(turn);
  } catch (error) {
    if (isCode(error, 'EEXIST')) return;
    throw error;
  }
  try {
    if (isOrphan(owner)) rmSync(owner, { force: true });
  } finally {
    rmdirSync(turn);
  }
}

/** Work is synchronous, so a file with this thread's own name was left by an earlier process with the same id. */
function isOrphan(owner: string): boolean {
  try {
    const content = readFileSync(owner, 'utf8');
    const [host, pid] = content.split(' ');
    if (pid === undefined) return Date.now() - statSync(owner).mtimeMs > OLDEST_EMPTY_MS;
    return content === ME || (host === hostname() && !isAlive(Number(pid)));
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isCode(error, 'ESRCH');
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
