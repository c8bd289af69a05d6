// `repartee talk`: recorded or typed callers against the real runtime in this process. Argv in, exit code out.

import type { Agent } from '../agent/agent.ts';
import { parseWords } from '../arguments.ts';
import { systemClock } from '../base/clock.ts';
import type { DeviceName } from '../engine/device-name.ts';
import { RuntimeError, UsageError } from '../errors.ts';
import { packagePath } from '../package-path.ts';
import { listCallFiles, type NamedCall, readCall } from '../playback/call-files.ts';
import { playCall } from '../playback/play-call.ts';
import { playInThePast } from '../playback/played-world.ts';
import { summariseTalk, type TalkedCall } from '../playback/talk-summary.ts';
import type { TurnRecord } from '../playback/turn-log.ts';
import { exampleAgents } from '../runtime/example-agents.ts';
import type { CallOrigin, Parts } from '../runtime/parts.ts';
import { readAgents } from '../runtime/read-agents.ts';
import { createRemoteModels } from '../runtime/remote-models.ts';
import { type Bill, describeBills, sumBills } from '../trace/format/bills.ts';
import { createTraceFolder } from '../trace/store/trace-folder.ts';
import { toDeviceOption } from './device-argument.ts';
import { type ModelArguments, modelHelp, toModelArguments } from './model-arguments.ts';
import { renderTurn } from './turn-text.ts';
import { runTypedCall } from './typed-call.ts';

const HELP = `usage: repartee talk [FILE…] [OPTION…]

Plays recorded callers against the agents named in their files, each turn with its ledger.
Without FILE: fixtures/calls/restaurant.jsonl, with --json all of fixtures/calls.
With --agent and no FILE you are the caller: type; every key stroke is heard, Enter ends a turn.

  --agent FILE  an agent module instead of the example agents
  --json        one JSON object for each turn, and the summary last
  --voice       speak the replies too: ledgers run to the first audio
  --pace N      callers speak N times as fast (default 1)
  --traces DIR  write the calls down
${modelHelp}  --device NAME what runs the model: cpu, webgpu, cuda or auto (default auto)
`;

export interface TalkArguments extends ModelArguments {
  readonly files: readonly string[];
  readonly agentFile?: string;
  readonly isJson: boolean;
  readonly hasVoice: boolean;
  readonly pace: number;
  readonly device?: DeviceName;
  readonly tracesDir?: string;
}

/** Undefined: help was asked for. Throws UsageError. */
export function parseTalkArguments(argv: readonly string[]): TalkArguments | undefined {
  const { values, positionals } = parse(argv);
  if (values.help) return undefined;
  const pace = Number(values.pace);
  if (!(pace > 0 && pace <= 100))
    throw new UsageError(`--pace is "${values.pace}", expected a number above 0, 100 at most`);
  if (values.json && values.agent !== undefined && positionals.length === 0)
    throw new UsageError('--json needs a FILE to play when there is an --agent');
  return {
    files: positionals,
    ...(values.agent === undefined ? {} : { agentFile: values.agent }),
    ...toDeviceOption(values.device),
    ...toModelArguments(values),
    ...(values.traces === undefined ? {} : { tracesDir: values.traces }),
    isJson: values.json,
    hasVoice: values.voice,
    pace,
  };
}

function parse(argv: readonly string[]) {
  return parseWords(argv, {
    agent: { type: 'string' },
    json: { type: 'boolean', default: false },
    voice: { type: 'boolean', default: false },
    pace: { type: 'string', default: '1' },
    traces: { type: 'string' },
    model: { type: 'string' },
    device: { type: 'string' },
    'model-prices': { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
}

/** Resolves to the exit code. Throws UsageError, RuntimeError. */
export async function runTalk(argv: readonly string[]): Promise<number> {
  const args = parseTalkArguments(argv);
  if (args === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const isTyped = args.agentFile !== undefined && args.files.length === 0;
  if (isTyped && !process.stdin.isTTY) throw new UsageError('--agent needs a terminal, or a FILE to play');
  const warn = (line: string) => void process.stderr.write(`${line}\n`);
  const calls = isTyped ? [] : await readCalls(args, warn);
  if (!isTyped) playInThePast(calls);
  const files = args.agentFile === undefined ? exampleAgents() : [args.agentFile];
  const agents = await readAgents(files, args.modelDir, args.choice);
  const remote = createRemoteModels(args.choice?.prices);
  for (const agent of agents.values()) await remote.prepare(agent);
  const { createParts } = await import('../runtime/parts.ts');
  const parts = await createParts({
    voice: args.hasVoice ? 'slt' : null,
    warn,
    remote,
    ...(args.tracesDir === undefined
      ? {}
      : { sinks: [createTraceFolder({ folder: args.tracesDir, redaction: 'none', warn })] }),
    ...(args.modelDir === undefined ? {} : { modelDir: args.modelDir }),
    ...(args.device === undefined ? {} : { device: args.device }),
  });
  warn(`the model runs on ${parts.stats().device}`);
  try {
    for (const agent of agents.values()) await parts.prepare(agent);
    if (isTyped) await typeCall(parts, agents, args);
    else await playCalls(parts, agents, calls, args);
    return 0;
  } finally {
    await parts.close();
  }
}

async function readCalls(args: TalkArguments, warn: (line: string) => void): Promise<NamedCall[]> {
  const folder = packagePath('fixtures/calls');
  const files =
    args.files.length > 0 ? args.files : args.isJson ? await listCallFiles(folder) : [`${folder}/restaurant.jsonl`];
  return Promise.all(files.map((file) => readCall(file, warn)));
}

async function typeCall(parts: Parts, agents: ReadonlyMap<string, Agent>, args: TalkArguments): Promise<void> {
  for (const agent of agents.values())
    await runTypedCall({
      input: process.stdin,
      output: process.stdout,
      clock: systemClock,
      hasColour: hasColour(),
      open: (report) => parts.openCall(agent, { callId: 'typed', audio: toAudio(args), report }),
    });
}

/**
 * Which agent answers a recorded call: the one it names, or the only one there is. Throws RuntimeError `agent-unknown`.
 */
export function chooseAgent(agents: ReadonlyMap<string, Agent>, call: NamedCall, isGiven: boolean): Agent {
  const [first] = agents.values();
  const agent = isGiven ? first : agents.get(call.header.agent);
  if (agent === undefined)
    throw new RuntimeError(
      'agent-unknown',
      `${call.name} wants the agent "${call.header.agent}"; there are ${[...agents.keys()].join(', ')}: give one with --agent`,
    );
  return agent;
}

async function playCalls(
  parts: Parts,
  agents: ReadonlyMap<string, Agent>,
  calls: readonly NamedCall[],
  args: TalkArguments,
): Promise<void> {
  const talked: TalkedCall[] = [];
  const billed: Bill[] = [];
  for (const call of calls) {
    const agent = chooseAgent(agents, call, args.agentFile !== undefined);
    const turns: TurnRecord[] = [];
    if (!args.isJson) print([`${call.name}: ${call.header.source ?? 'recorded'}, answered by ${agent.name}`, '']);
    await playCall({
      events: call.events,
      clock: systemClock,
      pace: args.pace,
      playbackPace: args.pace,
      open: (report) =>
        parts.openCall(agent, { callId: call.name, audio: toAudio(args), origin: toOrigin(call), report }),
      report: (event) => {
        if (event.type === 'draft.billed') billed.push(event);
      },
      turnEnded: (turn) => {
        if (turn.turn > 0) turns.push(turn);
        if (!args.isJson) print([...renderTurn(turn, hasColour()), '']);
        else if (turn.turn > 0) print([JSON.stringify({ call: call.name, ...turn })]);
      },
    });
    talked.push({ agent, turns });
  }
  const summary = summariseTalk(talked);
  const bills = sumBills(billed);
  if (args.isJson) print([JSON.stringify({ ...summary, ...(bills && { bills }) })]);
  else print([toSentence(summary), ...(bills === undefined ? [] : [`in all ${describeBills(bills)}`])]);
}

function toSentence({
  turns,
  replies,
  toolCalls,
  hits,
  repaired,
  missed,
  toolTurns,
}: ReturnType<typeof summariseTalk>): string {
  return `${turns} turns, ${replies} replies, ${toolCalls} tool calls; drafts: ${hits} hit, ${repaired} repaired, ${missed} missed, ${toolTurns} turns with tools`;
}

function toAudio(args: TalkArguments): { readonly rateHz: number } | null {
  return args.hasVoice ? { rateHz: 16_000 } : null;
}

function toOrigin({ header: { source, licence } }: NamedCall): CallOrigin {
  const today = process.env.REPARTEE_TODAY;
  return {
    ...(source === undefined ? {} : { source }),
    ...(licence === undefined ? {} : { licence }),
    ...(today === undefined ? {} : { today }),
  };
}

function hasColour(): boolean {
  return process.stdout.isTTY && process.env.NO_COLOR === undefined;
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
