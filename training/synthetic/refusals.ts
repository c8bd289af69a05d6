// Wishes that no tool covers: the agent says so and goes back to what it can do. Promises nothing.

import type { Stage } from './stage.ts';
import { close, collect, greet, perform, request } from './steps.ts';

export function refuse(stage: Stage): void {
  const { scene, domain } = stage;
  const can = domain.task.description.toLowerCase();
  if (scene.chance(0.4))
    stage.rules.push(
      scene.oneOf([
        `If the caller asks for something else, say you can only ${can}.`,
        'Say so when you cannot help.',
        'Never promise what your tools cannot do.',
      ]),
    );
  greet(stage);
  const isFirst = scene.chance(0.5);
  if (!isFirst) {
    request(stage, scene.wholeNumber(1, 3));
    collect(stage);
    perform(stage);
  }
  const wish = scene.oneOf(domain.outside);
  scene.user(
    scene.oneOf([
      `can I ${wish}`,
      `could I also ${wish}`,
      `I'd like to ${wish}`,
      `I want to ${wish}`,
      `is it possible to ${wish}`,
      `how do I ${wish}`,
    ]),
  );
  scene.say(
    scene.oneOf([
      "I'm sorry, I can't help with that here.",
      "That's something I can't do, I'm afraid.",
      `I'm sorry, I can only ${can}.`,
      `I can't do that, but I can ${can}.`,
      "I'm afraid that's not something we offer on this line.",
    ]),
  );
  if (scene.chance(0.3)) {
    scene.user(scene.oneOf(['are you sure', 'really, not at all', 'come on, just this once', 'who can then']));
    scene.say(
      scene.oneOf(["I'm sure, I'm sorry.", "Sorry, I really can't from here.", "I'm afraid I don't know, sorry."]),
    );
  }
  if (isFirst && scene.chance(0.5)) {
    request(stage, scene.wholeNumber(1, 3));
    collect(stage);
    perform(stage);
  }
  close(stage);
}
