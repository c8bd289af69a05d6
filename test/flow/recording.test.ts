import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { createCallWriter, parseCallFile, type RecordedEvent } from '../../src/trace/format/call-file.ts';
import { decideCall, type FlowOptions, makeAgent, makeTool, say, startFlow } from '../support/flow.ts';
import { createScriptedVoice } from '../support/scripted-voice.ts';

/** A call that is written down, and its lines as a reader gives them. */
function startRecorded(options: FlowOptions) {
  let text = '';
  const recording = createCallWriter({ agent: 'test' }, (line) => {
    text += line;
  });
  const flow = startFlow({ ...options, recording });
  const lines = (): readonly RecordedEvent[] => {
    const file = parseCallFile(text);
    if (file.state === 'damaged') throw new Error(`line ${file.line} ${file.problem}`);
    return file.events;
  };
  const of = <T extends RecordedEvent['type']>(type: T) =>
    lines().filter((line): line is Extract<RecordedEvent, { type: T }> => line.type === type);
  return { flow, lines, of };
}

const slow = { prefillMs: 30, denoiseMs: 20, countSteps: 2 };

describe('the recording of a call', () => {
  it('holds what the caller said, what was answered, and when', async () => {
    const { flow, lines } = startRecorded({ script: () => ({ ...say('For two?'), ...slow }) });
    flow.final(1, 'a table');
    await flow.clock.advance(500);
    await flow.call.end();
    const types = lines().map(({ type }) => type);
    for (const type of [
      'call.ready',
      'transcript.updated',
      'turn.committed',
      'reply.updated',
      'reply.ended',
      'call.ended',
    ])
      expect(types).toContain(type);
    expect(lines().map(({ atMs }) => atMs)).toEqual(
      lines()
        .map(({ atMs }) => atMs)
        .sort((a, b) => a - b),
    );
  });

  it('accounts for all of each draft’s model time as saved, waited for or wasted', async () => {
    const { flow, of } = startRecorded({ script: (heard) => ({ ...say(`Answer ${heard.length}.`), ...slow }) });
    flow.partial(1, 'a');
    await flow.clock.advance(200);
    flow.partial(1, 'a table');
    await flow.clock.advance(200);
    flow.final(1, 'a table');
    await flow.clock.advance(500);
    await flow.call.end();
    const started = of('draft.started');
    const ended = of('draft.ended');
    expect(ended.map(({ draft }) => draft)).toEqual(started.map(({ draft }) => draft));
    for (const { modelUs, savedUs, neededUs, wastedUs } of ended) expect(savedUs + neededUs + wastedUs).toBe(modelUs);
    expect(ended.map(({ outcome }) => outcome)).toEqual(['superseded', 'committed']);
    expect(ended.at(-1)?.savedUs).toBe(ended.at(-1)?.modelUs);
    expect(started.map(({ words, cause }) => [words, cause])).toEqual([
      ['a', 'interim'],
      ['a table', 'interim'],
    ]);
  });

  it('counts the model time after the final as waited for', async () => {
    const { flow, of } = startRecorded({ script: () => ({ ...say('For two?'), ...slow }) });
    flow.final(1, 'a table');
    await flow.clock.advance(500);
    await flow.call.end();
    const [only] = of('draft.ended');
    expect(only).toMatchObject({ outcome: 'committed', savedUs: 0, wastedUs: 0 });
    expect(only?.neededUs).toBeGreaterThan(0);
  });

  it('shows where each step of a draft changed its text', async () => {
    const { flow, of } = startRecorded({
      script: (heard) => ({ ...say(heard === 'a' ? 'For two?' : 'For four?'), ...slow }),
    });
    flow.partial(1, 'a');
    await flow.clock.advance(200);
    flow.partial(1, 'a table');
    await flow.clock.advance(200);
    await flow.call.end();
    const last = of('draft.stepped').filter(({ draft }) => draft === 2);
    expect(last.at(-1)?.text).toBe('For four?');
    for (const { text, fixed } of of('draft.stepped'))
      for (const [from, to] of fixed) expect(from < to && to <= text.length).toBe(true);
    for (const { tookUs, step } of of('draft.stepped')) {
      expect(step).toBeGreaterThan(0);
      expect(Object.values(tookUs).every((us) => us > 0)).toBe(true);
    }
  });

  it('gives stretches that, with what is unexplained, sum to each turn’s total', async () => {
    const clock = new SimulatedClock();
    const find = makeTool(clock, { name: 'find', takesMs: 120 });
    const { flow, of } = startRecorded({
      clock,
      agent: makeAgent({ tools: [find] }),
      script: (heard) => ({
        ...(heard.endsWith('}') ? say('Done.') : decideCall('find', { city: 'Oakland' })),
        ...slow,
      }),
    });
    flow.final(1, 'find one');
    await flow.clock.advance(1000);
    await flow.call.end();
    const [measured] = of('turn.measured');
    if (measured === undefined) throw new Error('the turn was not measured');
    const { stretches = [], partsUs, totalMs, userSpeechEndedMs } = measured;
    const painted = stretches.reduce((sum, [, fromUs, toUs]) => sum + toUs - fromUs, 0);
    expect(painted + (partsUs.unexplained ?? 0)).toBe(totalMs * 1000);
    for (const [index, [, fromUs]] of stretches.entries())
      expect(fromUs).toBeGreaterThanOrEqual(stretches[index - 1]?.[2] ?? 0);
    expect(userSpeechEndedMs).toBe(of('turn.committed')[0]?.atMs);
    expect(stretches.map(([stage]) => stage)).toContain('tool.find');
  });

  it('draws the agent’s voice and notes what was heard of it', async () => {
    const { flow, of } = startRecorded({
      script: () => say('One two three four.'),
      output: (clock) => createSpokenOutput({ voice: createScriptedVoice({ clock }), clock }),
    });
    flow.final(1, 'count');
    await flow.clock.advance(200);
    const lengthMs = 5000;
    for (let playedMs = 100; playedMs <= lengthMs; playedMs += 100) {
      flow.send({ type: 'playback.position', turn: 1, playedMs });
      await flow.clock.advance(100);
    }
    await flow.call.end();
    expect(of('audio.peaks').length).toBeGreaterThan(0);
    expect(of('reply.heard').at(-1)?.heard).toBe('One two three four.');
  });

  it('closes the drafts of a call that is cut off', async () => {
    const { flow, of } = startRecorded({ script: () => ({ ...say('For two?'), prefillMs: 5000 }) });
    flow.partial(1, 'a table');
    await flow.clock.advance(100);
    await flow.call.end();
    expect(of('draft.ended').map(({ outcome }) => outcome)).toEqual(['ended']);
  });
});
