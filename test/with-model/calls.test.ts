import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Agent } from '../../src/agent/agent.ts';
import { defineAgent } from '../../src/agent/define-agent.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { CallEvent } from '../../src/events.ts';
import { readCall } from '../../src/playback/call-files.ts';
import { playCall } from '../../src/playback/play-call.ts';
import { playInThePast } from '../../src/playback/played-world.ts';
import { isLooped } from '../../src/playback/talk-summary.ts';
import type { TurnRecord } from '../../src/playback/turn-log.ts';
import { createParts, type Parts } from '../../src/runtime/parts.ts';
import type { CallSink } from '../../src/trace/store/call-sink.ts';

const root = join(import.meta.dirname, '../..');
const NAMES = ['restaurant', 'restaurant-3', 'clinic'];
/** Faster than people speak, so that the suite stays short. */
const PACE = 4;

let parts: Parts;
let agents: ReadonlyMap<string, Agent>;

beforeAll(async () => {
  const calls = await Promise.all(
    NAMES.map((name) => readCall(join(root, `fixtures/calls/${name}.jsonl`), () => undefined)),
  );
  playInThePast(calls);
  parts = await createParts({ voice: null });
  agents = await parts.loadAgents(['restaurant', 'clinic'].map((name) => join(root, `agents/${name}.ts`)));
});

afterAll(async () => {
  await parts?.close();
});

for (const name of NAMES) {
  it(`answers every turn of ${name} with words, valid calls and a ledger that closes`, async () => {
    const call = await readCall(join(root, `fixtures/calls/${name}.jsonl`), () => undefined);
    const agent = agents.get(call.header.agent);
    if (agent === undefined) throw new Error(`no agent ${call.header.agent}`);
    const turns: TurnRecord[] = [];
    const events: CallEvent[] = [];
    await playCall({
      events: call.events,
      clock: systemClock,
      pace: PACE,
      open: (report) => parts.openCall(agent, { callId: `test-${name}`, audio: null, report }),
      report: (event) => events.push(event),
      turnEnded: (turn) => turns.push(turn),
    });
    const answered = turns.filter((turn) => turn.turn > 0);
    expect(answered.length).toBeGreaterThanOrEqual(4);
    for (const turn of answered) {
      expect(turn.reply, `turn ${turn.turn}: ${turn.caller}`).not.toBe('');
      expect(isLooped(turn.reply), turn.reply).toBe(false);
      for (const tool of turn.tools) {
        const known = agent.tools.find((candidate) => candidate.name === tool.name);
        expect(known?.check(tool.arguments), JSON.stringify(tool)).toBeUndefined();
      }
      const { partsUs = {}, totalMs = -1 } = turn.measured ?? {};
      const sumUs = Object.values(partsUs).reduce((sum, part) => sum + part, 0);
      expect(sumUs).toBe(Math.round(totalMs * 1000));
      expect(partsUs.unexplained).toBeGreaterThanOrEqual(0);
    }
    expect(events.filter((event) => event.type === 'error')).toEqual([]);
    // Drafts were made while the caller spoke, and some were the reply.
    expect(events.filter((event) => event.type === 'draft.changed').length).toBeGreaterThan(answered.length);
  });
}

it('writes no file of a call that is refused for its variables', async () => {
  const opened: string[] = [];
  const sink: CallSink = {
    open(callId) {
      opened.push(callId);
      return undefined;
    },
  };
  const refusing = await createParts({ voice: null, sinks: [sink] });
  const agent = defineAgent({ name: 'asking', instructions: 'Ask.', variables: z.object({ seat: z.number() }) });
  const open = () => refusing.openCall(agent, { callId: 'refused', audio: null, report: () => undefined });
  expect(open).toThrow(expect.objectContaining({ code: 'variables-invalid' }));
  expect(opened).toEqual([]);
  await refusing.close();
});
