import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { createPrompt } from '../../src/engine/prompt/prompt.ts';
import { loadTokenizer } from '../../src/engine/tokenizer/tokenizer.ts';
import { createTextOutput } from '../../src/output/text-output.ts';
import { playCall } from '../../src/playback/play-call.ts';
import type { TurnRecord } from '../../src/playback/turn-log.ts';
import { startCall } from '../../src/session/call.ts';
import { createPromptPrefixes } from '../../src/session/prompt-prefixes.ts';
import { createScriptedEngine } from '../../src/testing/scripted-engine.ts';
import { parseCallFile, type RecordedEvent } from '../../src/trace/format/call-file.ts';
import { makeAgent } from '../support/flow.ts';

const root = join(import.meta.dirname, '../..');
const tokenizer = loadTokenizer(readFileSync(join(root, 'models/repartee-s/tokenizer.json'), 'utf8'));
const prompt = createPrompt(tokenizer);

function readFixture(name: string): readonly RecordedEvent[] {
  const file = parseCallFile(readFileSync(join(root, 'fixtures/calls', name), 'utf8'));
  return file.state === 'read' ? file.events : [];
}

/** Turns whose last partial was already the final's words. */
function countForeseen(events: readonly RecordedEvent[]): number {
  const heard = events.filter((event) => event.type === 'transcript.updated');
  return heard.filter((event, index) => event.state === 'final' && heard[index - 1]?.text === event.text).length;
}

/** A whole fixture on simulated time: real conversation and session, a model that takes 40 ms a reply. */
async function play(events: readonly RecordedEvent[]): Promise<TurnRecord[]> {
  const clock = new SimulatedClock();
  const turns: TurnRecord[] = [];
  let isPlaying = true;
  const engine = createScriptedEngine(tokenizer, clock, () => ({
    act: 'say',
    text: 'Thank you, what else can I do?',
    prefillMs: 20,
    denoiseMs: 10,
    countSteps: 2,
  }));
  const agent = makeAgent({ greeting: 'Hello!', hangUpOnGoodbye: false });
  const played = playCall({
    events,
    clock,
    open: (report) =>
      startCall({
        model: { engine, tokenizer, prompt },
        clock,
        agent,
        promptPrefixOf: createPromptPrefixes(prompt),
        callId: 'fixture',
        output: createTextOutput(),
        hasAudio: false,
        report,
      }),
    turnEnded: (turn) => turns.push(turn),
  }).finally(() => {
    isPlaying = false;
  });
  while (isPlaying) await clock.advance(250);
  await played;
  expect(clock.countTimers).toBe(0);
  expect(engine.countOpen).toBe(0);
  return turns;
}

describe('the fixture calls, played on simulated time', () => {
  it.each(readdirSync(join(root, 'fixtures/calls')))(
    '%s: every turn is answered and fully explained, and a draft is hit exactly where the words were foreseen',
    async (name) => {
      const events = readFixture(name);
      const finals = events.flatMap((event) =>
        event.type === 'transcript.updated' && event.state === 'final' ? [event.text] : [],
      );
      const [greeting, ...turns] = await play(events);
      expect(greeting).toMatchObject({ turn: 0, reply: 'Hello!' });
      expect(turns.map(({ caller }) => caller)).toEqual(finals);
      for (const { reply, measured } of turns) {
        expect(reply).toBe('Thank you, what else can I do?');
        const parts = Object.values(measured?.partsUs ?? {});
        expect(parts.reduce((sum, us) => sum + us, 0)).toBe(Math.round((measured?.totalMs ?? -1) * 1000));
        expect(measured?.partsUs).toMatchObject({ unexplained: 0 });
        expect(measured?.totalMs).toBeLessThanOrEqual(40);
      }
      const countHits = turns.filter(({ measured }) => measured?.draft === 'hit').length;
      expect(countHits).toBe(countForeseen(events));
    },
  );
});
