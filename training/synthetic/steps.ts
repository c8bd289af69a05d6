// What every call is made of: greeting, request, questions, the call of a tool, goodbye. Behaviours put these together.

import { type Arguments, fill } from './scene.ts';
import type { Slot, Value } from './slots.ts';
import type { Stage } from './stage.ts';
import { acknowledgements, openers } from './words.ts';

/** The agent speaks first in most calls, as the runtime's greeting does. */
export function greet({ scene, business }: Stage): void {
  if (scene.chance(0.25)) return;
  scene.say(
    scene.oneOf([
      `Hello, this is ${business}. How can I help you?`,
      `${business}, good morning! What can I do for you?`,
      `Thanks for calling ${business}. How can I help?`,
      `Hi, you've reached ${business}. What would you like?`,
      `Welcome to ${business}, how may I help you today?`,
    ]),
  );
}

export function wanted({ values }: Stage, slot: Slot): Value {
  const value = values.get(slot);
  if (value === undefined) throw new RangeError(`no value for ${slot.key}`);
  return value;
}

export function lead(slot: Slot, words: string): string {
  return fill(slot.lead, { value: words });
}

/** The caller's first words: what they want, with some of the details. */
export function request(stage: Stage, countGiven: number): void {
  const { scene, domain, slots } = stage;
  const given = slots.filter((slot) => !isLong(slot)).slice(0, countGiven);
  for (const slot of given) stage.given.add(slot);
  const details = given.map((slot) => lead(slot, wanted(stage, slot).said)).join(' ');
  scene.user(`${open(stage, scene.oneOf(domain.task.wishes))} ${details}${scene.chance(0.3) ? ' please' : ''}`);
}

/** Now and then with a hello. */
export function open({ scene }: Stage, wish: string): string {
  return scene.chance(0.6) ? `${scene.oneOf(openers)}, ${/^I\b/.test(wish) ? wish : lowerFirst(wish)}` : wish;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Numbers and names come when they are asked for. */
function isLong({ kind }: Slot): boolean {
  return kind === 'digits' || kind === 'code' || kind === 'person' || kind === 'address';
}

/** Slots that the task still needs. */
export function missing({ slots, given }: Stage): Slot[] {
  return slots.filter((slot) => !given.has(slot));
}

export function ask({ scene }: Stage, slot: Slot, acknowledged = ''): void {
  const yes = scene.oneOf(acknowledgements);
  scene.say(
    `${acknowledged === '' ? (scene.chance(0.6) ? `${yes}. ` : '') : `${yes}, ${acknowledged}. `}${scene.oneOf(slot.asks)}`,
  );
}

export function answer(stage: Stage, slot: Slot): void {
  stage.given.add(slot);
  stage.scene.user(answerWords(stage, slot));
}

/** "Friday" for "on Friday". */
export function toBare({ kind }: Slot, said: string): string {
  return kind === 'day' ? said.replace(/^on /, '') : said;
}

export function answerWords(stage: Stage, slot: Slot): string {
  const { scene } = stage;
  const { said } = wanted(stage, slot);
  const bare = toBare(slot, said);
  switch (slot.kind) {
    case 'digits':
    case 'code':
      return scene.oneOf([said, `it's ${said}`, `${said}`, `um ${said}`, `yes, ${said}`, `one moment, it's ${said}`]);
    case 'address':
      return scene.oneOf([bare, `it's ${bare}`, `${bare} please`, `um ${bare}`]);
    case 'person':
      return scene.oneOf([bare, `it's ${bare}`, `my name is ${bare}`, `${bare} please`, `under ${bare}`]);
    default:
      return scene.oneOf([
        bare,
        `${bare} please`,
        lead(slot, said),
        `${bare} would be good`,
        `um ${bare}`,
        `let's say ${bare}`,
      ]);
  }
}

/** Question and answer until nothing is missing but `except`. Now and then a caller tells two things at once. */
export function collect(stage: Stage, except?: Slot): void {
  const left = missing(stage).filter((slot) => slot !== except);
  for (let at = 0; at < left.length; at++) {
    const [slot, next] = left.slice(at);
    if (slot === undefined) return;
    ask(stage, slot);
    if (next === undefined || isLong(slot) || isLong(next) || !stage.scene.chance(0.15)) {
      answer(stage, slot);
      continue;
    }
    stage.given.add(slot).add(next);
    stage.scene.user(`${answerWords(stage, slot)}, ${lead(next, wanted(stage, next).said)}`);
    at++;
  }
}

/** "a table for 4 people on Friday at 7 pm under Okafor" */
export function recap(stage: Stage): string {
  const parts = stage.slots.map((slot) => lead(slot, wanted(stage, slot).read.replace(/^my /, '')));
  return [stage.domain.task.noun, ...parts].join(' ').replaceAll('for my ', 'for your ');
}

export function argumentsOf(stage: Stage, slots: readonly Slot[] = stage.slots): Arguments {
  return Object.fromEntries(slots.map((slot) => [slot.key, wanted(stage, slot).argument]));
}

/** The task's tool does it. */
export function perform(stage: Stage): void {
  const { scene, taskTool, domain } = stage;
  const reference = `${scene.oneOf([...'ABCDEFGHKLMNPRSTUVWX'])}${scene.wholeNumber(100, 9999)}`;
  const args = argumentsOf(stage);
  const hasReference = scene.chance(0.4);
  const result = hasReference
    ? scene.oneOf<unknown>([
        { status: 'ok', reference },
        { success: true, confirmation_number: reference },
        { count: 1, results: [{ ...args, reference }] },
      ])
    : scene.oneOf<unknown>([
        { success: true },
        { status: 'done' },
        { ok: true, ...args },
        { count: 1, results: [args] },
      ]);
  scene.call(taskTool, args, result);
  scene.say(scene.oneOf(domain.task.done));
  if (hasReference) {
    const spoken = [...reference].join(' ');
    scene.say(
      scene.oneOf([
        `Your reference is ${spoken}.`,
        `The confirmation number is ${spoken}.`,
        `Please note the number ${spoken}.`,
      ]),
    );
  }
  if (scene.chance(0.4))
    scene.say(scene.oneOf(['Anything else?', 'Is there anything else I can do?', 'Can I help with anything else?']));
}

/** The caller has what they wanted. Ends with the tool that hangs up, where there is one. */
export function close(stage: Stage): void {
  const { scene, endTool } = stage;
  scene.user(
    scene.oneOf([
      "no that's all, thank you",
      'thanks, bye',
      "that's it, thanks",
      'no thank you, goodbye',
      'great, thanks a lot, bye bye',
      "nope, that's everything",
      'okay thank you so much, have a good day',
      'all right, thanks for your help',
    ]),
  );
  if (endTool !== undefined) scene.call(endTool, {}, scene.oneOf<unknown>([null, { ok: true }, { ended: true }]));
  scene.say(
    scene.oneOf([
      'Thanks for calling, goodbye!',
      "You're welcome. Have a nice day!",
      'My pleasure. Goodbye!',
      `Thank you for calling ${stage.business}. Bye!`,
      'Take care, bye!',
      "You're welcome, goodbye.",
    ]),
  );
}

/** Another value than the one at hand. */
export function changeMind(stage: Stage, slot: Slot): Value {
  const before = wanted(stage, slot);
  for (;;) {
    const value = slot.draw();
    if (value.argument === before.argument) continue;
    stage.values.set(slot, value);
    return value;
  }
}
