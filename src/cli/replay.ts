// `repartee replay FILE…`: recorded calls over again, without the model. Argv in, exit code out.

import { writeFile } from 'node:fs/promises';
import type { Agent } from '../agent/agent.ts';
import { allAgents } from '../agent/handoffs.ts';
import { loadAgent } from '../agent/load.ts';
import { parseWords } from '../arguments.ts';
import { RuntimeError, UsageError } from '../errors.ts';
import { type NamedCall, readCall } from '../playback/call-files.ts';
import { playInThePast } from '../playback/played-world.ts';
import { renderFrontier } from '../replay/frontier.ts';
import { renderFrontierPlot } from '../replay/frontier-plot.ts';
import { type RedecodeOptions, type Redecoding, redecodeCall } from '../replay/redecode-call.ts';
import { type Difference, replayCall } from '../replay/replay-call.ts';
import { playFrontier } from '../replay/replay-frontier.ts';
import { exampleAgents } from '../runtime/example-agents.ts';
import { type LoadedModel, loadModel } from '../runtime/loaded-model.ts';
import { prepareAgent, readFixedInstructions } from '../session/prepare-agent.ts';
import { createPromptPrefixes } from '../session/prompt-prefixes.ts';
import { toDeviceOption } from './device-argument.ts';
import { toModelFolder } from './model-arguments.ts';

const HELP = `usage: repartee replay FILE… [--live] [--agent FILE] [--model DIR] [--device NAME]
       repartee replay FILE… --set NAME=VALUES [--set …] [--svg OUT] [--json] [--agent FILE] [--model DIR]

Tells the conversation again what it was told in a recorded call: words, states of the model, results of tools, timers. It must say
and ask for the same, bit for bit; the first difference is shown, and the exit code is 1. No model runs, and no time passes. With --live the
model is asked again, too, and must come to the same drafts, step by step: the same model on the same kind of processor does.

With --set, the callers of the files (recordings, or callers alone) talk to the agent anew, once in each way to set it, on simulated
time with the model's own times. Printed for each way: how long callers waited from their last words to the first of the reply, turns that
were taken for ended and went on, replies that are others than with the agent as it is, drafts that were the reply as they stood, and the passes
of the model before the commits of turns: a turn, and the share of those whose draft the reply went on from.

  --agent FILE  an agent module instead of the example agents
  --set …       endpointing.delayMs=200..800:100, endpointing.sureDelayMs=…, endpointing.minProbability=…, mayStaySilent=…, effort=…,
                drafts=every-partial,likely-end,final, draftMinProbability=0.1..0.5:0.1; several: each with each
  --svg OUT     draws that, too
  --json        one JSON array instead of a table
  --model DIR   a model folder (default: the one that comes with repartee)
  --device NAME what runs the model: cpu, webgpu, cuda or auto (default auto)
`;

/** Resolves to the exit code. Throws UsageError, RuntimeError. */
export async function runReplay(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (positionals.length === 0) throw new UsageError('expected a file, got none');
  refuseUnused(values);
  const warn = (line: string) => void process.stderr.write(`${line}\n`);
  const calls = await Promise.all(positionals.map((file) => readCall(file, warn)));
  if (values.set === undefined) for (const call of calls) checkReplayable(call);
  playInThePast(calls);
  const files = values.agent === undefined ? exampleAgents() : [values.agent];
  const agents = await Promise.all(files.map((file) => loadAgent(file)));
  const agentOf = (call: NamedCall) => chooseAgent(agents, call);
  if (values.set === undefined && !values.live) return replayAll(calls, agentOf, () => Promise.resolve(undefined));
  const model = await loadModel(toModelFolder(values.model), { warn, ...toDeviceOption(values.device) });
  try {
    if (values.set === undefined) return await replayAll(calls, agentOf, createRedecoder(model));
    const { set: sets, json: isJson, svg: svgFile } = values;
    const points = await playFrontier({ calls, agentOf, model, sets, tell: warn });
    if (svgFile !== undefined) await writeFile(svgFile, renderFrontierPlot(points));
    process.stdout.write(isJson ? `${JSON.stringify(points)}\n` : renderFrontier(points));
    return 0;
  } finally {
    await model.engine.close();
  }
}

/** Once the conversation did the same: what of the model, if anybody asks. */
type Redecode = (call: NamedCall, agent: Agent, asked: RedecodeOptions['asked']) => Promise<Redecoding | undefined>;

/** Resolves to the exit code. */
async function replayAll(
  calls: readonly NamedCall[],
  agentOf: (call: NamedCall) => Agent,
  redecode: Redecode,
): Promise<number> {
  let exitCode = 0;
  for (const call of calls) {
    const agent = agentOf(call);
    const asked: RedecodeOptions['asked'][number][] = [];
    const { countTold, countSaid, ...replayed } = replayCall(agent, call.header, call.events, (request) =>
      asked.push(request),
    );
    const live = replayed.difference === undefined ? await redecode(call, agent, asked) : undefined;
    const difference = replayed.difference ?? live?.difference;
    const decoded = live === undefined ? '' : `, decoded ${live.countStates} states of ${live.countDrafts} drafts anew`;
    const mayRound = replayed.difference === undefined ? ' (a processor of another kind rounds otherwise)' : '';
    const verdict = difference === undefined ? 'the same' : `another call${mayRound}:\n${render(difference)}`;
    process.stdout.write(`${call.name}: told ${countTold} events, said ${countSaid}${decoded}, ${verdict}\n`);
    if (difference !== undefined) exitCode = 1;
  }
  return exitCode;
}

function createRedecoder(model: LoadedModel): Redecode {
  const promptPrefixOf = createPromptPrefixes(model.prompt);
  return async (call, agent, asked) => {
    const { modelHash = 'unknown', model: written } = call.header;
    if (written !== undefined)
      throw new RuntimeError(
        'not-replayable',
        `${call.name} was written by ${written} over the network, which writes something else each time: leave --live out`,
      );
    if (modelHash !== model.hash)
      throw new RuntimeError(
        'not-replayable',
        `${call.name} was recorded with the model ${modelHash}, and this one is ${model.hash}: give its folder with --model`,
      );
    const settings = new Map<Agent, ReturnType<typeof promptPrefixOf>>();
    for (const one of allAgents(agent)) {
      const instructions = await readFixedInstructions(one);
      if (instructions === undefined)
        throw new RuntimeError(
          'not-replayable',
          `the instructions of ${one.name} depend on the call, and ${call.name} does not hold them: leave --live out`,
        );
      settings.set(one, promptPrefixOf(one, instructions));
    }
    await prepareAgent(agent, model, promptPrefixOf);
    return redecodeCall({
      model,
      agent,
      promptPrefixOf: (one) => settings.get(one) ?? promptPrefixOf(one, ''),
      asked,
      events: call.events,
    });
  };
}

/** Throws RuntimeError `not-replayable`. */
export function checkReplayable({ name, header, events }: NamedCall): void {
  const refuse = (why: string) => new RuntimeError('not-replayable', `${name} ${why}`);
  if (header.redacted !== undefined)
    throw refuse(`was recorded without its ${header.redacted}: what was said is not in it`);
  if (header.part !== undefined) throw refuse(`is part ${header.part} of a call: a replay begins with its first part`);
  const dropped = events.find((event) => event.type === 'lines.dropped');
  if (dropped !== undefined) throw refuse(`lost ${dropped.count} lines at ${dropped.atMs} ms`);
  if (!events.some((event) => event.type === 'call.ready'))
    throw refuse('holds the caller alone: a replay needs a recording, see repartee talk --help');
}

function chooseAgent(agents: readonly Agent[], { name, header }: NamedCall): Agent {
  const agent = agents.length === 1 ? agents[0] : agents.find((one) => one.name === header.agent);
  if (agent !== undefined) return agent;
  const names = agents.map((one) => one.name).join(', ');
  throw new RuntimeError(
    'agent-unknown',
    `${name} was answered by the agent "${header.agent}"; there are ${names}: give one with --agent`,
  );
}

/** An option that would change nothing: what was meant is another command line. */
function refuseUnused({ set, live, svg, json, model, device }: ReturnType<typeof parse>['values']): void {
  if (set === undefined && svg !== undefined) throw new UsageError('--svg draws what --set tries: give both');
  if (set === undefined && json) throw new UsageError('--json tells what --set tries: give both');
  if (set === undefined && !live && model !== undefined)
    throw new UsageError('--model is for --live and --set: without them no model runs');
  if (set === undefined && !live && device !== undefined)
    throw new UsageError('--device is for --live and --set: without them no model runs');
  if (set !== undefined && live) throw new UsageError('expected one of --live, --set');
}

function render({ atMs, recorded, replayed }: Difference): string {
  return `  at ${atMs} ms\n  recorded ${recorded ?? 'nothing more'}\n  replayed ${replayed ?? 'nothing more'}`;
}

function parse(argv: readonly string[]) {
  return parseWords(argv, {
    agent: { type: 'string' },
    live: { type: 'boolean', default: false },
    set: { type: 'string', multiple: true },
    svg: { type: 'string' },
    json: { type: 'boolean', default: false },
    model: { type: 'string' },
    device: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
}
