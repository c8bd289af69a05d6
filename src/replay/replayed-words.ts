// A recorded caller and an agent in, what the caller would have waited for out: the call over again on simulated time,
// with the model's own times. Turns begin a breath after the last reply has ended.

import type { Agent } from '../agent/agent.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import { toWords } from '../base/words.ts';
import type { CallerEvent } from '../events.ts';
import { createTextOutput } from '../output/text-output.ts';
import { type SpeechEvent, toSpeechTurns } from '../playback/speech-turns.ts';
import type { TurnDraftCounts } from '../recording/turn-drafts.ts';
import type { ModelParts } from '../session/agent-sequence.ts';
import { startCall } from '../session/call.ts';
import type { PromptPrefixOf } from '../session/prompt-prefixes.ts';
import type { RecordedEvent } from '../trace/format/call-file.ts';
import { createOutsideWork } from './outside-work.ts';
import { passTime } from './pass-time.ts';
import { rememberTools, type ToolMemory } from './remembered-tools.ts';
import { createTimedEngine, type DraftMemory } from './timed-engine.ts';

export interface ReplayedTurn {
  readonly turn: number;
  /** From the caller's last new words to the first of the reply that follows; undefined: there was none. */
  readonly waitMs: number | undefined;
  /** The turn was taken for ended, and went on. */
  readonly isFalseStart: boolean;
  readonly reply: string;
  /** The draft was the reply as it stood. */
  readonly isHit: boolean;
  /** Undefined: the turn was not answered. */
  readonly drafts: TurnDraftCounts | undefined;
}

/** What calls share, so that nothing is decoded or looked up twice. */
export interface ReplayMemory {
  readonly drafts: DraftMemory;
  readonly tools: ToolMemory;
}

export interface ReplayedWordsOptions {
  readonly events: readonly RecordedEvent[];
  readonly agent: Agent;
  readonly model: ModelParts;
  readonly promptPrefixOf: PromptPrefixOf;
  readonly memory: ReplayMemory;
}

interface OpenTurn {
  lastWords: string;
  lastWordsMs: number;
  committedMs: number | undefined;
  firstTextMs: number | undefined;
  endedMs: number | undefined;
  isFalseStart: boolean;
  reply: string;
  isHit: boolean;
  drafts: TurnDraftCounts | undefined;
}

const TICK_MS = 2;
const BREATH_MS = 250;
/** Longer than any agent's deadline for a reply. */
const PATIENCE_MS = 60_000;

export async function replayWords({
  events,
  agent,
  model,
  promptPrefixOf,
  memory,
}: ReplayedWordsOptions): Promise<ReplayedTurn[]> {
  const clock = new SimulatedClock();
  const work = createOutsideWork();
  const turns = new Map<number, OpenTurn>();
  const of = (turn: number): OpenTurn => {
    const known = turns.get(turn) ?? {
      lastWords: '',
      lastWordsMs: 0,
      committedMs: undefined,
      firstTextMs: undefined,
      endedMs: undefined,
      isFalseStart: false,
      reply: '',
      isHit: false,
      drafts: undefined,
    };
    turns.set(turn, known);
    return known;
  };
  const call = startCall({
    model: { ...model, engine: createTimedEngine({ engine: model.engine, clock, work, memory: memory.drafts }) },
    clock,
    agent: rememberTools(agent, memory.tools, work),
    promptPrefixOf,
    callId: 'replayed',
    output: createTextOutput(),
    hasAudio: false,
    report: () => undefined,
    recording: {
      append(event) {
        switch (event.type) {
          case 'turn.committed':
            Object.assign(of(event.turn), { committedMs: clock.nowMs(), firstTextMs: undefined, endedMs: undefined });
            return;
          case 'reply.updated':
            of(event.turn).firstTextMs ??= clock.nowMs();
            return;
          case 'turn.measured':
            Object.assign(of(event.turn), { isHit: event.draft === 'hit', drafts: event.drafts });
            return;
          case 'reply.ended':
            Object.assign(of(event.turn), { endedMs: clock.nowMs(), reply: event.text });
        }
      },
    },
  });

  const pass = (delayMs: number) => passTime(clock, work, delayMs);

  async function waitForReply(turn: number): Promise<void> {
    const untilMs = clock.nowMs() + PATIENCE_MS;
    while (of(turn).endedMs === undefined && clock.nowMs() < untilMs) await pass(TICK_MS);
    await pass(BREATH_MS);
  }

  function hear(event: Extract<CallerEvent, { type: SpeechEvent['type'] }>): void {
    const open = of(event.turn);
    if (event.type === 'transcript.updated' && toWords(event.text) !== open.lastWords) {
      if (open.committedMs !== undefined) open.isFalseStart = true;
      open.lastWords = toWords(event.text);
      open.lastWordsMs = clock.nowMs();
    }
    call.receive(event);
  }

  try {
    await pass(0);
    if (turns.has(0)) await waitForReply(0);
    for (const { turn, events: spoken } of toSpeechTurns(events)) {
      const startMs = clock.nowMs() - (spoken[0]?.atMs ?? 0);
      for (const { atMs, ...event } of spoken) {
        await pass(startMs + atMs - clock.nowMs());
        hear(event);
      }
      await waitForReply(turn);
    }
  } finally {
    const ended = call.end();
    await pass(0);
    await ended;
  }
  return [...turns].filter(([turn]) => turn > 0).map(([turn, open]) => toReplayed(turn, open));
}

function toReplayed(
  turn: number,
  { lastWordsMs, firstTextMs, isFalseStart, reply, isHit, drafts }: OpenTurn,
): ReplayedTurn {
  const waitMs = firstTextMs === undefined || firstTextMs < lastWordsMs ? undefined : firstTextMs - lastWordsMs;
  return { turn, waitMs, isFalseStart, reply, isHit, drafts };
}
