// Something was not understood: the caller asks again, the agent asks again, or somebody wonders whether the line still
// stands.

import type { Stage } from './stage.ts';
import { answer, close, collect, greet, missing, perform, request } from './steps.ts';
import { acknowledgements } from './words.ts';

const unheard = [
  'sorry, what was that',
  'can you repeat that',
  "I didn't catch that",
  'pardon',
  'say again please',
  'sorry, you broke up, what did you ask',
  'huh',
  'what',
];
const garbled = ['the uh mm', 'on the', 'could you', 'um the thing for', 'and then we', 'so like', 'it was the'];
const doubts = ['hello', 'are you there', 'hello, can you hear me', 'is anybody there'];

export function repeat(stage: Stage): void {
  const { scene } = stage;
  greet(stage);
  request(stage, scene.wholeNumber(0, 2));
  const [slot] = missing(stage);
  if (slot !== undefined) {
    const question = scene.oneOf(slot.asks);
    scene.say(scene.chance(0.5) ? question : `${scene.oneOf(acknowledgements)}. ${question}`);
    const again = scene.oneOf(slot.asks);
    scene.oneOf([
      () => {
        scene.user(scene.oneOf(unheard));
        scene.say(scene.oneOf([`I asked: ${again}`, `Sure. ${again}`, `Sorry. ${again}`, again]));
      },
      () => {
        scene.user(scene.oneOf(garbled));
        scene.say(
          scene.oneOf([
            `Sorry, I didn't catch that. ${again}`,
            `I'm sorry, could you say that again?`,
            `Sorry, I missed that. ${again}`,
          ]),
        );
      },
      () => {
        scene.user(scene.oneOf(doubts));
        scene.say(scene.oneOf([`Yes, I'm here. ${again}`, `I can hear you. ${again}`, `I'm still here. ${again}`]));
      },
      () => {
        scene.user(scene.oneOf(['hold on', 'one second', 'wait a moment', 'let me check', 'give me a second']));
        scene.say(scene.oneOf(['Take your time.', 'Of course, no rush.', 'Sure, I will wait.', 'No problem.']));
      },
    ])();
    answer(stage, slot);
  }
  collect(stage);
  perform(stage);
  if (scene.chance(0.3)) repeatResult(stage);
  close(stage);
}

/** The end of what was said, once more. */
function repeatResult({ scene }: Stage): void {
  const last = scene.messages.at(-1);
  if (last?.role !== 'say') return;
  const [first = ''] = last.text.split(/(?<=[.!?]) /);
  scene.user(scene.oneOf(unheard));
  scene.say(scene.oneOf([`I said: ${first}`, first, `Sure. ${first}`]));
}
