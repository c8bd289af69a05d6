import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeLongCall } from '../../bench/long-call.ts';
import { parseCallFile, type RecordedEvent, type Stretch } from '../../src/trace/format/call-file.ts';
import { toCallModel } from '../../src/viewer/call-model.ts';
import { toCriticalPath } from '../../src/viewer/critical-path.ts';
import { toLanes } from '../../src/viewer/turn-lanes.ts';

const folder = resolve(import.meta.dirname, '../../fixtures/traces');
const recorded = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

function turnsOf(text: string) {
  const file = parseCallFile(text);
  if (file.state === 'damaged') throw new Error(file.problem);
  return toCallModel(file.header, file.events).turns;
}

/** A turn whose zero is at 1000 ms, with two drafts: 1 from 900 to 1040 ms, 2 from 1060 ms on; a tool ran between them. */
function turnWith(stretches: readonly Stretch[] | undefined) {
  const figures = { partsUs: {}, draft: 'repaired', forwards: 1, steps: 1, firstTextMs: 100, totalMs: 120 } as const;
  const placed = stretches === undefined ? {} : { stretches: [...stretches] };
  const started = { type: 'draft.started', turn: 1, cause: 'interim', words: 'a' } as const;
  const ended = { type: 'draft.ended', turn: 1, modelUs: 1, savedUs: 1, neededUs: 0, wastedUs: 0 } as const;
  const tool = { turn: 1, name: 'find', arguments: {}, speculative: false } as const;
  const events: readonly RecordedEvent[] = [
    { type: 'transcript.updated', atMs: 800, turn: 1, text: 'a', state: 'interim' },
    { ...started, atMs: 900, draft: 1 },
    { ...ended, atMs: 1040, draft: 1, outcome: 'committed' },
    { type: 'tool.started', atMs: 1040, ...tool },
    { type: 'tool.ended', atMs: 1060, ...tool, result: 1 },
    { ...started, atMs: 1060, draft: 2, cause: 'step' },
    { ...ended, atMs: 1100, draft: 2, outcome: 'committed' },
    { type: 'reply.updated', atMs: 1100, turn: 1, text: 'b' },
    { type: 'audio.started', atMs: 1120, turn: 1 },
    { type: 'turn.measured', atMs: 1120, turn: 1, userSpeechEndedMs: 1000, ...figures, ...placed },
  ];
  const [turn] = toCallModel({ type: 'header', version: 1, agent: 'test' }, events).turns;
  if (turn === undefined) throw new Error('no turn');
  return turn;
}

describe('the critical path of a turn', () => {
  it('leads through whoever worked at each moment', () => {
    const turn = turnWith([
      ['endpointing', 0, 20_000],
      ['wire', 20_000, 21_000],
      ['denoise', 21_000, 40_000],
      ['tool.find', 40_000, 60_000],
      ['wire', 60_000, 61_000],
      ['prefill', 61_000, 100_000],
      ['clause', 100_000, 102_000],
      ['tts.ttfb', 102_000, 119_000],
      ['wire', 119_000, 120_000],
    ]);
    const told = toLanes(turn).lanes.map(({ label, critical }) => [label, critical.map(({ stage }) => stage)]);
    expect(told).toEqual([
      ['caller', ['endpointing', 'wire']],
      ['draft 1', ['denoise']],
      ['draft 2', ['prefill']],
      ['find', ['tool.find', 'wire']],
      ['reply', ['clause']],
      ['heard', ['tts.ttfb', 'wire']],
    ]);
  });

  it('blames nobody for what is unexplained, and the next for a hand-over that comes first', () => {
    const turn = turnWith([
      ['wire', 0, 1000],
      ['clause', 5000, 6000],
    ]);
    expect(toCriticalPath(turn).map(({ stage, waited }) => [stage, waited.kind])).toEqual([
      ['wire', 'reply'],
      ['clause', 'reply'],
    ]);
  });

  it('is not told where the file does not say when the stages were', () => {
    expect(toCriticalPath(turnWith(undefined))).toEqual([]);
  });

  it('explains all of every turn but what the ledger leaves unexplained, once', () => {
    let countTurns = 0;
    for (const turn of [...recorded, makeLongCall(20, 5)].flatMap(turnsOf)) {
      if (turn.measured === undefined) continue;
      countTurns++;
      const waitedUs = toLanes(turn)
        .lanes.flatMap(({ critical }) => critical)
        .reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0);
      const { partsUs, totalMs } = turn.measured;
      expect(waitedUs + (partsUs.unexplained ?? 0)).toBe(Math.round(totalMs * 1000));
    }
    expect(countTurns).toBeGreaterThan(30);
  });
});
