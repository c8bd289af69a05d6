// What a made-up business is: a task that its tools do, something to look up, and what callers ask for in vain.

import type { Scene } from './scene.ts';
import { type SlotMaker, sayTime } from './slots.ts';

export interface Task {
  readonly names: readonly string[];
  readonly description: string;
  /** What the slots are joined to: "an appointment". */
  readonly noun: string;
  readonly slots: readonly SlotMaker[];
  readonly wishes: readonly string[];
  readonly done: readonly string[];
}

export interface Finding {
  readonly result: unknown;
  readonly reply: string;
}

export interface Lookup {
  readonly names: readonly string[];
  readonly description: string;
  readonly slots: readonly SlotMaker[];
  readonly wishes: readonly string[];
  /** What was looked up, by the first slot's words as the agent says them. */
  find(scene: Scene, words: string): Finding;
  readonly nothing: readonly string[];
}

export interface Domain {
  /** "a hair salon" */
  readonly subject: string;
  readonly titles: readonly string[];
  readonly task: Task;
  readonly lookup: Lookup;
  /** Nothing here has a tool. */
  readonly outside: readonly string[];
}

/** Free times of a day, said one after the other. */
export function findTimes(noun: string): Lookup['find'] {
  return (scene, words) => {
    const hours = [scene.wholeNumber(8, 10), scene.wholeNumber(11, 14), scene.wholeNumber(15, 19)];
    const times = hours.slice(scene.wholeNumber(0, 1), scene.wholeNumber(2, 3)).map((hour) => {
      const minutes = scene.oneOf(['00', '30', '15']);
      return { clock: `${String(hour).padStart(2, '0')}:${minutes}`, said: sayTime(hour, minutes) };
    });
    const said = times.map((entry) => entry.said);
    const clocks = times.map((entry) => entry.clock);
    const list = said.length === 1 ? said[0] : `${said.slice(0, -1).join(', ')} and ${said.at(-1)}`;
    return {
      result: scene.oneOf<unknown>([{ count: times.length, results: clocks }, { times: clocks }, clocks]),
      reply: scene.oneOf([
        `I have ${list} ${words}. Which one suits you?`,
        `There is ${noun} at ${list} ${words}. Does that work?`,
        `${words}, ${list} ${times.length === 1 ? 'is' : 'are'} free.`,
      ]),
    };
  };
}

/** One of some states, each with the agent's words for it. */
export function findState(key: string, states: Readonly<Record<string, string>>): Lookup['find'] {
  return (scene) => {
    const state = scene.oneOf(Object.keys(states));
    return { result: { [key]: state }, reply: states[state] ?? '' };
  };
}

/** A sum of money between two whole numbers. */
export function findAmount(key: string, low: number, high: number, replies: readonly string[]): Lookup['find'] {
  return (scene, words) => {
    const amount = scene.wholeNumber(low * 2, high * 2) / 2;
    const said = Number.isInteger(amount) ? `${amount} dollars` : `$${amount.toFixed(2)}`;
    return {
      result: { [key]: amount },
      reply: scene.oneOf(replies).replaceAll('{amount}', said).replaceAll('{value}', words),
    };
  };
}
