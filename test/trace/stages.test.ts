import { describe, expect, it } from 'vitest';
import { compareStages, describeStage } from '../../src/trace/stages.ts';

describe('stage names', () => {
  it('sort in the order in which a turn passes through them, tools by name, unknown names last', () => {
    const shuffled = ['mystery', 'unexplained', 'tool.b', 'wire', 'queue', 'tts.first', 'tool.a', 'prefill', 'stt.lag'];
    expect(shuffled.sort(compareStages)).toEqual([
      'stt.lag',
      'queue',
      'prefill',
      'tool.a',
      'tool.b',
      'tts.first',
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
