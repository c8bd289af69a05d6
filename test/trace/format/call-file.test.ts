import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { CallEvent, CallerEvent } from '../../../src/events.ts';
import {
  createCallReader,
  createCallWriter,
  parseCallFile,
  type RecordedEvent,
  type UnstampedEvent,
} from '../../../src/trace/format/call-file.ts';

const HEADER = '{"type":"header","version":1,"agent":"restaurant"}';
const STARTED = '{"type":"speech.started","atMs":0,"turn":1}';
const HEARD = '{"type":"transcript.updated","atMs":500,"turn":1,"text":"a table","state":"interim"}';

function problemOf(...lines: string[]): string {
  const file = parseCallFile(`${lines.join('\n')}\n`);
  return file.state === 'damaged' ? `${file.line}: ${file.problem}` : file.state;
}

type WithoutTime<E> = E extends { readonly atMs: number } ? Omit<E, 'atMs'> : never;

describe('a call file', () => {
  it('holds every event of a call except audio', () => {
    type OnTheWire = Exclude<CallerEvent | CallEvent, { readonly type: 'audio.delta' }>;
    expectTypeOf<OnTheWire>().toExtend<UnstampedEvent>();
    type Recorded = Extract<RecordedEvent, { readonly type: OnTheWire['type'] }>;
    expectTypeOf<Recorded['type']>().toEqualTypeOf<OnTheWire['type']>();
    expectTypeOf<WithoutTime<Recorded>>().toExtend<CallerEvent | CallEvent>();
  });

  it('reads back what was written, header first, one line for each event', () => {
    const lines: string[] = [];
    const writer = createCallWriter({ agent: 'clinic', seed: 7, startedAt: '2026-01-01T00:00:00.000Z' }, (line) =>
      lines.push(line),
    );
    writer.append({ type: 'speech.started', turn: 1 }, 0.1234567);
    writer.append({ type: 'transcript.updated', turn: 1, text: 'näxt\nline "quoted"', state: 'final' }, 900);
    writer.append(
      { type: 'tool.ended', turn: 1, name: 'find', arguments: { city: 'X' }, result: [1], speculative: true },
      901,
    );
    writer.append({ type: 'tool.ended', turn: 1, name: 'find', arguments: {}, error: 'down', speculative: false }, 902);
    writer.append({ type: 'call.ended' }, 903);
    expect(lines).toHaveLength(6);
    expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
    expect(parseCallFile(lines.join(''))).toEqual({
      state: 'read',
      header: { type: 'header', version: 1, agent: 'clinic', seed: 7, startedAt: '2026-01-01T00:00:00.000Z' },
      events: [
        { type: 'speech.started', atMs: 0.123, turn: 1 },
        { type: 'transcript.updated', atMs: 900, turn: 1, text: 'näxt\nline "quoted"', state: 'final' },
        {
          type: 'tool.ended',
          atMs: 901,
          turn: 1,
          name: 'find',
          arguments: { city: 'X' },
          result: [1],
          speculative: true,
        },
        { type: 'tool.ended', atMs: 902, turn: 1, name: 'find', arguments: {}, error: 'down', speculative: false },
        { type: 'call.ended', atMs: 903 },
      ],
    });
  });

  it.each([
    ['a byte order mark', `\uFEFF${HEADER}\n${STARTED}\n`],
    ['one more line feed at its end', `${HEADER}\n${STARTED}\n\n`],
    ['blank lines between', `${HEADER}\n\n \t\n${STARTED}\n`],
    ['carriage returns', `${HEADER}\r\n${STARTED}\r\n\r\n`],
    ['blanks behind the last line feed', `${HEADER}\n${STARTED}\n  `],
    ['a byte order mark and no line feed', `\uFEFF${HEADER}\n${STARTED}`],
  ])('is the same with %s, however it is cut', (_, text) => {
    const plain = parseCallFile(`${HEADER}\n${STARTED}\n`);
    expect(plain.state).toBe('read');
    for (let cut = 0; cut <= text.length; cut++) {
      const reader = createCallReader();
      for (const piece of ['', text.slice(0, cut), '', text.slice(cut)]) reader.push(piece);
      expect(reader.read()).toEqual(plain);
    }
  });

  it('counts blank lines where it names a damaged one', () => {
    expect(problemOf(HEADER, '', 'no')).toBe('3: is not JSON');
    expect(problemOf('\uFEFF', '')).toBe('1: is missing: the file is empty');
  });

  it('in another encoding says in which it must be', () => {
    const text = Buffer.from(`\uFEFF${HEADER}\n`, 'utf16le').toString('utf8');
    expect(problemOf(text)).toBe('1: is not UTF-8: save the file as UTF-8');
  });

  it('reads back what only a recording knows', () => {
    const events: readonly UnstampedEvent[] = [
      { type: 'draft.started', turn: 1, draft: 1, cause: 'interim', words: 'a table', acts: ['say', 'call'] },
      {
        type: 'draft.stepped',
        turn: 1,
        draft: 1,
        step: 1,
        stage: 'prefill',
        tookUs: { queue: 12, prefill: 9100, wire: 80 },
        act: 'say',
        text: 'For many?',
        stableLength: 4,
        fixed: [[0, 9]],
        isDone: false,
        pEndOfTurn: 0.4,
        pWait: 0.1,
        countSteps: 0,
        countReused: 0,
      },
      { type: 'turn.committed', turn: 1, isHit: true, isContinued: false },
      {
        type: 'draft.ended',
        turn: 1,
        draft: 1,
        outcome: 'committed',
        modelUs: 9100,
        savedUs: 9100,
        neededUs: 0,
        wastedUs: 0,
      },
      { type: 'reply.completed', turn: 1 },
      { type: 'clause.cut', turn: 1, text: 'For many?' },
      { type: 'clause.spoken', turn: 1, text: 'For many?', lengthMs: 640 },
      { type: 'audio.peaks', side: 'agent', fromMs: 40, peaks: [0, 127] },
      { type: 'reply.heard', turn: 1, heard: 'For' },
      { type: 'machine.told', event: { type: 'tool.returned', runId: 1, result: { count: 2 } } },
      { type: 'turn.taken-back', turn: 1 },
      { type: 'lines.dropped', count: 3 },
      {
        type: 'turn.measured',
        turn: 1,
        firstTextMs: 0.2,
        totalMs: 0.2,
        partsUs: { wire: 150, unexplained: 50 },
        draft: 'hit',
        forwards: 0,
        steps: 0,
        userSpeechEndedMs: 900,
        stretches: [['wire', 0, 150]],
        loop: { steps: [{ kind: 'model', aloneUs: 9100, waitedUs: 0 }], aloneUs: 9100, waitedUs: 0, savedUs: 9100 },
      },
    ];
    let text = '';
    const writer = createCallWriter({ agent: 'a' }, (line) => {
      text += line;
    });
    for (const event of events) writer.append(event, 1);
    const file = parseCallFile(text);
    expect(file.state === 'read' && file.events.map(({ atMs, ...event }) => event)).toEqual(events);
  });

  it('never goes back in time, even if the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { maxLength: 30 }), (times) => {
        let text = '';
        const writer = createCallWriter({ agent: 'a' }, (line) => {
          text += line;
        });
        for (const atMs of times) writer.append({ type: 'speech.started', turn: 1 }, atMs);
        const file = parseCallFile(text);
        expect(file.state === 'read' && file.events.length).toBe(times.length);
      }),
    );
  });

  it('is readable up to a last line that was torn, and says so', () => {
    const whole = `${HEADER}\n${STARTED}\n${HEARD}\n`;
    const bytesOfLast = HEARD.length;
    for (let cut = 2; cut <= bytesOfLast; cut++) {
      const file = parseCallFile(whole.slice(0, -cut));
      expect(file).toMatchObject({ state: 'read', events: [{ type: 'speech.started' }], tornLine: 3 });
    }
    expect(parseCallFile(whole.slice(0, -1))).toMatchObject({ state: 'read', events: [{}, {}] });
    expect(parseCallFile(whole)).not.toHaveProperty('tornLine');
  });

  it.each([
    ['an empty file', [], '1: is missing: the file is empty'],
    ['no header', [STARTED], '1: is not a header'],
    [
      'a header of a later version',
      ['{"type":"header","version":2,"agent":"a","new":1}'],
      '1: has version 2, and this reads version 1: use a later repartee',
    ],
    ['a header without agent', ['{"type":"header","version":1}'], '1: field agent: '],
    ['a broken line in the middle', [HEADER, STARTED.slice(0, -1), HEARD], '2: is not JSON'],
    ['an unknown event', [HEADER, '{"type":"speech.sung","atMs":0,"turn":1}'], '2: field type: '],
    ['a field of the wrong type', [HEADER, STARTED, HEARD.replace('"a table"', '7')], '3: field text: '],
    ['a field too many', [HEADER, '{"type":"call.ended","atMs":1,"why":"x"}'], '2: Unrecognized key: "why"'],
    ['time that goes back', [HEADER, HEARD, STARTED], '3: atMs is 0, but the line before has 500'],
    ['a second header', [HEADER, HEADER], '2: field type: '],
  ])('names line and field of %s', (_, lines, problem) => {
    expect(problemOf(...lines)).toContain(problem);
  });

  it('says of a file of no bytes that it is empty', () => {
    expect(parseCallFile('')).toEqual({ state: 'damaged', line: 1, problem: 'is missing: the file is empty' });
  });

  it('never throws, whatever the bytes', () => {
    const junk = fc.array(fc.oneof(fc.constantFrom(HEADER, STARTED, HEARD, ''), fc.json(), fc.string()), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(junk, (lines) => {
        expect(['read', 'damaged']).toContain(parseCallFile(lines.join('\n')).state);
      }),
    );
  });

  it('survives a real file whose bytes were flipped, dropped, doubled or cut, and reads the same however it comes', () => {
    const whole = readFileSync('fixtures/traces/restaurant-5.jsonl');
    const damage = fc.record({
      at: fc.nat(whole.length - 1),
      kind: fc.constantFrom('flip', 'drop', 'double', 'cut'),
      value: fc.nat(255),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), fc.nat(whole.length), (damages, cutAt) => {
        const bytes = damages.reduce((before: Buffer, { at, kind, value }) => {
          const head = before.subarray(0, at);
          if (kind === 'cut') return head;
          if (kind === 'drop') return Buffer.concat([head, before.subarray(at + 1 + value)]);
          if (kind === 'double') return Buffer.concat([before.subarray(0, at + value), before.subarray(at)]);
          return Buffer.concat([head, Buffer.of(value), before.subarray(at + 1)]);
        }, whole);
        const text = bytes.toString();
        const file = parseCallFile(text);
        const reader = createCallReader();
        reader.push(text.slice(0, cutAt));
        reader.push(text.slice(cutAt));
        expect(reader.read()).toEqual(file);
        if (file.state === 'damaged') {
          expect(file.problem).not.toBe('');
          expect(file.line).toBeLessThanOrEqual(text.split('\n').length);
        }
      }),
      { numRuns: 40 },
    );
  });
});
