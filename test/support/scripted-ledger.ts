import fc from 'fast-check';
import { expect } from 'vitest';
import type { AgentTool } from '../../src/agent/agent.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { CallerEvent } from '../../src/events.ts';
import { createSpokenOutput } from '../../src/output/spoken-output.ts';
import { decideCall, makeAgent, makeTool, say } from './flow.ts';
import { startRecordedFlow } from './recorded-flow.ts';
import { createScriptedVoice } from './scripted-voice.ts';

interface Work {
  readonly prefillMs: number;
  readonly denoiseMs: number;
  readonly countSteps: number;
}

/** One turn as it will go: when its words are guessed right ahead of the final, what the model does, and how long each part takes. */
interface PlannedTurn {
  /** Before the final; 0: nothing is heard before it. */
  readonly aheadMs: number;
  /** The final brings other words than were heard before. */
  readonly isChanged: boolean;
  readonly reply: Work;
  /** A tool is called first: the model's decision, then the tool. */
  readonly call: (Work & { readonly toolMs: number }) | undefined;
  readonly synthesisMs: number;
  /** How the wire says when the caller's voice ended, and how long that is before the final. */
  readonly silence: { readonly saidBy: 'final' | 'stop'; readonly lengthMs: number } | undefined;
}

const work = {
  prefillMs: fc.integer({ min: 0, max: 80 }),
  denoiseMs: fc.integer({ min: 0, max: 30 }),
  countSteps: fc.integer({ min: 0, max: 5 }),
};
const plannedTurn: fc.Arbitrary<PlannedTurn> = fc.record({
  aheadMs: fc.constantFrom(0, 1, 20, 60, 150, 5000),
  isChanged: fc.boolean(),
  reply: fc.record(work),
  call: fc.option(fc.record({ ...work, toolMs: fc.integer({ min: 0, max: 400 }) }), { nil: undefined }),
  synthesisMs: fc.integer({ min: 0, max: 90 }),
  silence: fc.option(
    fc.record({ saidBy: fc.constantFrom('final', 'stop'), lengthMs: fc.constantFrom(0, 1, 90, 700, 5001) }),
    { nil: undefined },
  ),
});

/** Where the time of a planned turn must be, in milliseconds by stage, without what takes none. */
function expectedMs({ aheadMs, isChanged, reply, call, synthesisMs, silence }: PlannedTurn): Record<string, number> {
  const silentMs = silence?.lengthMs ?? 0;
  const sinceNamedMs = isChanged ? 0 : aheadMs;
  const first = afterZero(call ?? reply, sinceNamedMs);
  const second = call === undefined ? { prefill: 0, denoise: 0 } : afterZero(reply, 0);
  const parts = {
    'stt.delay': Math.max(0, silentMs - sinceNamedMs),
    endpointing: Math.min(silentMs, sinceNamedMs),
    prefill: first.prefill + second.prefill,
    denoise: first.denoise + second.denoise,
    'tool.look_up': call?.toolMs ?? 0,
    'tts.ttfb': synthesisMs,
  };
  return Object.fromEntries(Object.entries(parts).filter(([, ms]) => ms > 0));
}

/** What the caller's side sends in a turn, and how long before the final. */
function toSpeech(turn: number, { aheadMs, isChanged, silence }: PlannedTurn): [beforeMs: number, CallerEvent][] {
  const text = `question ${turn}`;
  const stop: [number, CallerEvent][] =
    silence?.saidBy === 'stop' ? [[silence.lengthMs, { type: 'speech.stopped', turn }]] : [];
  const partial: [number, CallerEvent][] =
    aheadMs === 0
      ? []
      : [[aheadMs, { type: 'transcript.updated', turn, text: isChanged ? 'never mind' : text, state: 'interim' }]];
  const said = silence?.saidBy === 'final' ? { silentMs: silence.lengthMs } : {};
  return [
    ...[...partial, ...stop].sort(([a], [b]) => b - a),
    [0, { type: 'transcript.updated', turn, text, state: 'final', ...said }],
  ];
}

/** What is left of the work when it began so long ago. */
function afterZero({ prefillMs, denoiseMs, countSteps }: Work, aheadMs: number) {
  const prefill = Math.max(0, prefillMs - aheadMs);
  return { prefill, denoise: Math.max(0, countSteps * denoiseMs - Math.max(0, aheadMs - prefillMs)) };
}

/** Plays random calls on simulated time, and holds the ledger of every turn to what its script took. */
export async function expectLedgersAsScripted(countCalls: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(plannedTurn, { minLength: 1, maxLength: 4 }), async (plan) => {
      const clock = new SimulatedClock();
      let now: PlannedTurn | undefined;
      let turn = 0;
      // A write is never run ahead, so that its time is the turn's.
      const tool: AgentTool = {
        ...makeTool(clock, { effect: 'write', allowDuplicate: true }),
        run: (args, context) => makeTool(clock, { takesMs: now?.call?.toolMs ?? 0 }).run(args, context),
      };
      const flow = startRecordedFlow({
        clock,
        agent: makeAgent({ tools: [tool] }),
        output: (time) =>
          createSpokenOutput({
            clock: time,
            voice: {
              ...createScriptedVoice({ clock: time }),
              speak: (text, signal) =>
                createScriptedVoice({ clock: time, synthesisMs: now?.synthesisMs ?? 0 }).speak(text, signal),
            },
          }),
        script: (heard) => {
          const { call, reply } = now ?? {};
          if (call !== undefined && !heard.endsWith('}'))
            // Another place each turn: the same again would be read back.
            return { ...decideCall('look_up', { city: `denver ${turn}` }), ...call };
          // Without a full stop nothing is spoken before the last step.
          return { ...say('all right then'), ...reply };
        },
      });
      for (const [index, planned] of plan.entries()) {
        await clock.advance(20_000);
        now = planned;
        turn = index + 1;
        const speech = toSpeech(index + 1, planned);
        for (const [at, [beforeMs, event]] of speech.entries()) {
          flow.send(event);
          await clock.advance(beforeMs - (speech[at + 1]?.[0] ?? beforeMs));
        }
      }
      await clock.advance(20_000);
      await flow.call.end();
      const measured = flow.lines('turn.measured').map(({ turn, partsUs, totalMs }) => ({ turn, partsUs, totalMs }));
      expect(measured).toEqual(
        plan.map((planned, index) => {
          const parts = Object.entries(expectedMs(planned));
          const partsUs = Object.fromEntries([...parts.map(([stage, ms]) => [stage, ms * 1000]), ['unexplained', 0]]);
          return { turn: index + 1, partsUs, totalMs: parts.reduce((sum, [, ms]) => sum + ms, 0) };
        }),
      );
      for (const { loop, totalMs } of flow.lines('turn.measured')) {
        const sum = (key: 'aloneUs' | 'waitedUs') => (loop?.steps ?? []).reduce((total, step) => total + step[key], 0);
        expect([loop?.aloneUs, loop?.waitedUs]).toEqual([sum('aloneUs'), sum('waitedUs')]);
        expect(loop?.waitedUs).toBeLessThanOrEqual(totalMs * 1000);
        expect(loop?.savedUs).toBe(sum('aloneUs') - sum('waitedUs'));
      }
    }),
    { numRuns: countCalls },
  );
}
