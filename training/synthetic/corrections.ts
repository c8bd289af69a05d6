// Callers who change a detail: in the same breath, once the agent has repeated it, or when all of it is read back.

import { describeCall } from '../../src/agent/describe-call.ts';
import { fill } from './scene.ts';
import type { Slot } from './slots.ts';
import type { Stage } from './stage.ts';
import {
  answerWords,
  argumentsOf,
  ask,
  changeMind,
  close,
  collect,
  greet,
  lead,
  missing,
  perform,
  recap,
  request,
  toBare,
  wanted,
} from './steps.ts';
import { affirmations } from './words.ts';

const changes = [
  'no, {value}',
  'sorry, make that {value}',
  'actually, {value}',
  'wait, {value} instead',
  'no no, I said {value}',
  'sorry, I meant {value}',
  'oh, can we make it {value}',
  'hmm, change that to {value}',
  'no, not that, {value}',
];
const inOneBreath = [
  '{old}, no, sorry, {value}',
  '{old}, I mean {value}',
  '{old}, no wait, {value}',
  '{old}, actually make it {value}',
];

export function correct(stage: Stage): void {
  const { scene } = stage;
  greet(stage);
  request(stage, scene.wholeNumber(0, 2));
  scene.oneOf([correctWhileAsked, correctWhileAsked, correctInOneBreath])(stage);
  collect(stage);
  perform(stage);
  close(stage);
}

/** What was said last is repeated, and turns out to be something else. */
function correctWhileAsked(stage: Stage): void {
  const { scene } = stage;
  const slot = [...stage.given].at(-1) ?? takeOne(stage);
  const [next] = missing(stage);
  if (next === undefined) {
    correctReadBack(stage, slot);
    return;
  }
  ask(stage, next, lead(slot, wanted(stage, slot).read));
  const { said } = changeMind(stage, slot);
  scene.user(fill(scene.oneOf(changes), { value: toBare(slot, said) }));
}

/** Only "no" comes first in some calls; then the agent asks what is wrong. */
export function correctReadBack(stage: Stage, slot: Slot): void {
  const { scene } = stage;
  readBack(stage);
  if (scene.chance(0.25)) {
    scene.user(scene.oneOf(['no', "no that's not right", 'hm, no', 'not quite']));
    scene.say(
      scene.oneOf(['What should I change?', 'Sorry. What is wrong?', "I'm sorry, which part should I correct?"]),
    );
  }
  const { said } = changeMind(stage, slot);
  scene.user(fill(scene.oneOf(changes), { value: toBare(slot, said) }));
  readBack(stage);
  scene.user(scene.oneOf(affirmations));
}

/** Only agents that are told to: the runtime reads back by itself what its tools want confirmed. */
export function readBack(stage: Stage): void {
  const { scene, rules, taskTool } = stage;
  if (!rules.some((rule) => rule.includes(taskTool.name)))
    rules.push(
      scene.oneOf([
        `Before calling ${taskTool.name}, read the details back and wait for a yes.`,
        `Read the details back before you call ${taskTool.name}.`,
        `Only call ${taskTool.name} once the caller has confirmed the details.`,
        `Always confirm before ${taskTool.name}.`,
      ]),
    );
  // As the runtime says it where a tool has no words of its own for a call.
  if (scene.chance(0.25)) {
    scene.say(`Please confirm: ${describeCall(taskTool.name, argumentsOf(stage))}. Is that right?`);
    return;
  }
  scene.say(
    fill(
      scene.oneOf([
        'Please confirm: {call}. Is that right?',
        "So that's {call}. Is that right?",
        'Let me read that back: {call}. Shall I go ahead?',
        'I have {call}. Correct?',
        '{call}. Shall I book that?',
      ]),
      { call: recap(stage) },
    ),
  );
}

function correctInOneBreath(stage: Stage): void {
  const { scene } = stage;
  const [slot] = missing(stage).filter(({ kind }) => kind !== 'digits' && kind !== 'code');
  if (slot === undefined) return;
  ask(stage, slot);
  const old = wanted(stage, slot).said;
  const { said } = changeMind(stage, slot);
  stage.given.add(slot);
  scene.user(fill(scene.oneOf(inOneBreath), { old, value: toBare(slot, said) }));
}

function takeOne(stage: Stage): Slot {
  const [slot] = missing(stage);
  if (slot === undefined) throw new RangeError('a task without a slot');
  ask(stage, slot);
  stage.given.add(slot);
  stage.scene.user(answerWords(stage, slot));
  return slot;
}
