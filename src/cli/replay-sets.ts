// `--set NAME=VALUES` in, the ways out in which an agent is to be tried: every value of each with every value of the others.

import type { Agent, Effort } from '../agent/agent.ts';
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

const MOST_WAYS = 200;
/** For an agent whose author lets no turn end early. */
const MIN_PROBABILITY = 0.5;
const PAUSE_MS = 500;

const efforts: readonly Effort[] = ['instant', 'low', 'medium', 'high', 'exact', 'ar'];

const knobs: ReadonlyMap<string, Knob> = new Map<string, Knob>([
  [
    'endOfTurn.delayMs',
    {
      about: 'milliseconds of pause that end a turn, 0 to 60000',
      set(agent, value) {
        const pauseMs = toNumber(value, 60_000);
        const { minProbability = MIN_PROBABILITY } = agent.endOfTurn.early ?? {};
        return pauseMs === undefined ? undefined : { ...agent, endOfTurn: { early: { minProbability, pauseMs } } };
      },
    },
  ],
  [
    'endOfTurn.minProbability',
    {
      about: 'what the model must give the end of a turn, 0 to 1',
      set(agent, value) {
        const minProbability = toNumber(value, 1);
        const early = { pauseMs: PAUSE_MS, ...agent.endOfTurn.early };
        return minProbability === undefined
          ? undefined
          : { ...agent, endOfTurn: { early: { ...early, minProbability } } };
      },
    },
  ],
  [
    'effort',
    {
      about: efforts.join(', '),
      set(agent, value) {
        const effort = efforts.find((one) => one === value);
        return effort === undefined ? undefined : { ...agent, effort };
      },
    },
  ],
]);

/** Throws UsageError. */
export function parseSets(sets: readonly string[], agent: Agent): readonly Way[] {
  let ways: readonly Way[] = [{ settings: {}, set: (given) => given }];
  for (const text of sets) {
    const [name = '', list = ''] = text.split(/=(.*)/s);
    const knob = knobs.get(name);
    if (knob === undefined)
      throw new UsageError(`--set ${text}: no setting "${name}"; there are ${[...knobs.keys()].join(', ')}`);
    const values = list.split(',').flatMap((value) => toValues(value, text));
    const bad = values.find((value) => knob.set(agent, value) === undefined);
    if (bad !== undefined) throw new UsageError(`--set ${text}: ${name} is "${bad}", expected ${knob.about}`);
    ways = ways.flatMap((way) => values.map((value) => withSetting(way, name, value, knob)));
    if (ways.length > MOST_WAYS)
      throw new UsageError(`--set ${text}: that makes ${ways.length} ways to play each call, ${MOST_WAYS} at most`);
  }
  return ways;
}

function withSetting(way: Way, name: string, value: string, knob: Knob): Way {
  return {
    settings: { ...way.settings, [name]: value },
    set(agent) {
      const before = way.set(agent);
      return knob.set(before, value) ?? before;
    },
  };
}

/** `200..800:100` is 200, 300, … 800. */
function toValues(value: string, text: string): string[] {
  const range = /^([\d.]+)\.\.([\d.]+):([\d.]+)$/.exec(value);
  if (range === null) return [value];
  const [from = Number.NaN, to = Number.NaN, step = Number.NaN] = range.slice(1).map(Number);
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (!(step > 0 && count >= 1 && count <= MOST_WAYS))
    throw new UsageError(`--set ${text}: ${value} is no range, expected FROM..TO:STEP with ${MOST_WAYS} steps at most`);
  return Array.from({ length: count }, (_, index) => String(Math.round((from + index * step) * 1e6) / 1e6));
}

function toNumber(value: string, most: number): number | undefined {
  const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  return number <= most ? number : undefined;
}
