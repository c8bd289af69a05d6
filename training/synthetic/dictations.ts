// Names spelled letter by letter, and numbers read out: the agent reads them back, and now and then got one wrong.

import type { Scene } from './scene.ts';
import type { Slot, Value } from './slots.ts';
import type { Stage } from './stage.ts';
import { answer, ask, changeMind, close, collect, greet, perform, request, wanted } from './steps.ts';
import { affirmations, firstNames, lastNames, letterWords } from './words.ts';

export function spell(stage: Stage): void {
  const { scene } = stage;
  const slot = slotOf(stage, ['person']);
  greet(stage);
  request(stage, scene.wholeNumber(1, 3));
  collect(stage, slot);
  stage.values.set(slot, spelledName(scene, slot));
  const name = wanted(stage, slot);
  if (scene.chance(0.5)) {
    ask(stage, slot);
    stage.given.add(slot);
    scene.user(name.said);
  } else {
    ask(stage, slot);
    scene.user(scene.oneOf([name.read, `it's ${name.read}`, `${name.read}, it's a bit unusual`]));
    scene.say(
      scene.oneOf(['Could you spell that for me?', 'How do you spell that?', 'Can you spell the name, please?']),
    );
    stage.given.add(slot);
    scene.user(scene.chance(0.5) ? toLetters(scene, lastOf(name.read)) : name.said);
  }
  if (scene.chance(0.4)) readName(stage, name);
  perform(stage);
  close(stage);
}

export function dictate(stage: Stage): void {
  const { scene } = stage;
  const slot = slotOf(stage, ['digits', 'code']);
  greet(stage);
  request(stage, scene.wholeNumber(0, 2));
  collect(stage, slot);
  ask(stage, slot);
  answer(stage, slot);
  if (scene.chance(0.5)) {
    const { read } = wanted(stage, slot);
    scene.say(
      scene.oneOf([
        `That's ${read}, right?`,
        `I have ${read}. Is that correct?`,
        `${read}?`,
        `Let me repeat: ${read}. Okay?`,
      ]),
    );
    if (scene.chance(0.3)) {
      const { said } = changeMind(stage, slot);
      scene.user(scene.oneOf([`no, it's ${said}`, `no, ${said}`, `sorry, that was the wrong one, it's ${said}`]));
    } else scene.user(scene.oneOf(affirmations));
  }
  perform(stage);
  close(stage);
}

function slotOf(stage: Stage, kinds: readonly Slot['kind'][]): Slot {
  const slot = stage.slots.find(({ kind }) => kinds.includes(kind));
  if (slot === undefined) throw new RangeError(`${stage.domain.subject} asks for no ${kinds.join(' or ')}`);
  return slot;
}

/** The surname is spelled; a slot for the whole name has the first name before it. */
function spelledName(scene: Scene, slot: Slot): Value {
  const last = scene.oneOf(lastNames);
  const whole = slot.key === 'last_name' || slot.key === 'surname' ? last : `${scene.oneOf(firstNames)} ${last}`;
  const letters = toLetters(scene, last);
  const said = scene.oneOf([
    `${whole}, ${letters}`,
    `${whole}. That's ${letters}`,
    `it's ${whole}, spelled ${letters}`,
    `${whole}, I'll spell it, ${letters}`,
  ]);
  return { argument: whole, said, read: whole };
}

function toLetters(scene: Scene, name: string): string {
  const separator = scene.oneOf([' ', ', ', '-']);
  const share = scene.oneOf([0, 0, 0.2, 0.5]);
  return [...name.toUpperCase()]
    .map((letter) =>
      scene.chance(share)
        ? `${letter} ${scene.oneOf(['as in', 'for'])} ${letterWords[letter.charCodeAt(0) - 65]}`
        : letter,
    )
    .join(separator === '-' && share > 0 ? ', ' : separator);
}

function readName({ scene }: Stage, { read }: Value): void {
  scene.say(
    scene.oneOf([
      `Thank you. ${read}, is that right?`,
      `So that's ${[...lastOf(read).toUpperCase()].join(' ')}?`,
      `${read}, got it. Shall I go ahead?`,
    ]),
  );
  scene.user(scene.oneOf(affirmations));
}

function lastOf(name: string): string {
  return name.split(' ').at(-1) ?? name;
}
