// `repartee replay FILE… --set NAME=VALUES`: the recorded callers once in each way, and what each way gives.

import type { Agent } from '../agent/agent.ts';
import { UsageError } from '../errors.ts';
import type { NamedCall } from '../playback/call-files.ts';
import type { ModelParts } from '../session/agent-sequence.ts';
import { prepareAgent } from '../session/prepare-agent.ts';
import { createPromptPrefixes } from '../session/prompt-prefixes.ts';
import { type FrontierPoint, type PlayedWay, toFrontier, toLabel } from './frontier.ts';
import { parseSets, type Way } from './replay-sets.ts';
import { type ReplayMemory, replayWords } from './replayed-words.ts';

export interface FrontierOptions {
  readonly calls: readonly NamedCall[];
  /** Who answers each call. */
  readonly agentOf: (call: NamedCall) => Agent;
  readonly model: ModelParts;
  readonly sets: readonly string[];
  /** One line of progress. */
  readonly tell: (line: string) => void;
}

/** Throws UsageError, EngineError. */
export async function playFrontier({
  calls,
  agentOf,
  model,
  sets,
  tell,
}: FrontierOptions): Promise<readonly FrontierPoint[]> {
  const [first] = calls;
  if (first === undefined) throw new UsageError('expected a file, got none');
  const ways = parseSets(sets, agentOf(first));
  const drafts: ReplayMemory['drafts'] = new Map();
  const memories = new Map(calls.map((call) => [call, { drafts, tools: new Map() } satisfies ReplayMemory]));
  const promptPrefixOf = createPromptPrefixes(model.prompt);
  for (const agent of new Set(calls.map(agentOf))) await prepareAgent(agent, model, promptPrefixOf);

  async function play(way: Way): Promise<PlayedWay> {
    tell(toLabel(way.settings));
    const played: PlayedWay['calls'][number][] = [];
    for (const call of calls) {
      const agent = agentOf(call);
      const memory = memories.get(call) ?? { drafts, tools: new Map() };
      played.push(await replayWords({ events: call.events, agent: way.set(agent), model, promptPrefixOf, memory }));
    }
    return { settings: way.settings, calls: played };
  }

  const asItIs = await play({ settings: {}, set: (agent) => agent });
  const played: PlayedWay[] = [];
  for (const way of ways) played.push(await play(way));
  return toFrontier(asItIs, [asItIs, ...played]);
}
