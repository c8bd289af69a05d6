import { describe, expect, it } from 'vitest';
import { makeLongCall } from '../../bench/long-call.ts';
import { parseCallFile } from '../../src/trace/format/call-file.ts';
import { type CallModel, toCallModel, toSteps } from '../../src/viewer/call-model.ts';
import { toLanes } from '../../src/viewer/turn-lanes.ts';

function modelOf(...lines: object[]): CallModel {
  const text = [{ type: 'header', version: 1, agent: 'a' }, ...lines].map((line) => JSON.stringify(line)).join('\n');
  const file = parseCallFile(`${text}\n`);
  if (file.state === 'damaged') throw new Error(`line ${file.line} ${file.problem}`);
  return toCallModel(file.header, file.events);
}

const heard = (atMs: number, text: string, state = 'interim') => ({
  type: 'transcript.updated',
  atMs,
  turn: 1,
  text,
  state,
});
const changed = (atMs: number, text: string) => ({
  ...{ type: 'draft.changed', atMs, turn: 1, act: 'say', text },
  ...{ pEndOfTurn: 0.5, pWait: 0 },
});
const measured = {
  ...{ type: 'turn.measured', atMs: 120, turn: 1, firstTextMs: 20, totalMs: 20, partsUs: { prefill: 20_000 } },
  ...{ draft: 'hit', forwards: 1, steps: 0 },
};

describe('a call in the viewer', () => {
  it('has its zero where the ledger says, else at the final', () => {
    expect(modelOf(heard(100, 'hi', 'final')).turns[0]?.userSpeechEndedMs).toBe(100);
    expect(modelOf(heard(100, 'hi', 'final'), { ...measured, userSpeechEndedMs: 60 }).turns[0]?.userSpeechEndedMs).toBe(
      60,
    );
  });

  it('shows a file without model steps by its drafts at each partial', () => {
    const [turn] = modelOf(
      heard(1, 'a'),
      changed(2, 'For two?'),
      changed(3, 'For four?'),
      heard(4, 'a b'),
      changed(5, 'When?'),
    ).turns;
    expect(turn?.drafts.map(({ words, steps }) => [words, steps.map(({ text }) => text)])).toEqual([
      ['a', ['For two?', 'For four?']],
      ['a b', ['When?']],
    ]);
    expect(turn?.drafts[0]?.steps[1]?.fixed).toEqual([[4, 8]]);
  });

  it('sums what a model over the network cost, of each turn and of the call', () => {
    const bill = { type: 'draft.billed', model: 'mercury-2.5', inputTokens: 90, cachedTokens: 0, outputTokens: 10 };
    const { turns, bills } = modelOf(
      { ...bill, atMs: 1, turn: 1, draft: 1, use: 'thrown-away', usd: 0.25, isEstimated: true },
      { ...bill, atMs: 2, turn: 1, draft: 2, use: 'kept', usd: 0.5 },
      { ...bill, atMs: 3, turn: 2, draft: 3, use: 'kept', usd: 0.5 },
    );
    expect(turns.map((turn) => turn.bills.map(({ use }) => use))).toEqual([['thrown-away', 'kept'], ['kept']]);
    expect(bills?.kept).toMatchObject({ answers: 2, tokens: 200, usd: 1, isEstimated: false });
    expect(bills?.thrownAway).toMatchObject({ answers: 1, tokens: 100, usd: 0.25, isEstimated: true });
    expect(modelOf(heard(1, 'a')).bills).toBeUndefined();
  });

  it('keeps a speculative tool as one that ran ahead, and says whether its turn used it', () => {
    const tool = { turn: 1, name: 'find', arguments: { city: 'Oakland' } };
    const ahead = [
      { type: 'tool.started', atMs: 1, ...tool, speculative: true },
      { type: 'tool.ended', atMs: 5, ...tool, speculative: true, result: 4 },
    ];
    const used = { type: 'tool.ended', atMs: 9, ...tool, speculative: false, result: 4 };
    expect(modelOf(...ahead).turns[0]?.tools).toMatchObject([{ isSpeculative: true, isAdopted: false, endMs: 5 }]);
    expect(modelOf(...ahead, used).turns[0]?.tools).toMatchObject([{ isAdopted: true, endMs: 5, answer: '4' }]);
    expect(toLanes(modelOf(...ahead, used).turns[0]!).lanes[0]?.note).toBe('ran ahead, used · done');
  });

  it('says what a tool came to, and keeps all that it answered', () => {
    const tool = { turn: 1, name: 'reserve', arguments: {}, speculative: false };
    const ended = (atMs: number, more: object) => ({ type: 'tool.ended', atMs, ...tool, ...more });
    const started = { type: 'tool.started', atMs: 1, ...tool };
    const refused = ended(2, { result: { count: 0, reason: 'taken' } });
    const toolOf = (...lines: object[]) => modelOf(started, ...lines).turns[0]?.tools[0];
    expect(toolOf(refused)).toMatchObject({ outcome: { kind: 'refused', text: 'refused: taken' } });
    expect(JSON.parse(toolOf(refused)?.answer ?? '')).toEqual({ count: 0, reason: 'taken' });
    expect(toolOf(ended(2, { error: 'down' }))).toMatchObject({ outcome: { kind: 'failed' }, answer: 'down' });
    expect(toolOf()).toMatchObject({ outcome: undefined });
  });

  it('tells of hand-overs and of its end', () => {
    const { notes } = modelOf(
      { type: 'agent.changed', atMs: 3, turn: 1, agent: 'clinic' },
      { type: 'call.closed', atMs: 4, reason: 'transferred', transfer: { to: '+15550100' } },
    );
    expect(notes.map(({ text }) => text)).toEqual(['clinic answers from here on', 'put through to +15550100']);
  });

  it('has ended when it was closed, whoever closed it', () => {
    expect(modelOf(heard(1, 'a')).hasEnded).toBe(false);
    for (const reason of ['agent-hung-up', 'caller-silent'])
      expect(modelOf(heard(1, 'a'), { type: 'call.closed', atMs: 2, reason }).hasEnded).toBe(true);
  });

  it('has ended, for its file, when the call goes on in another one', () => {
    const { hasEnded, notes } = modelOf(heard(1, 'a'), { type: 'file.continued', atMs: 2 });
    expect(hasEnded).toBe(true);
    expect(notes.map(({ text }) => text)).toEqual(['the call goes on in another file']);
  });

  it('tells what went wrong in the call', () => {
    const { notes } = modelOf(
      { type: 'error', atMs: 3, code: 'hook-failed', message: 'no' },
      { type: 'lines.dropped', atMs: 4, count: 7 },
    );
    expect(notes.map(({ text }) => text)).toEqual(['hook-failed: no', '7 lines were lost']);
  });

  it('reads every kind of line of a long call', () => {
    const file = parseCallFile(makeLongCall(30, 3));
    if (file.state === 'damaged') throw new Error(file.problem);
    const { turns, hasEnded, peaks } = toCallModel(file.header, file.events);
    expect([turns.length, hasEnded, peaks.length]).toEqual([30, true, 30]);
    for (const turn of turns) {
      const steps = toSteps(turn);
      expect(steps.map(({ atMs }) => atMs)).toEqual(steps.map(({ atMs }) => atMs).sort((a, b) => a - b));
      for (const { bar } of toLanes(turn).lanes) expect(bar.toMs).toBeGreaterThanOrEqual(bar.fromMs);
    }
  });
});
