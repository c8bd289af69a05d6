// `--set NAME=VALUES` in, the ways out in which an agent is to be tried: every value of each with every value of the
// others.

import type { Agent, DraftPolicy, EagerEndpointing, Effort } from '../agent/agent.ts';
import { UsageError } from '../errors.ts';

/** One way to set an agent; nothing set: as its author did. */
export interface Way {
  readonly settings: Readonly<Record<string, string>>;
  set(agent: Agent): Agent;
}

interface Knob {
  readonly about: string;
  /** Undefined: no such value. */
  set(agent: Agent, value: string): Agent | undefined;
}

const MAX_WAYS = 200;
/** For an agent whose author lets no turn end eager. */
const MIN_PROBABILITY = 0.5;
const PAUSE_MS = 500;

const draftPolicies: readonly DraftPolicy[] = ['every-partial', 'likely-end', 'final'];
const efforts: readonly Effort[] = ['instant', 'low', 'medium', 'high', 'exact', 'autoregressive'];

/** In the order in which they are set, whatever the order of the command line. */
const knobs: ReadonlyMap<string, Knob> = new Map<string, Knob>([
  [
    'endpointing.delayMs',
    {
      about: 'milliseconds of pause that end a turn, 0 to 60000',
      set(agent, value) {
        const maxDelayMs = toNumber(value, 60_000);
        const { minProbability = MIN_PROBABILITY } = agent.endpointing.eager ?? {};
        return maxDelayMs === undefined ? undefined : withEager(agent, { minProbability, maxDelayMs });
      },
    },
  ],
  [
    'endpointing.sureDelayMs',
    {
      about: 'milliseconds of pause that end a turn of which the model is sure, 0 to 60000',
      set(agent, value) {
        const sureMs = toNumber(value, 60_000);
        const eager = eagerOf(agent);
        return sureMs === undefined
          ? undefined
          : withEager(agent, { ...eager, minDelayMs: Math.min(sureMs, eager.maxDelayMs) });
      },
    },
  ],
  [
    'endpointing.minProbability',
    {
      about: 'what the model must give the end of a turn, 0 to 1',
      set(agent, value) {
        const minProbability = toNumber(value, 1);
        return minProbability === undefined ? undefined : withEager(agent, { ...eagerOf(agent), minProbability });
      },
    },
  ],
  [
    'mayStaySilent',
    {
      about: 'true or false',
      set: (agent, value) =>
        value === 'true' || value === 'false' ? { ...agent, mayStaySilent: value === 'true' } : undefined,
    },
  ],
  [
    'drafts',
    {
      about: draftPolicies.join(', '),
      set(agent, value) {
        const drafts = draftPolicies.find((one) => one === value);
        return drafts === undefined ? undefined : { ...agent, drafts };
      },
    },
  ],
  [
    'draftMinProbability',
    {
      about: 'what the model must give the end of a turn for a draft to be written (likely-end), 0 to 1',
      set(agent, value) {
        const draftMinProbability = toNumber(value, 1);
        return draftMinProbability === undefined ? undefined : { ...agent, drafts: 'likely-end', draftMinProbability };
      },
    },
  ],
  [
    'effort',
    {
      about: efforts.join(', '),
      set(agent, value) {
        const effort = efforts.find((one) => one === value);
        return effort === undefined ? undefined : { ...agent, effort, effortBy: {} };
      },
    },
  ],
]);

/** Why the other options of an agent show nothing on recorded callers. */
const unplayed: ReadonlyMap<string, string> = new Map([
  ['interruption', 'the callers of a replay hear each reply to its end, so that nobody interrupts'],
  ['idle', 'the callers of a replay are never silent for long'],
  ['maxCallMs', 'a replay ends with the last words of its caller'],
  ['dtmf', 'keys of a recording are not pressed again'],
  ['tools', 'tools take no time in a replay: what they answered first is remembered'],
  ['replyTimeoutMs', 'it is for a model or a tool that hangs, and none does in a replay'],
]);

/** Throws UsageError. */
export function parseSets(sets: readonly string[], agent: Agent): readonly Way[] {
  let ways: readonly Way['settings'][] = [{}];
  for (const text of sets) {
    const [name = '', list = ''] = text.split(/=(.*)/s);
    const knob = knobs.get(name);
    if (knob === undefined) throw new UsageError(`--set ${text}: ${explainMissing(name)}`);
    const values = list.split(',').flatMap((value) => toValues(value, text));
    const bad = values.find((value) => knob.set(agent, value) === undefined);
    if (bad !== undefined) throw new UsageError(`--set ${text}: ${name} is "${bad}", expected ${knob.about}`);
    ways = ways.flatMap((settings) => values.map((value) => ({ ...settings, [name]: value })));
    if (ways.length > MAX_WAYS)
      throw new UsageError(`--set ${text}: that makes ${ways.length} ways to play each call, ${MAX_WAYS} at most`);
  }
  for (const { drafts = 'likely-end', draftMinProbability } of ways)
    if (draftMinProbability !== undefined && drafts !== 'likely-end')
      throw new UsageError(`--set drafts=${drafts}: draftMinProbability is of likely-end, set one of the two`);
  return ways.map((settings) => ({ settings, set: (given) => applySettings(given, settings) }));
}

function applySettings(agent: Agent, settings: Way['settings']): Agent {
  let set = agent;
  for (const [name, knob] of knobs) {
    const value = settings[name];
    if (value !== undefined) set = knob.set(set, value) ?? set;
  }
  return set;
}

function explainMissing(name: string): string {
  const reason = unplayed.get(name.split('.')[0] ?? '');
  if (reason !== undefined) return `"${name}" can't be tried on recorded callers: ${reason}`;
  return `no promptPrefix "${name}"; there are ${[...knobs.keys()].join(', ')}`;
}

function withEager(agent: Agent, eager: EagerEndpointing): Agent {
  return { ...agent, endpointing: { ...agent.endpointing, eager } };
}

function eagerOf({ endpointing }: Agent): EagerEndpointing {
  return endpointing.eager ?? { minProbability: MIN_PROBABILITY, maxDelayMs: PAUSE_MS };
}

/** `200..800:100` is 200, 300, … 800. */
function toValues(value: string, text: string): string[] {
  const range = /^([\d.]+)\.\.([\d.]+):([\d.]+)$/.exec(value);
  if (range === null) return [value];
  const [from = Number.NaN, to = Number.NaN, step = Number.NaN] = range.slice(1).map(Number);
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (!(step > 0 && count >= 1 && count <= MAX_WAYS))
    throw new UsageError(`--set ${text}: ${value} is no range, expected FROM..TO:STEP with ${MAX_WAYS} steps at most`);
  return Array.from({ length: count }, (_, index) => String(Math.round((from + index * step) * 1e6) / 1e6));
}

function toNumber(value: string, most: number): number | undefined {
  const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  return number <= most ? number : undefined;
}
