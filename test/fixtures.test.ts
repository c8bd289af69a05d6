import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseCallFile, type RecordedEvent } from '../src/trace/format/call-file.ts';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '..', 'fixtures');
const files = readdirSync(join(fixtures, 'calls')).filter((name) => name.endsWith('.jsonl'));
const readme = readFileSync(join(fixtures, 'README.md'), 'utf8');

type Heard = Extract<RecordedEvent, { type: 'transcript.updated' }>;

interface Turn {
  readonly startMs: number;
  readonly partials: readonly Heard[];
  readonly final: Heard;
}

function readFixture(name: string) {
  const file = parseCallFile(readFileSync(join(fixtures, 'calls', name), 'utf8'));
  if (file.state === 'damaged') throw new Error(`${name}: line ${file.line} ${file.problem}`);
  return file;
}

function toTurns(events: readonly RecordedEvent[]): Turn[] {
  return events.flatMap((event) => {
    if (event.type !== 'speech.started') return [];
    const heard = events.filter(
      (other): other is Heard => other.type === 'transcript.updated' && other.turn === event.turn,
    );
    const final = heard.at(-1);
    if (final?.state !== 'final') throw new Error(`turn ${event.turn} has no final`);
    return [{ startMs: event.atMs, partials: heard.slice(0, -1), final }];
  });
}

const wordsOf = (text: string) => text.split(' ');
const turns = files.flatMap((name) => toTurns(readFixture(name).events));

function endingOf({ partials, final }: Turn): 'same' | 'late' | 'revised' {
  const last = partials.at(-1)?.text ?? '';
  if (last === final.text) return 'same';
  return final.text.startsWith(`${last} `) ? 'late' : 'revised';
}

describe('the fixture calls', () => {
  it('are at least eight, with about sixty turns of callers, for both example agents', () => {
    expect(files.length).toBeGreaterThanOrEqual(8);
    expect(turns.length).toBeGreaterThanOrEqual(50);
    expect(turns.length).toBeLessThanOrEqual(70);
    expect(new Set(files.map((name) => readFixture(name).header.agent))).toEqual(new Set(['restaurant', 'clinic']));
  });

  it.each(files)('%s is whole, holds the caller alone, and names source and licence as the README does', (name) => {
    const { header, events, ...rest } = readFixture(name);
    expect(rest).not.toHaveProperty('tornLine');
    expect(new Set(events.map((event) => event.type))).toEqual(
      new Set(['speech.started', 'transcript.updated', 'call.ended']),
    );
    const row = readme.split('\n').find((line) => line.includes(`calls/${name} `));
    const id = header.source?.split(' ').at(-1) ?? 'no id';
    expect(row).toContain(` ${id} `);
    expect(row).toContain(` ${header.licence} `);
    expect(row).toContain(` ${header.agent} `);
    expect(row).toContain(` ${toTurns(events).length} `);
  });

  it('have turns that count up from 1, each with partials and one final', () => {
    for (const name of files) {
      const started = readFixture(name).events.flatMap((event) =>
        event.type === 'speech.started' ? [event.turn] : [],
      );
      expect(started).toEqual(started.map((_, index) => index + 1));
    }
    for (const { partials } of turns) {
      expect(partials.length).toBeGreaterThan(0);
      expect(partials.every(({ state }) => state === 'interim')).toBe(true);
    }
  });

  it('have words as a recogniser writes them', () => {
    for (const { partials, final } of turns)
      for (const { text } of [...partials, final]) expect(text).toMatch(/^[\p{Ll}\p{N}_']+( [\p{Ll}\p{N}_']+)*$/u);
  });

  it('have a partial each 250 ms while words come at 150 a minute, and the final 300 ms after the last', () => {
    for (const { startMs, partials, final } of turns) {
      const speechMs = wordsOf(final.text).length * 400;
      expect(partials.map(({ atMs }) => atMs - startMs)).toEqual(
        Array.from({ length: Math.floor(speechMs / 250) }, (_, index) => (index + 1) * 250),
      );
      expect(final.atMs - startMs).toBe(speechMs + 300);
    }
  });

  it('have a final that brings the last one or two words in a third of the turns', () => {
    const late = turns.filter((turn) => endingOf(turn) === 'late');
    expect(late.length).toBe(Math.round(turns.length / 3));
    const counts = late.map(
      ({ partials, final }) => wordsOf(final.text).length - wordsOf(partials.at(-1)?.text ?? '').length,
    );
    expect(new Set(counts)).toEqual(new Set([1, 2]));
  });

  it('have a final that changes one word in a sixth of the turns', () => {
    const revised = turns.filter((turn) => endingOf(turn) === 'revised');
    expect(revised.length).toBe(Math.round(turns.length / 6));
    for (const { partials, final } of revised) {
      const kept = new Set(wordsOf(partials.at(-1)?.text ?? ''));
      expect(wordsOf(final.text).filter((word) => !kept.has(word)).length).toBeLessThanOrEqual(1);
    }
  });

  it('have words that a later partial takes back', () => {
    const countRevisions = turns
      .flatMap(({ partials }) =>
        partials.map((partial, index) => [partials[index - 1]?.text ?? '', partial.text] as const),
      )
      .filter(([before, after]) => !after.startsWith(before)).length;
    expect(countRevisions).toBeGreaterThan(turns.length / 3);
  });
});
