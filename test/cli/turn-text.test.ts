import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatUs, renderLedger } from '../../src/cli/ledger-text.ts';
import { renderTurn } from '../../src/cli/turn-text.ts';
import type { Measured, TurnRecord } from '../../src/playback/turn-log.ts';
import { describeBills, sumBills } from '../../src/trace/format/bills.ts';

const measured: Measured = {
  firstTextMs: 40,
  totalMs: 40,
  partsUs: { unexplained: 500, 'tool.find': 20_000, prefill: 19_500, queue: 0 },
  draft: 'missed',
  forwards: 3,
  steps: 2,
};

const turn: TurnRecord = {
  turn: 1,
  caller: 'a table',
  tools: [{ name: 'find', arguments: { city: 'X' }, result: ['long '.repeat(50)], speculative: true }],
  reply: 'When?',
  heard: 'When?',
  interrupted: false,
  measured,
  errors: [],
};

const kept = { type: 'draft.billed', use: 'kept', inputTokens: 1000, cachedTokens: 0, outputTokens: 200 } as const;

describe('what a turn cost', () => {
  it('stands behind its ledger: what was used, and what was thrown away', () => {
    const bills = sumBills([
      { ...kept, usd: 0.00035 },
      { ...kept, usd: 0.00035 },
      { ...kept, use: 'thrown-away', usd: 0.0001234, isEstimated: true },
    ]);
    expect(renderTurn({ ...turn, ...(bills && { bills }) }, false).at(-1)).toBe(
      '   paid  kept $0.0007 (2,400 tokens) · thrown away about $0.000123 (1,200 tokens)',
    );
  });

  it('is not told where nothing was asked over the network', () => {
    expect(sumBills([])).toBeUndefined();
    expect(renderTurn(turn, false).join()).not.toContain('paid');
  });

  it.each([
    ['no price is known', [kept], 'kept 1,200 tokens'],
    ['one model has none', [kept, { ...kept, usd: 2 }], 'kept $2.00 (2,400 tokens, 1,200 of them without a price)'],
    ['it is dollars', [{ ...kept, usd: 12.345 }], 'kept $12.35 (1,200 tokens)'],
  ] as const)('is exact where %s', (_, bills, text) => {
    const sums = sumBills(bills);
    expect(sums && describeBills(sums)).toBe(text);
  });
});

describe('a ledger in the terminal', () => {
  it('is a bar of one column a millisecond, then the parts in the order of a turn, the empty ones left out', () => {
    const [bar = '', figures] = renderLedger(measured, false);
    expect(bar).toBe(`${'█'.repeat(20)}${'▒'.repeat(20)} 40.0 ms to first words · draft missed · 3 forwards, 2 steps`);
    expect(figures).toBe('prefill 19.5 ms  tool.find 20.0 ms  unexplained 500 µs');
  });

  it('has the same text with and without colour', () => {
    const coloured = renderLedger(measured, true).map((line) => stripVTControlCharacters(line).replaceAll('█', '#'));
    const plain = renderLedger(measured, false).map((line) => line.replaceAll(/[█▒]/g, '#'));
    expect(coloured).toEqual(plain);
  });

  it('fills at most forty columns, in proportion', () => {
    const partsUs = { prefill: 300_000, denoise: 90_000, unexplained: 10_000 };
    const [bar = ''] = renderLedger({ ...measured, totalMs: 400, partsUs }, false);
    expect(bar.split(' ')[0]).toBe(`${'█'.repeat(30)}${'▒'.repeat(9)}░`);
  });

  it('needs no bar for a draft that was ready', () => {
    const hit: Measured = { ...measured, totalMs: 0, partsUs: { unexplained: 0 }, draft: 'hit', forwards: 0, steps: 0 };
    expect(renderLedger(hit, false)).toEqual(['0 µs to first words · draft hit · 0 forwards, 0 steps']);
  });

  it('names both first words and first audio where there is audio', () => {
    const [bar] = renderLedger({ ...measured, firstTextMs: 12, firstAudioMs: 40 }, false);
    expect(bar).toContain('40.0 ms to first audio · first words 12.0 ms');
  });

  it.each([
    [0, '0 µs'],
    [999, '999 µs'],
    [1000, '1.0 ms'],
    [99_949, '99.9 ms'],
    [1_234_567, '1235 ms'],
  ])('writes %i µs as %s', (us, text) => {
    expect(formatUs(us)).toBe(text);
  });
});

describe('a turn in the terminal', () => {
  it('shows caller, tools with their clipped result, reply and ledger', () => {
    const lines = renderTurn(turn, false);
    expect(lines.map((line) => line.slice(0, 9))).toEqual([
      ' caller  ',
      '   tool  ',
      '  agent  ',
      '         ',
      '         ',
    ]);
    expect(lines[0]).toBe(' caller  a table');
    expect(lines[1]).toMatch(/^ {3}tool {2}find \{"city":"X"\} → \["long .*… \(on a draft\)$/);
    expect(lines[1]?.length).toBeLessThan(160);
    expect(lines[2]).toBe('  agent  When?');
  });

  it('says what failed, what was cut short, and what was silence', () => {
    const tools = [{ name: 'find', arguments: {}, error: 'down', speculative: false }];
    expect(renderTurn({ ...turn, tools }, false)[1]).toBe('   tool  find {} → failed: down');
    expect(renderTurn({ ...turn, reply: '' }, false)).toContain('  agent  (silence)');
    const cut = renderTurn({ ...turn, heard: 'Wh', interrupted: true, errors: ['reply-overdue'] }, false);
    expect(cut).toContain('         interrupted; heard: "Wh"');
    expect(cut).toContain('  error  reply-overdue');
  });
});
