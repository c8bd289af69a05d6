import { describe, expect, it } from 'vitest';
import { compareStages, describeStage, findOverruns, toBudgetMs } from '../../../src/trace/ledger/stages.ts';

describe('stage names', () => {
  it('sort in the order in which a turn passes through them, tools by name, unknown names last', () => {
    const shuffled = [
      'mystery',
      'unexplained',
      'tool.b',
      'wire',
      'queue',
      'tts.ttfb',
      'tool.a',
      'prefill',
      'stt.delay',
    ];
    expect(shuffled.sort(compareStages)).toEqual([
      'stt.delay',
      'queue',
      'prefill',
      'tool.a',
      'tool.b',
      'tts.ttfb',
      'wire',
      'unexplained',
      'mystery',
    ]);
  });

  it('have one sentence each, and every tool the same', () => {
    expect(describeStage('queue')).toMatch(/^[A-Z].*\.$/);
    expect(describeStage('tool.find')).toBe(describeStage('tool.book'));
    expect(describeStage('tool.find')).toMatch(/\.$/);
    expect(describeStage('tool')).toBeUndefined();
    expect(describeStage('mystery')).toBeUndefined();
  });
});

describe('budgets', () => {
  it('are there for every stage, the same for every tool', () => {
    expect(toBudgetMs('prefill', 50)).toBeGreaterThan(0);
    expect(toBudgetMs('tool.find', 50)).toBe(toBudgetMs('tool.book', 50));
    expect(toBudgetMs('tool', 50)).toBeUndefined();
    expect(toBudgetMs('mystery', 50)).toBeUndefined();
  });

  it('let the unexplained be 2 ms or 2 % of the turn, whichever is more', () => {
    expect(toBudgetMs('unexplained', 40)).toBe(2);
    expect(toBudgetMs('unexplained', 500)).toBe(10);
  });

  it('name the stages that went over, the worst first', () => {
    const partsUs = { queue: 11_000, prefill: 500_000, denoise: 10, mystery: 9e9, unexplained: 1900 };
    expect(findOverruns(partsUs, 60)).toEqual([
      { stage: 'prefill', tookUs: 500_000, budgetUs: 40_000 },
      { stage: 'queue', tookUs: 11_000, budgetUs: 10_000 },
    ]);
  });
});
