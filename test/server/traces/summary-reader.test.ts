import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeLongCall } from '../../../bench/long-call.ts';
import { createSummaryReader } from '../../../src/server/traces/summary-reader.ts';
import { parseCallFile } from '../../../src/trace/format/call-file.ts';
import { summarise } from '../../../src/trace/format/summary.ts';

const header = '{"type":"header","version":1,"agent":"é"}\n';

function read(...pieces: string[]) {
  const reader = createSummaryReader('a');
  for (const piece of pieces) reader.push(Buffer.from(piece));
  return reader.summary();
}

describe('a reader of summaries', () => {
  it('says what a summary of the whole file says, wherever that is cut', () => {
    const text = makeLongCall(6, 3);
    const bytes = Buffer.from(text);
    const whole = summarise('a', parseCallFile(text));
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), fc.boolean(), (cuts, asksBetween) => {
        const reader = createSummaryReader('a');
        let from = 0;
        for (const to of [...cuts.sort((a, b) => a - b), bytes.length]) {
          reader.push(bytes.subarray(from, to));
          if (asksBetween) reader.summary();
          from = to;
        }
        expect(reader.summary()).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    ['line feeds at its end', (text: string) => `${text}\n \n`],
    ['carriage returns', (text: string) => text.replaceAll('\n', '\r\n')],
    ['blank lines', (text: string) => text.replaceAll('\n', '\n\n')],
  ])('says the same of a file with %s', (_, edit) => {
    const text = `${header}{"type":"speech.started","atMs":8,"turn":1}\n`;
    const bytes = Buffer.from(edit(text));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = createSummaryReader('a');
      reader.push(bytes.subarray(0, cut));
      reader.summary();
      reader.push(bytes.subarray(cut));
      expect(reader.summary()).toEqual(read(text));
    }
  });

  it('reads a header without its end behind a byte order mark', () => {
    expect(read(`\uFEFF${header.trim()}`)).toMatchObject({ agent: 'é', hasEnded: false });
  });

  it('passes over the lines that a list shows nothing of', () => {
    const torn = '{"type":"draft.stepped","atMs":7,"anything":true}\n';
    expect(read(header, torn)).toMatchObject({ agent: 'é', durationMs: 7, hasEnded: false });
  });

  it('reads lines that another writer began otherwise', () => {
    expect(read(header, '{"atMs":9,"type":"call.ended"}\n')).toMatchObject({ durationMs: 9, hasEnded: true });
  });

  it.each([
    ['', 'line 1 is missing: the file is empty'],
    ['{"type":"hea', 'line 1 is not JSON'],
    [`${header}{"type":"speech.started","atMs":1,"turn":1}\nno\n`, 'line 3 is not JSON'],
    [`${header}{"type":"speech.started","atMs":1`, 'line 2 was cut off while it was written'],
  ])('says what is wrong with %j', (text, problem) => {
    expect(read(text).problem).toBe(problem);
  });
});
