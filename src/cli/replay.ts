// `repartee replay FILE…`: recorded calls over again, without the model. Argv in, exit code out.

import { parseArgs } from 'node:util';
import type { Agent } from '../agent/agent.ts';
import { loadAgent } from '../agent/load.ts';
import { RuntimeError, toMessage, UsageError } from '../errors.ts';
import { type Difference, replayCall } from '../session/replay-call.ts';
import { type NamedCall, readCall } from './call-files.ts';
import { exampleAgents } from './example-agents.ts';
import { loadModel } from './loaded-model.ts';
import { playInThePast } from './played-world.ts';
import { printFrontier } from './replay-frontier.ts';

const help = `usage: repartee replay FILE… [--agent FILE]
       repartee replay FILE… --set NAME=VALUES [--set …] [--svg OUT] [--json] [--agent FILE] [--model DIR]

Tells the conversation again what it was told in a recorded call: words, states of the model, results of tools, timers. It must say
and ask for the same, bit for bit; the first difference is shown, and the exit code is 1. No model runs, and no time passes.

With --set, the callers of the files (recordings, or callers alone) talk to the agent anew, once in each way to set it, on simulated
time with the model's own times. Printed for each way: how long callers waited from their last words to the first of the reply, turns that
were taken for ended and went on, and replies that are others than with the agent as it is.

  --agent FILE  an agent module instead of the example agents
  --set …       endOfTurn.delayMs=200..800:100, endOfTurn.minProbability=0.5,0.7, effort=instant,low; several: each with each
  --svg OUT     draws that, too
  --json        one JSON array instead of a table
  --model DIR   a model folder (default: the one that comes with repartee)
`;

/** Resolves to the exit code. Throws UsageError, RuntimeError. */
export async function runReplay(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (positionals.length === 0) throw new UsageError('expected a file, got none');
  const warn = (line: string) => void process.stderr.write(`${line}\n`);
  const calls = await Promise.all(positionals.map((file) => readCall(file, warn)));
  if (values.set === undefined) for (const call of calls) checkReplayable(call);
  playInThePast(calls);
  const files = values.agent === undefined ? exampleAgents() : [values.agent];
  const agents = await Promise.all(files.map((file) => loadAgent(file)));
  if (values.set !== undefined) {
    const model = await loadModel(values.model, warn);
    try {
      const agentOf = (call: NamedCall) => chooseAgent(agents, call);
      const { set: sets, json: isJson, svg: svgFile } = values;
      await printFrontier({ calls, agentOf, model, sets, isJson, svgFile, tell: warn });
    } finally {
      await model.engine.close();
    }
    return 0;
  }
  let exitCode = 0;
  for (const call of calls) {
    const { countTold, countSaid, difference } = replayCall(chooseAgent(agents, call), call.header, call.events);
    const verdict = difference === undefined ? 'the same' : `another call:\n${render(difference)}`;
    process.stdout.write(`${call.name}: told ${countTold} events, said ${countSaid}, ${verdict}\n`);
    if (difference !== undefined) exitCode = 1;
  }
  return exitCode;
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

function render({ atMs, recorded, replayed }: Difference): string {
  return `  at ${atMs} ms\n  recorded ${recorded ?? 'nothing more'}\n  replayed ${replayed ?? 'nothing more'}`;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        agent: { type: 'string' },
        set: { type: 'string', multiple: true },
        svg: { type: 'string' },
        json: { type: 'boolean', default: false },
        model: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(toMessage(error).split('. ', 1)[0] ?? 'bad arguments');
  }
}
