// Tools that fail, find nothing or are stopped, in the very words that the runtime tells the model, and what is said
// then.

import type { PromptTool } from '../../src/engine/prompt/prompt.ts';
import { fill } from './scene.ts';
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
  open,
  perform,
  request,
  toBare,
  wanted,
} from './steps.ts';
import { affirmations } from './words.ts';

/** The task's tool breaks down: the agent says so, tries once more, and gives up or gets through. */
export function fail(stage: Stage): void {
  const { scene, taskTool } = stage;
  greet(stage);
  request(stage, scene.wholeNumber(1, 3));
  collect(stage);
  scene.call(taskTool, argumentsOf(stage), { error: breakdown(stage, taskTool) });
  if (scene.chance(0.3)) {
    scene.say(
      scene.oneOf([
        'Something went wrong, let me try again.',
        'One moment, I am trying that again.',
        "That didn't go through. Let me try once more.",
      ]),
    );
  } else {
    scene.say(
      scene.oneOf([
        "I'm sorry, that didn't work. Shall I try again?",
        "There's a problem on our side. Shall I try once more?",
        'Sorry, our system is slow. Should I try again?',
      ]),
    );
    scene.user(scene.oneOf(affirmations));
  }
  if (scene.chance(0.65)) perform(stage);
  else {
    scene.call(taskTool, argumentsOf(stage), { error: breakdown(stage, taskTool) });
    scene.say(
      scene.oneOf([
        "I'm sorry, it still doesn't work. Please call again later.",
        "It fails again, I'm afraid. Nothing was booked. Please try later.",
        "I'm sorry, I can't get through right now. Could you call back in an hour?",
      ]),
    );
  }
  close(stage);
}

function breakdown({ scene }: Stage, { name }: PromptTool): string {
  return scene.oneOf([
    `${name} took longer than its ${scene.oneOf([1000, 2000, 3000, 5000])} ms`,
    `${name} failed: fetch failed`,
    `${name} failed: the database is in use`,
    `${name} failed: status ${scene.oneOf([500, 502, 503])}`,
    `${name} failed: service unavailable`,
    `${name} failed: connection refused`,
  ]);
}

/** The task is refused for a reason that another value would cure. */
export function refuseValue(stage: Stage): void {
  const { scene, taskTool } = stage;
  greet(stage);
  request(stage, scene.wholeNumber(1, 3));
  collect(stage);
  const slot = scene.oneOf(stage.slots);
  const { read } = wanted(stage, slot);
  const reason = scene.oneOf(['not available', 'taken', 'not possible', 'unknown']);
  scene.call(
    taskTool,
    argumentsOf(stage),
    scene.oneOf<unknown>([
      { error: `${taskTool.name} failed: ${slot.key} ${reason}` },
      { count: 0, results: [], reason: `${slot.key} ${reason}` },
    ]),
  );
  const words = lead(slot, read).replaceAll('my ', 'your ');
  scene.say(
    reason === 'unknown'
      ? scene.oneOf([
          `I can't find it ${words}. Could you check that?`,
          `That isn't known here, ${words}. Could you say it again?`,
        ])
      : scene.oneOf([
          `I'm sorry, that's not possible ${words}. Something else?`,
          `That's not available ${words}. What else could I try?`,
        ]),
  );
  changeMind(stage, slot);
  scene.user(
    scene.oneOf(['then ', 'okay, ', 'oh, ', 'hm, ', ''].map((start) => `${start}${answerWords(stage, slot)}`)),
  );
  perform(stage);
  close(stage);
}

/** The search finds nothing; another value does, or it is left at that. */
export function findNothing(stage: Stage): void {
  const { scene, domain, lookupTool } = stage;
  const slot = askForLookup(stage);
  scene.call(
    lookupTool,
    argumentsOf(stage, stage.lookupSlots),
    scene.oneOf<unknown>([
      { count: 0, results: [] },
      { results: [] },
      [],
      { error: `${lookupTool.name} failed: not found` },
      null,
    ]),
  );
  scene.say(fill(scene.oneOf(domain.lookup.nothing), { value: lead(slot, wanted(stage, slot).read) }));
  if (scene.chance(0.25)) {
    scene.user(scene.oneOf(['no, then leave it', "hm, no, that's all right", "no, I'll call again"]));
    scene.say(
      scene.oneOf([
        'All right. Anything else?',
        "Okay, I'm sorry. Anything else?",
        'I see. Can I do anything else for you?',
      ]),
    );
    close(stage);
    return;
  }
  changeMind(stage, slot);
  scene.user(
    scene.oneOf(['oh sorry, ', 'then ', 'yes, ', 'hm, ', ''].map((start) => `${start}${answerWords(stage, slot)}`)),
  );
  lookUp(stage);
  close(stage);
}

/** The caller goes on while a read runs: it is stopped, and made again for all of the words. */
export function stop(stage: Stage): void {
  const { scene, lookupTool } = stage;
  const slot = askForLookup(stage);
  scene.call(lookupTool, argumentsOf(stage, stage.lookupSlots), { error: 'cancelled: the caller went on speaking' });
  if (scene.chance(0.5)) {
    const { said } = changeMind(stage, slot);
    scene.user(
      fill(scene.oneOf(['no wait, {value}', 'I mean {value}', 'sorry, {value}', 'or rather {value}']), {
        value: toBare(slot, said),
      }),
    );
  } else
    scene.user(
      scene.oneOf([
        'please',
        'if you can',
        'as soon as possible',
        'thank you',
        'if possible',
        'when you have a second',
      ]),
    );
  lookUp(stage);
  close(stage);
}

/** Something is looked up and found; the task may follow. */
export function find(stage: Stage): void {
  const { scene } = stage;
  askForLookup(stage);
  lookUp(stage);
  if (scene.chance(0.5)) {
    request(stage, scene.wholeNumber(1, 3));
    collect(stage);
    perform(stage);
  }
  close(stage);
}

function askForLookup(stage: Stage) {
  const { scene, domain, lookupSlots } = stage;
  const [slot] = lookupSlots;
  if (slot === undefined) throw new RangeError(`${domain.subject} looks nothing up`);
  greet(stage);
  const wish = open(stage, scene.oneOf(domain.lookup.wishes));
  if (scene.chance(0.5)) scene.user(`${wish} ${lead(slot, wanted(stage, slot).said)}`);
  else {
    scene.user(wish);
    ask(stage, slot);
    scene.user(answerWords(stage, slot));
  }
  return slot;
}

function lookUp(stage: Stage): void {
  const { scene, domain, lookupTool, lookupSlots } = stage;
  const [slot] = lookupSlots;
  if (slot === undefined) return;
  const { result, reply } = domain.lookup.find(scene, lead(slot, wanted(stage, slot).read));
  scene.call(lookupTool, argumentsOf(stage, lookupSlots), result);
  scene.say(reply);
}
