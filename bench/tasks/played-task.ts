// An agent and a caller with a goal in, their whole call out. Decides nothing about it.

import type { Agent } from '../../src/agent/agent.ts';
import type { Random } from '../../src/base/random.ts';
import type { ToolRecord, TurnRecord } from '../../src/playback/turn-log.ts';
import type { ModelParts } from '../../src/session/agent-sequence.ts';
import type { PromptPrefixOf } from '../../src/session/prompt-prefixes.ts';
import { createCaller } from './caller.ts';
import { createReadBacks } from './heard.ts';
import type { Scripted, Values } from './script.ts';
import { openTaskCall } from './task-call.ts';

/** A caller gives up after so many. */
export const MAX_TURNS = 14;

export interface PlayedTask extends Scripted {
  readonly agent: string;
  /** Which of the agent's callers, from 0. */
  readonly index: number;
  readonly greeting: string;
  readonly turns: readonly TurnRecord[];
  /** Each run of a tool that gave a result. */
  readonly ran: readonly ToolRecord[];
  /** What the caller wanted in the end. */
  readonly goal: Values;
  readonly countReAsks: number;
  readonly readBackOf: (line: string) => string | undefined;
}

export interface PlayOptions extends Scripted {
  readonly agent: Agent;
  readonly index: number;
  readonly model: ModelParts;
  readonly promptPrefixOf: PromptPrefixOf;
  readonly random: Random;
}

/** Throws EngineError. */
export async function playTask(options: PlayOptions): Promise<PlayedTask> {
  const { agent, index, script, task, model, promptPrefixOf, random } = options;
  const readBackOf = createReadBacks(agent);
  const caller = createCaller({ script, task, readBackOf, random });
  const call = await openTaskCall({ agent, model, promptPrefixOf, callId: `${agent.name}-${index}` });
  const turns: TurnRecord[] = [];
  const tools: ToolRecord[] = [];
  try {
    for (let line = call.greeting; turns.length < MAX_TURNS && !call.isClosed; ) {
      const words = caller.next(line, tools);
      if (words === undefined) break;
      const turn = await call.say(words);
      turns.push({ ...turn, caller: words });
      tools.push(...turn.tools);
      line = turn.reply;
    }
  } finally {
    await call.hangUp();
  }
  const { goal, countReAsks } = caller;
  const { greeting, ran } = call;
  return { agent: agent.name, index, script, task, greeting, turns, ran, goal, countReAsks, readBackOf };
}
