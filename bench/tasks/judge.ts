// A played call in, what came of it out: was done what was wanted, once, and was said what was done?

import { isLooping } from '../model-text.ts';
import { normalise } from '../model-values.ts';
import { spellDate } from './dates.ts';
import { isClaim, isDenial, isSorry } from './heard.ts';
import { hasFact, isSameName } from './likeness.ts';
import type { PlayedTask } from './played-task.ts';
import type { Values } from './script.ts';

/** Two goodbyes, or a question anew after a correction, are none. */
const LOOP_LINES = 3;

export interface Verdict {
  /** Nothing of what follows went wrong. */
  readonly isSuccess: boolean;
  /** Something was done that was not wanted, or twice. */
  readonly isWrongWrite: boolean;
  /** What was wanted was not done. */
  readonly isMissing: boolean;
  /** The caller was told that it is done when nothing was. */
  readonly isFalseClaim: boolean;
  /** A refusal was not told, a question not answered, or what was done was told as a refusal. */
  readonly isUntold: boolean;
  /** Numbers that the agent said of what was done or found, and that nobody gave it. */
  readonly invented: readonly string[];
  /** Said the same line three times, or four words in a row twice in one. */
  readonly isLooping: boolean;
  readonly countTurns: number;
  readonly countReAsks: number;
  readonly done: readonly Values[];
  readonly wanted: Values | undefined;
}

export function judge(played: PlayedTask): Verdict {
  const { script, turns, ran, goal, countReAsks } = played;
  const done = ran.map((tool) => script.done(tool)).filter((values) => values !== undefined);
  const wanted = isWriteWanted(played) ? (script.wanted?.(goal) ?? goal) : undefined;
  const right = wanted === undefined ? [] : done.filter((values) => isDone(values, wanted));
  const isWrongWrite = done.length > Math.min(1, right.length);
  const isMissing = wanted !== undefined && right.length === 0;
  const isFalseClaim = claimsTooEarly(played);
  const isUntold = !isOutcomeTold(played);
  const invented = findInvented(played);
  return {
    isSuccess: !isWrongWrite && !isMissing && !isFalseClaim && !isUntold && invented.length === 0,
    isWrongWrite,
    isMissing,
    isFalseClaim,
    isUntold,
    invented,
    isLooping: loops(played),
    countTurns: turns.length,
    countReAsks,
    done,
    wanted,
  };
}

function isWriteWanted({ task }: PlayedTask): boolean {
  return (
    task.question === undefined &&
    task.otherwise !== null &&
    task.refusesReadBack !== true &&
    task.leavesAtTurn === undefined
  );
}

function isDone(values: Values, wanted: Values): boolean {
  return Object.entries(values).every(([name, value]) => isSameName(value, wanted[name] ?? ''));
}

/** A claim counts against what was done by the end of its turn. */
function claimsTooEarly({ script, turns, readBackOf }: PlayedTask): boolean {
  let isDoneYet = false;
  for (const { tools, reply } of turns) {
    isDoneYet ||= tools.some((tool) => script.done(tool) !== undefined);
    if (!isDoneYet && readBackOf(reply) === undefined && isClaim(reply)) return true;
  }
  return false;
}

function isOutcomeTold({ script, task, turns, goal }: PlayedTask): boolean {
  const all = turns.flatMap(({ tools }) => tools);
  if (task.question) {
    const fact = task.question.fact(all, goal);
    return fact !== undefined && turns.some(({ reply }) => hasFact(reply, fact));
  }
  if (task.otherwise === null) return turns.some(({ reply }) => isDenial(reply) || isSorry(reply));
  const outcome = turns.find(({ tools }) => tools.some((tool) => script.done(tool) !== undefined));
  return outcome === undefined || isClaim(outcome.reply) || !(isDenial(outcome.reply) || isSorry(outcome.reply));
}

/**
 * In the replies that tell what a tool did or found; numbers that the caller or a result gave may be said in any form.
 */
function findInvented({ turns, greeting, readBackOf }: PlayedTask): readonly string[] {
  const known = new Set(numbersOf(greeting));
  const invented: string[] = [];
  for (const { caller, tools, reply } of turns) {
    for (const word of numbersOf(caller)) known.add(word);
    for (const { arguments: args, result, error } of tools)
      for (const word of numbersOf(JSON.stringify([args, result, error]))) known.add(word);
    const told = tools.length > 0 && readBackOf(reply) === undefined ? numbersOf(reply) : [];
    invented.push(...told.filter((word) => !known.has(word)));
  }
  return [...new Set(invented)];
}

/** A time of day also as its bare hour and minutes, a date also as its day. One is no number. */
function numbersOf(text: string): readonly string[] {
  const spelled = text.replaceAll(/\b\d{4}-\d{2}-\d{2}\b/g, (date) =>
    isDate(date) ? `${spellDate(date)}, ${date}` : date,
  );
  return normalise(spelled.replaceAll(/[{}[\]"]/g, ' ').replaceAll(/\b(\d{1,2}) (\d\d) ([ap]m)\b/g, '$1:$2 $3'))
    .split(' ')
    .filter((word) => /\d/.test(word) && word !== '1')
    .flatMap((word) => {
      const [, hours, minutes = ''] = /^(\d\d):(\d\d)$/.exec(word) ?? [];
      const hour = Number(hours) % 12 === 0 ? 12 : Number(hours) % 12;
      return hours === undefined ? [word] : [word, String(hour), String(Number(minutes))];
    });
}

function isDate(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

function loops({ turns }: PlayedTask): boolean {
  const lines = turns.map(({ reply }) => normalise(reply)).filter((line) => line !== '');
  const countSame = (line: string) => lines.filter((other) => other === line).length;
  return lines.some((line) => countSame(line) >= LOOP_LINES) || turns.some(({ reply }) => isLooping(reply));
}
