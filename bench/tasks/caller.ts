// A caller with a goal: an agent's line in, the caller's next words out. By rules and a seed; knows no model.

import type { Random } from '../../src/base/random.ts';
import { plain } from '../../src/engine/prompt/prompt.ts';
import type { ToolRecord } from '../../src/playback/turn-log.ts';
import { speakNumbers } from '../../training/spoken-numbers.ts';
import {
  asksForMore,
  asksToConfirm,
  isClaim,
  isDenial,
  isGoodbye,
  isSorry,
  isYesNoQuestion,
  questionsOf,
} from './heard.ts';

import { hasFact, sounds } from './likeness.ts';
import { pick, type Scripted, type Values } from './script.ts';

export interface Caller {
  /** Words as a recogniser writes them; undefined: hangs up. `tools`: all that ran in the call so far. */
  next(line: string, tools: readonly ToolRecord[]): string | undefined;
  /** What is wanted now: offers that were taken and second wishes included. */
  readonly goal: Values;
  /** Slots asked for again although they had been said. */
  readonly countReAsks: number;
}

export interface CallerOptions extends Scripted {
  readonly readBackOf: (line: string) => string | undefined;
  readonly random: Random;
}

const yes = ['yes', 'yes please', "yes that's right", 'yeah correct', 'yep', 'yes go ahead'];
const bye = ['thank you bye', "that's all thanks bye", 'great thanks goodbye', 'no thank you bye'];
const noMore = ["no that's all thank you bye", 'no thanks bye', "nothing else thanks that's it bye"];
const givesUp = ['okay never mind then thanks bye', 'oh well thanks anyway bye', 'all right then i will leave it bye'];
const leaves = [
  "you know what never mind i don't need it any more",
  'sorry i changed my mind forget about it please',
  'actually leave it i have to think about it first',
];
const refuses = ["no please don't do that", "no stop i don't want it after all", 'no leave it please'];
const others = ['is there another one', 'do you have anything else', 'what else is there', 'hm any other one'];
const accepts = ['{} sounds good', 'okay {} then', "let's take {}", 'i like {}'];
const acceptsShort = ['that sounds good', 'yes that one please', "okay let's take that"];
const returnsTo = ["hm i'd rather have {}", 'no then {} please', 'i prefer the first one {}'];
const fixes = ["no that's wrong i said {}", 'no it should be {}', 'no sorry {} please', 'no {}'];
const disowns = ["no i didn't ask for that", 'no not that one', "no that's not mine"];
const corrects = ['sorry i meant {}', 'actually make that {}', 'oh wait no {}'];
const insteads = ['okay then {}', 'hm then {} please', 'what about {} then'];
/** A caller whom nobody understands gives up. */
const MAX_REPEATS = 3;
const MAX_QUESTIONS = 3;
/** The same line again is not answered again. */
const MAX_SAME_LINES = 2;

export function createCaller({ script, task, readBackOf, random }: CallerOptions): Caller {
  const { slots, offers } = script;
  const isSpoken = random() < 0.5;
  let goal: Values = task.goal;
  let slip = task.slip;
  let isSlipSaid = false;
  const said = new Set<string>();
  const offered: string[] = [];
  let accepted: string | undefined;
  let otherwise = task.otherwise;
  let countTurns = 0;
  let countReAsks = 0;
  let countRepeats = 0;
  let countQuestions = 0;
  let countSame = 0;
  let lastLine: string | undefined;
  let isLeaving = false;
  let hasFinished = false;
  let isOver = false;
  const wantsNothing = () => isLeaving || task.question !== undefined;

  const sayable = () => Object.keys(goal).filter((name) => (slots[name]?.phrases.length ?? 0) > 0);
  const unsaid = () => sayable().filter((name) => !said.has(name));
  const hint = (name: string) => pick(slots[name]?.say(nextValueOf(name), task.isNear === true) ?? [''], random);

  function nextValueOf(name: string): string {
    if (slip?.slot === name && !said.has(name)) {
      isSlipSaid = true;
      return slip.value;
    }
    return goal[name] ?? '';
  }

  function fill(templates: readonly string[], value: string): string {
    return pick(templates, random).replace('{}', value);
  }

  function phrase(name: string): string {
    const words = fill(slots[name]?.phrases ?? ['{}'], hint(name));
    said.add(name);
    return words;
  }

  function answer(name: string): string {
    if (said.has(name)) countReAsks++;
    const words = fill(slots[name]?.answers ?? ['{}'], hint(name));
    said.add(name);
    return words;
  }

  function end(lines: readonly string[]): string {
    isOver = true;
    return pick(lines, random);
  }

  function leave(lines: readonly string[]): string {
    isLeaving = true;
    return pick(lines, random);
  }

  function open(): string {
    const { question, opening } = task;
    const request = question?.isFirst === true ? pick(question.lines, random) : pick(script.requests, random);
    if (question?.isFirst === true) countQuestions++;
    return [request, ...opening.map(phrase)].join(' ');
  }

  function volunteer(count: number): string | undefined {
    const next = unsaid().slice(0, count);
    return next.length === 0 ? undefined : next.map(phrase).join(' ');
  }

  /** All over again, in other words. */
  function repeat(): string {
    if (++countRepeats > MAX_REPEATS) return end(givesUp);
    if (task.question !== undefined && countQuestions > 0) return ask(task.question.lines);
    const again = sayable().filter((name) => slots[name]?.isOnce !== true);
    if (again.length < sayable().length) return pick(script.finishes, random);
    const isSearch = offers !== undefined && accepted === undefined;
    const names = again.filter((name) => task.opening.includes(name) === isSearch || offers === undefined);
    return [
      pick(accepted === undefined ? script.requests : script.takes, random),
      ...names.slice(0, 4).map(phrase),
    ].join(' ');
  }

  function ask(lines: readonly string[]): string {
    return ++countQuestions > MAX_QUESTIONS ? end(givesUp) : pick(lines, random);
  }

  /** A caller who only asks says what is missing, and asks again. */
  function askInstead(line: string): string | undefined {
    const { question } = task;
    if (question === undefined || (offers !== undefined && accepted === undefined && countQuestions === 0))
      return undefined;
    if (countQuestions > 0 && isMissingAsked(line)) return undefined;
    return countQuestions === 0 && unsaid().length > 0 ? undefined : ask(question.lines);
  }

  function isMissingAsked(line: string): boolean {
    return unsaid().some((name) => slots[name]?.asked.test(questionsOf(line)));
  }

  function replyToReadBack(text: string): string {
    if (task.leavesAtTurn !== undefined) return leave(leaves);
    if (task.refusesReadBack || wantsNothing()) return leave(refuses);
    const other = takeUnasked(text);
    if (other !== undefined) return other;
    const wrong = sayable().filter((name) => slots[name]?.agrees(text, goal[name] ?? '') === false);
    slip = undefined;
    const isForeign = script.isForeign?.(text, goal) === true;
    if (wrong.length === 0 && !isForeign) return pick(yes, random);
    if (++countRepeats > MAX_REPEATS) return end(givesUp);
    if (wrong.length === 0) return pick(disowns, random);
    return fill(fixes, wrong.map(phrase).join(' '));
  }

  /**
   * Something that was found is read back before the caller chose: who has no preference takes it, who wants another
   * one says so.
   */
  function takeUnasked(text: string): string | undefined {
    const found = offers && accepted === undefined ? offered.find((name) => sounds(text, name)) : undefined;
    if (offers === undefined || found === undefined) return undefined;
    if (task.picks === 'second' && found === offered[0] && ++countRepeats <= MAX_REPEATS)
      return `no ${pick(others, random)}`;
    accepted = found;
    goal = { ...goal, [offers.slot]: found };
    said.add(offers.slot);
    return undefined;
  }

  function replyToOffer(line: string): string | undefined {
    if (offers === undefined || accepted !== undefined) return undefined;
    const found = offered.filter((name) => sounds(line, name));
    if (found.length === 0) return undefined;
    const [first] = offered;
    const other = found.find((name) => name !== first);
    if (task.picks !== undefined && other === undefined)
      return ++countRepeats > MAX_REPEATS ? end(givesUp) : pick(others, random);
    accepted = (task.picks === 'second' ? other : task.picks === 'first-again' ? first : found[0]) ?? '';
    goal = { ...goal, [offers.slot]: accepted };
    if (task.question !== undefined) return ask(task.question.lines);
    const isNamed = found.length > 1 || random() < 0.5;
    const taken =
      task.picks === 'first-again'
        ? fill(returnsTo, hint(offers.slot))
        : isNamed
          ? fill(accepts, hint(offers.slot))
          : pick(acceptsShort, random);
    said.add(offers.slot);
    return [taken, pick(script.takes, random), volunteer(Math.floor(random() * 3)) ?? ''].join(' ');
  }

  function replyToDenial(): string | undefined {
    if (otherwise === undefined) return unsaid().length > 0 && accepted !== undefined ? undefined : repeat();
    if (otherwise === null) return end(givesUp);
    const names = Object.keys(otherwise);
    goal = { ...goal, ...otherwise };
    otherwise = undefined;
    return fill(insteads, names.map(phrase).join(' '));
  }

  function replyToQuestion(line: string): string | undefined {
    const questions = questionsOf(line);
    const asked = Object.keys(goal).filter((name) => slots[name]?.asked.test(questions));
    const missing = asked.filter((name) => !said.has(name));
    const answered = missing.length > 0 ? missing : asked;
    return answered.length === 0 ? undefined : answered.map(answer).join(' ');
  }

  function replyToProposal(line: string): string | undefined {
    if (!isYesNoQuestion(line)) return undefined;
    const wrong = sayable().filter((name) => said.has(name) && slots[name]?.agrees(line, goal[name] ?? '') === false);
    if (wrong.length > 0) return fill(fixes, wrong.map(phrase).join(' '));
    return [pick(yes, random), volunteer(1) ?? (random() < 0.5 ? pick(script.finishes, random) : '')].join(' ');
  }

  /** Once all is said, to a line that asks nothing. */
  function finish(line: string): string | undefined {
    if (hasFinished || questionsOf(line) !== '' || unsaid().length > 0) return undefined;
    hasFinished = true;
    return pick(script.finishes, random);
  }

  function correct(): string | undefined {
    if (slip?.when !== 'next' || !isSlipSaid) return undefined;
    const { slot } = slip;
    slip = undefined;
    return fill(corrects, phrase(slot));
  }

  function react(line: string, tools: readonly ToolRecord[]): string | undefined {
    for (const { result } of tools)
      for (const name of offers?.namesIn(result) ?? [])
        if (!offered.includes(name) && sounds(line, name)) offered.push(name);
    const readBack = readBackOf(line);
    if (isOver) return undefined;
    countSame = line === lastLine ? countSame + 1 : 0;
    lastLine = line;
    if (countSame >= MAX_SAME_LINES) return end(givesUp);
    if (readBack !== undefined || asksToConfirm(line)) return replyToReadBack(readBack ?? line);
    if (isLeaving) return end(noMore);
    if (task.leavesAtTurn !== undefined && countTurns >= task.leavesAtTurn) return leave(leaves);
    if (isClaim(line) || (isGoodbye(line) && unsaid().length === 0)) return end(bye);
    const fact = countQuestions > 0 ? task.question?.fact(tools, goal) : undefined;
    if (fact !== undefined && hasFact(line, fact)) return end(bye);
    const last = tools.at(-1);
    const isDenied = last !== undefined && script.denied(last);
    const isHeard = isDenied ? isDenial(line) || isSorry(line) : otherwise !== undefined && isDenial(line);
    const denied = isHeard ? replyToDenial() : undefined;
    if (denied !== undefined) return denied;
    const corrected = correct();
    const rest =
      replyToOffer(line) ??
      askInstead(line) ??
      replyToQuestion(line) ??
      (asksForMore(line) ? (volunteer(2) ?? pick(script.finishes, random)) : undefined) ??
      replyToProposal(line) ??
      volunteer(1);
    if (corrected !== undefined) return rest === undefined || random() < 0.5 ? corrected : `${corrected} ${rest}`;
    return rest ?? finish(line) ?? repeat();
  }

  return {
    next(line, tools) {
      const words = countTurns++ === 0 ? open() : react(line, tools);
      return words === undefined ? undefined : plain(isSpoken ? speakNumbers(words, random) : words);
    },
    get goal() {
      return goal;
    },
    get countReAsks() {
      return countReAsks;
    },
  };
}
