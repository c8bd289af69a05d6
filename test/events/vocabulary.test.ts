import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { callEvents } from '../../src/events/call-events.ts';
import { callerEvents } from '../../src/events/caller-events.ts';
import type { Definitions } from '../../src/events/definition.ts';
import { machineEvents } from '../../src/events/machine-events.ts';
import { marks } from '../../src/events/marks.ts';
import { redactionOf } from '../../src/events/vocabulary.ts';

const root = resolve(import.meta.dirname, '../..');
const inTraces: Definitions = { ...callerEvents, ...callEvents, ...marks };
const all: Definitions = { ...inTraces, ...machineEvents };

/** Reads the few lines that a list of calls shows, whatever else a trace has. */
const consumers = ['src/server/traces/summary-reader.ts'];

/** Names, not words: of calls, agents, tools and their arguments, files, languages, errors. */
const names = ['callId', 'agent', 'name', 'missing', 'drafts', 'loop', 'source', 'language', 'code', 'model'];

/** Where a source says which events there are: a schema, a type with a turn, three names in a row. */
function findEntries(source: string): string[] {
  const name = `'(?:${Object.keys(all)
    .filter((type) => type.includes('.'))
    .map((type) => type.replaceAll('.', '\\.'))
    .join('|')})'`;
  const entries = [
    `z\\.literal\\(\\s*${name}`,
    `\\{[^{}]*\\btype: ${name};[^{}]*\\bturn: number`,
    `${name}(?:\\s*[,|]\\s*${name}){2,}`,
    `case ${name}(?::\\s*case ${name}){3,}`,
  ];
  return entries.flatMap((entry) => [...source.matchAll(new RegExp(entry, 'g'))].map(([found]) => found));
}

describe('the vocabulary of events', () => {
  it('is written down in src/events, and in no other source', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .map((path) => `src/${path}`)
      .filter((path) => path.endsWith('.ts') && !path.startsWith('src/events/') && !consumers.includes(path));
    expect(files.length).toBeGreaterThan(300);
    const entries = files.flatMap((path) =>
      findEntries(readFileSync(join(root, path), 'utf8')).map((entry) => `${path}: ${entry}`),
    );
    expect(entries).toEqual([]);
  });

  it.each([
    "z.strictObject({ type: z.literal('dtmf.pressed'), turn })",
    "| { readonly type: 'dtmf.pressed'; readonly turn: number; readonly digit: string }",
    "new Set(['speech.started',\n  'speech.stopped', 'dtmf.pressed'])",
    "case 'speech.started':\n case 'speech.stopped':\n case 'dtmf.pressed':\n case 'call.ended':",
  ])('is found where it is written down again: %s', (source) => {
    expect(findEntries(source)).toHaveLength(1);
  });

  it('has each event in one list', () => {
    const lists = [callerEvents, callEvents, marks, machineEvents].flatMap((list) => Object.keys(list));
    expect(lists.filter((type, index) => lists.indexOf(type) !== index)).toEqual([]);
  });

  it('narrows on the wire only fields that the event has', () => {
    const unknown = Object.entries(all).flatMap(([type, { fields, wire = {} }]) =>
      Object.keys(wire).flatMap((name) => (name in fields ? [] : [`${type}.${name}`])),
    );
    expect(unknown).toEqual([]);
  });

  it('has every text of an event covered by redactions but names', () => {
    const open = Object.entries(inTraces).flatMap(([type, { fields, trace = {} }]) =>
      trace === false
        ? []
        : Object.entries({ ...fields, ...trace })
            .filter(([name, field]) => mayHoldText(field) && redactionOf(type, name) === undefined)
            .map(([name]) => name),
    );
    expect([...new Set(open)].sort()).toEqual([...names].sort());
  });

  it('has a row for each event in the pages of the wire and of traces', () => {
    const wirePage = readFileSync(join(root, 'docs/reference/native-wire.md'), 'utf8');
    const tracePage = readFileSync(join(root, 'docs/reference/trace-format.md'), 'utf8');
    const missing = Object.entries(inTraces)
      .filter(([, { trace }]) => trace !== false)
      .filter(([type, { wire }]) => !hasRow(wire === undefined ? tracePage : wirePage, type))
      .map(([type]) => type);
    expect(missing).toEqual([]);
  });

  it('reaches the page of a browser in types alone', () => {
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      const imports = readFileSync(path, 'utf8').matchAll(/^(?:import|export) (?!type )(?:[^;']*? from )?'([^']+)'/gm);
      for (const [, specifier = ''] of imports)
        if (specifier.endsWith('.ts')) visit(resolve(dirname(path), specifier));
        else reached.add(specifier);
    };
    visit(join(root, 'src/page/main.ts'));
    expect(reached).toContain(join(root, 'src/protocol/native-messages.ts'));
    expect(reached).not.toContain('zod');
  });
});

/** A row of a table that begins with the event, alone or beside others. */
function hasRow(page: string, type: string): boolean {
  return page.split('\n').some((line) => line.startsWith('| `') && (line.split('|')[1] ?? '').includes(`\`${type}\``));
}

/** Keys of a record are names, and tuples begin with one. */
function mayHoldText(field: z.ZodType): boolean {
  if (field instanceof z.ZodExactOptional || field instanceof z.ZodOptional)
    return mayHoldText(field.unwrap() as z.ZodType);
  if (field instanceof z.ZodArray) return mayHoldText(field.element as z.ZodType);
  if (field instanceof z.ZodRecord) return mayHoldText(field.valueType as z.ZodType);
  return [z.ZodString, z.ZodUnknown, z.ZodObject, z.ZodUnion].some((kind) => field instanceof kind);
}
