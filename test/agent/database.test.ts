import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createStore, type Database } from '../../agents/kit/database.ts';
import { keepAgentStateApart } from '../support/agent-state.ts';

const root = join(import.meta.dirname, '../..');
const { signal } = new AbortController();
const schema =
  'create table if not exists words (word text unique); create table if not exists notes (id integer primary key, note text);';
const stateFolder = keepAgentStateApart();

function createNotes(seedText = 'hello') {
  const seed = (db: Database) => {
    db.run('insert into words values (?) on conflict do nothing', [seedText]);
  };
  return createStore({ name: 'notes', schema, seedText, seed });
}

const countNotes = (db: Database) => db.get('select count(*) as count from notes')?.count;
const listWords = (db: Database) => db.all('select word from words order by word').map(({ word }) => word);

it('keeps what was written, and seeds again only when the seed changes', async () => {
  await createNotes().use(signal, (db) => db.run("insert into notes (note) values ('kept')"));
  expect(await createNotes().use(signal, (db) => [countNotes(db), listWords(db)])).toEqual([1, ['hello']]);
  expect(await createNotes('welcome').use(signal, (db) => [countNotes(db), listWords(db)])).toEqual([
    1,
    ['hello', 'welcome'],
  ]);
});

it('undoes work that throws, and lets the next one in', async () => {
  const store = createNotes();
  const failing = store.use(signal, (db) => {
    db.run("insert into notes (note) values ('half')");
    throw new Error('on purpose');
  });
  await expect(failing).rejects.toThrow('on purpose');
  expect(await store.use(signal, countNotes)).toBe(0);
  expect(await readdir(stateFolder())).toEqual(['notes.sqlite']);
});

it('takes turns within a process', async () => {
  const stores = [createNotes(), createNotes()];
  const add = (db: Database) => db.run("insert into notes (note) values ('one')");
  await Promise.all(Array.from({ length: 10 }, (_, index) => stores[index % 2]?.use(signal, add)));
  expect(await createNotes().use(signal, countNotes)).toBe(10);
});

it('is whole after a process died in the middle of its work', async () => {
  const store = createNotes();
  await store.use(signal, (db) => db.run("insert into notes (note) values ('before')"));
  // A small cache sends unfinished pages to the disk, as a long transaction does.
  const dying = `
    import { defineAgent, defineTool } from 'repartee';
    import { z } from 'zod';
    import { createStore } from ${JSON.stringify(join(root, 'agents/kit/database.ts'))};
    const store = createStore({ name: 'notes', schema: ${JSON.stringify(schema)}, seedText: 'hello', seed: () => {} });
    const die = defineTool({ description: 'Die', parameters: z.object({}), effect: 'write', execute: (_, { signal }) => store.use(signal, (db) => {
      db.exec('pragma cache_size = 2');
      for (let i = 0; i < 500; i++) db.run('insert into notes (note) values (?)', ['x'.repeat(500)]);
      db.run("update notes set note = 'changed'");
      process.kill(process.pid, 'SIGKILL');
    }) });
    export default defineAgent({ name: 'dying', instructions: 'Die.', tools: { die } });`;
  const path = join(stateFolder(), 'dying', 'agent.ts');
  await mkdir(join(stateFolder(), 'dying'));
  await writeFile(path, dying);
  const script = `
    const { loadAgent } = await import(${JSON.stringify(join(root, 'dist/src/agent/load.js'))});
    const agent = await loadAgent(${JSON.stringify(path)});
    await agent.tools[0].run({}, { signal: new AbortController().signal });`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  await expect(run).rejects.toMatchObject({ signal: 'SIGKILL' });
  expect(await readdir(stateFolder())).toEqual(expect.arrayContaining(['notes.sqlite.owner', 'notes.sqlite.lock']));

  const read = (db: Database) => [db.get('pragma integrity_check'), db.all('select note from notes')];
  expect(await store.use(signal, read)).toEqual([{ integrity_check: 'ok' }, [{ note: 'before' }]]);
  expect((await readdir(stateFolder())).sort()).toEqual(['dying', 'notes.sqlite']);
});

it.each([
  ['a living process', () => `${hostname()} ${process.ppid} 0`],
  ['a process of another machine', () => 'elsewhere 1 0'],
])('waits for %s until it is told to stop', async (_, toOwner) => {
  const owner = join(stateFolder(), 'notes.sqlite.owner');
  await writeFile(owner, toOwner());
  let countRuns = 0;
  const waiting = createNotes().use(AbortSignal.timeout(100), () => ++countRuns);
  await expect(waiting).rejects.toMatchObject({ name: expect.stringMatching(/Error$/) });
  expect([countRuns, await readFile(owner, 'utf8')]).toEqual([0, toOwner()]);
  await rm(owner);
  expect(await createNotes().use(signal, () => ++countRuns)).toBe(1);
});
