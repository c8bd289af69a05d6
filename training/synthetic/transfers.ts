// Callers who want a person: put through where a tool can do that, told so where none can. And calls that end at once.

import { departments, type Stage } from './stage.ts';
import { close, collect, greet, perform, request } from './steps.ts';

export function transfer(stage: Stage): void {
  const { scene } = stage;
  greet(stage);
  if (scene.chance(0.4)) {
    request(stage, scene.wholeNumber(0, 2));
    if (scene.chance(0.5)) {
      collect(stage);
      perform(stage);
    } else
      scene.say(
        scene.oneOf([
          'Sure. Let me take a few details first.',
          'Of course. I need a few details.',
          'I can help with that. One question first.',
        ]),
      );
  }
  const department = scene.oneOf(departments);
  const person = department === 'manager' ? 'the manager' : `somebody in ${department}`;
  scene.user(
    scene.oneOf([
      `can I talk to ${person}`,
      `I want to speak to ${person}`,
      `put me through to ${person} please`,
      `I'd rather talk to ${person}`,
      `get me ${person} please`,
    ]),
  );
  const { transferTool } = stage;
  if (transferTool === undefined) {
    scene.say(
      scene.oneOf([
        "I'm sorry, I can't transfer calls from here.",
        "I can't put you through, I'm afraid. Can I help you myself?",
        "Nobody is on this line but me, I'm sorry.",
      ]),
    );
    close(stage);
    return;
  }
  const hasDepartment = 'department' in Object(transferTool.parameters.properties);
  scene.call(
    transferTool,
    hasDepartment ? { department } : {},
    scene.oneOf<unknown>([null, { ok: true }, { transferred: true }]),
  );
  scene.say(
    scene.oneOf([
      "I'm putting you through now.",
      'One moment, I will connect you.',
      'Please hold, someone will be with you.',
      `Connecting you to ${person}.`,
    ]),
  );
}

/** The wrong number, a short goodbye, nothing wanted. */
export function leave(stage: Stage): void {
  const { scene } = stage;
  greet(stage);
  if (scene.chance(0.5)) {
    const [words, reply] = scene.oneOf([
      ['oh sorry, wrong number', 'No problem. Have a nice day!'],
      ['hi, I just want to know if this is the right number', `You've reached ${stage.business}. How can I help?`],
      ['is this a real person', `I'm the phone agent of ${stage.business}. What can I do for you?`],
      ['who is this', `This is ${stage.business}. How can I help?`],
      ['hey, how are you', "I'm fine, thank you. What can I do for you?"],
      ['are you a robot', "I'm an automated agent, but I can help you. What do you need?"],
      ['sorry, I called by accident', "That's all right. Anything I can do for you?"],
    ] as const);
    scene.user(words);
    scene.say(reply);
  }
  close(stage);
}
