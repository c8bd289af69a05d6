import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CallerEvent } from '../../src/events.ts';
import { replayCall } from '../../src/session/replay-call.ts';
import { SimulatedClock } from '../../src/testing/simulated-clock.ts';
import { decideCall, makeAgent, makeTool, say } from '../support/flow.ts';
import { startRecordedFlow } from '../support/recorded-flow.ts';

const COUNT_STORMS = 5000;
const LONGEST_STORM = 80;

type Step = { readonly event: CallerEvent } | { readonly waitMs: number };

const words = fc.constantFrom('book', 'find', 'no', 'wait', 'thanks', 'a table', 'denver');
/** Turns go up by chance; everything else is as wild as a recogniser on a bad line. */
const steps = fc
  .array(
    fc.record({
      kind: fc.constantFrom('started', 'partial', 'partial', 'final', 'resumed', 'wait', 'wait', 'next'),
      text: fc.array(words, { maxLength: 4 }).map((list) => list.join(' ')),
      waitMs: fc.integer({ min: 0, max: 400 }),
    }),
    { maxLength: LONGEST_STORM },
  )
  .map((list) => {
    let turn = 1;
    return list.flatMap(({ kind, text, waitMs }): Step[] => {
      if (kind === 'next') turn++;
      if (kind === 'wait' || kind === 'next') return [{ waitMs }];
      if (kind === 'started') return [{ event: { type: 'speech.started', turn } }];
      const state = kind === 'final' || kind === 'resumed' ? kind : 'partial';
      return [{ event: { type: 'speech.heard', turn, text, state } }];
    });
  });

it('keeps its promises in any storm of events', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 0, max: 2 ** 16 }), async (storm, seed) => {
      const clock = new SimulatedClock();
      const read = makeTool(clock, { name: 'find', takesMs: 30 + (seed % 200) });
      const write = makeTool(clock, { name: 'book', effect: 'write', takesMs: 30 + (seed % 150) });
      const agent = makeAgent({
        tools: [read, write],
        greeting: seed % 2 === 0 ? 'Hello.' : '',
        mayStaySilent: seed % 3 === 0,
        endOfTurn: seed % 5 === 0 ? { early: { minProbability: 0.4, pauseMs: 150 } } : {},
      });
      const flow = startRecordedFlow({
        clock,
        agent,
        script: (heard, request) => {
          const last = heard.split(' ').at(-1) ?? '';
          const costs = { prefillMs: seed % 60, denoiseMs: seed % 30, countSteps: seed % 4 };
          if (last === 'wait' && request.acts.includes('wait')) return { act: 'wait', text: '', ...costs };
          if (last === 'no') return { ...say('x'), ...costs, fails: 'model failed' };
          if (
            !heard.endsWith('}') &&
            request.acts.includes('call') &&
            (heard.includes('book') || heard.includes('find'))
          )
            return { ...decideCall(heard.includes('book') ? 'book' : 'find', { city: last }), ...costs };
          return { ...say(`Answer ${heard.length}.`), ...costs, pCallNext: last === 'denver' ? 0.8 : 0 };
        },
      });
      let finals = 0;
      for (const step of storm) {
        if ('waitMs' in step) await clock.advance(step.waitMs);
        else {
          if (step.event.type === 'speech.heard' && step.event.state !== 'partial') finals++;
          flow.send(step.event);
        }
      }
      await clock.advance(20_000);

      // A committed turn ends once: replied, interrupted or waited.
      const spoken = flow.of('reply.grew').map((event) => event.turn);
      const ended = flow.replies();
      for (const turn of new Set(spoken))
        expect(ended.filter((reply) => reply.turn === turn).length).toBeGreaterThan(0);
      for (const reply of ended) expect(reply.text.startsWith(reply.heard)).toBe(true);
      for (const event of flow.of('turn.measured')) {
        const { unexplained = 0, ...parts } = event.partsUs;
        expect(unexplained).toBeGreaterThanOrEqual(0);
        const sumUs = Object.values(parts).reduce((sum, part) => sum + part, unexplained);
        expect(sumUs).toBe(Math.round(event.totalMs * 1000));
      }

      await flow.call.end();
      // Nothing outlives the call, every tool that started has ended, and writes only follow commits, each once.
      expect([clock.countTimers, flow.engine.countOpen]).toEqual([0, 0]);
      const toKeys = (type: 'tool.started' | 'tool.ended') =>
        flow.of(type).map((event) => `${event.turn} ${event.name} ${JSON.stringify(event.arguments)}`);
      expect(new Set(toKeys('tool.started'))).toEqual(new Set(toKeys('tool.ended')));
      expect(flow.of('tool.started').every((event) => event.name === 'find' || !event.speculative)).toBe(true);
      if (finals === 0 && agent.endOfTurn.early === undefined) expect(write.runs).toEqual([]);
      const keys = write.runs.map((run) => run.key);
      expect(new Set(keys).size).toBe(keys.length);
      // The recording accounts for every draft and every microsecond, and is enough to have the call over again.
      expect(
        flow
          .lines('draft.ended')
          .map(({ draft }) => draft)
          .sort((a, b) => a - b),
      ).toEqual(flow.lines('draft.started').map(({ draft }) => draft));
      for (const { modelUs, savedUs, neededUs, wastedUs } of flow.lines('draft.ended'))
        expect([Math.min(savedUs, neededUs, wastedUs) >= 0, savedUs + neededUs + wastedUs]).toEqual([true, modelUs]);
      for (const { stretches = [], partsUs } of flow.lines('turn.measured')) {
        const sumUs = stretches.reduce((sum, [, fromUs, toUs]) => sum + toUs - fromUs, partsUs.unexplained ?? 0);
        expect(sumUs).toBe(Object.values(partsUs).reduce((sum, part) => sum + part, 0));
      }
      const header = { type: 'header', version: 1, agent: agent.name, callId: 'call-1' } as const;
      expect(replayCall(agent, header, flow.read())).not.toHaveProperty('difference');
      const countEvents = flow.events.length;
      await clock.advance(60_000);
      expect(flow.events.length).toBe(countEvents);
    }),
    { numRuns: COUNT_STORMS },
  );
});
