// The machine alone, its ports played by a list of events: what was seen of it.

import { createActor, fromCallback } from 'xstate';
import type { Agent } from '../../src/agent/agent.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { Emitted, MachineEvent, OutputCommand, ToolEvent, ToolInput } from '../../src/conversation/events.ts';
import { conversationMachine } from '../../src/conversation/machine.ts';
import { canonical, type Line } from '../../src/conversation/transcript.ts';
import type { WriterCommand } from '../../src/conversation/writer.ts';
import type { Part, Seen, SeenRun, Witness } from './witness.ts';

/** Sends the events one after the other, hangs up, and tells what was seen. Timers never run out by themselves. */
export function playPath(agent: Agent, events: readonly MachineEvent[]): Witness {
  const clock = new SimulatedClock();
  const log: Seen[] = [];
  const runs: SeenRun[] = [];
  let countOpen = 0;
  const opened = () => {
    countOpen++;
    return () => void countOpen--;
  };
  const actor = createActor(
    conversationMachine.provide({
      actors: {
        writer: fromCallback<WriterCommand>(({ receive }) => {
          receive((command) => {
            if (command.type !== 'write') return;
            const { lines, purpose } = command.request;
            log.push({ kind: 'asked', atMs: 0, isDraft: purpose === 'draft', parts: lines.map(toPart) });
          });
          return opened();
        }),
        tool: fromCallback<ToolEvent, ToolInput>(({ input: { tool, turn, toolCall } }) => {
          runs.push({
            name: tool.name,
            effect: tool.effect,
            key: `${turn} ${toolCall.name} ${canonical(toolCall.arguments)}`,
          });
          return opened();
        }),
        output: fromCallback<OutputCommand, { turn: number }>(opened),
      },
    }),
    { clock, input: { agent, callId: 'path', greeting: '' } },
  );
  actor.on('*', (event: Emitted) => log.push({ kind: 'said', atMs: 0, event }));
  actor.start();
  for (const event of [...events, { type: 'call.ended' } as const]) {
    if (actor.getSnapshot().status !== 'active') break;
    if (event.type === 'transcript.updated' || event.type === 'call.ended') log.push({ kind: 'told', atMs: 0, event });
    actor.send(event);
  }
  return {
    agent,
    isText: false,
    leastMs: () => 0,
    log,
    runs,
    left: { countTimers: clock.countTimers, countSequences: countOpen, countLateEvents: 0 },
  };
}

function toPart(line: Line): Part {
  if (line.role === 'call') return { role: 'call', text: `${line.name} ${JSON.stringify(line.arguments)}` };
  return { role: line.role, text: line.role === 'result' ? line.content : line.text };
}
