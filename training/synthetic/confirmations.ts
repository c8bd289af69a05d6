// Agents that are told to read a write back and wait for a yes: they get one, a no, a question, or silence about it.

import { correctReadBack, readBack } from './corrections.ts';
import type { Stage } from './stage.ts';
import { close, collect, greet, lead, perform, request, wanted } from './steps.ts';
import { affirmations } from './words.ts';

export function confirm(stage: Stage): void {
  const { scene, slots } = stage;
  greet(stage);
  request(stage, scene.wholeNumber(0, 3));
  collect(stage);
  const kind = scene.random();
  if (kind < 0.3) correctReadBack(stage, scene.oneOf(slots));
  else {
    readBack(stage);
    if (kind < 0.45) {
      const slot = scene.oneOf(slots);
      scene.user(scene.oneOf(['sorry, can you say that again', 'what did you say', 'uh, once more please']));
      scene.say(`I have ${lead(slot, wanted(stage, slot).read).replaceAll('my ', 'your ')} noted. Is that right?`);
    } else if (kind < 0.55) {
      forget(stage);
      return;
    }
    scene.user(scene.oneOf(affirmations));
  }
  perform(stage);
  close(stage);
}

/** A no to the whole: nothing is called. */
function forget(stage: Stage): void {
  const { scene } = stage;
  scene.user(
    scene.oneOf(['no, forget it', 'actually no, leave it', "no, I've changed my mind", 'hm no, let me call back']),
  );
  scene.say(
    scene.oneOf(["Okay, I've left it.", 'No problem, nothing is booked.', 'All right, I have not changed anything.']),
  );
  close(stage);
}
