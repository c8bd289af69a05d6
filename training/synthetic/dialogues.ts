// A seed in, made-up dialogues out: what a phone agent needs to have read and people's data lacks. No outside text.

import { createRandom, type Random } from '../../src/base/random.ts';
import type { Dialogue } from '../dialogues.ts';
import { orderAtOnce, orderOneByOne } from './carts.ts';
import { confirm } from './confirmations.ts';
import { correct } from './corrections.ts';
import { dictate, spell } from './dictations.ts';
import type { Domain } from './domain.ts';
import { accounts } from './domains-accounts.ts';
import { leisure } from './domains-leisure.ts';
import { services } from './domains-services.ts';
import { visits } from './domains-visits.ts';
import { fail, find, findNothing, refuseValue, stop } from './failures.ts';
import { handOver } from './hand-overs.ts';
import { offer } from './offers.ts';
import type { Play } from './play.ts';
import { refuse } from './refusals.ts';
import { repeat } from './repeats.ts';
import type { Slot } from './slots.ts';
import { createStage, type Stage, toInstructions, toolsOf } from './stage.ts';
import { leave, transfer } from './transfers.ts';

const SEED = 20_240_301;

const domains: readonly Domain[] = [...visits, ...leisure, ...services, ...accounts];

/** Their shares: as many of each in a hundred. */
const behaviours: readonly (readonly [name: string, count: number, play: (random: Random) => Play])[] = [
  ['correct', 14, onStage(correct)],
  ['confirm', 11, onStage(confirm)],
  ['dictate', 11, onStage(dictate, ['digits', 'code'])],
  ['spell', 8, onStage(spell, ['person'])],
  ['repeat', 9, onStage(repeat)],
  ['refuse', 8, onStage(refuse)],
  ['fail', 4, onStage(fail)],
  ['refuse-value', 4, onStage(refuseValue)],
  ['find', 3, onStage(find)],
  ['find-nothing', 4, onStage(findNothing)],
  ['stop', 3, onStage(stop)],
  ['transfer', 4, onStage(transfer)],
  ['hand-over', 4, handOver(domains)],
  ['leave', 2, onStage(leave)],
  ['order', 6, orderAtOnce],
  ['order-by-item', 5, orderOneByOne],
  ['offer', 60, offer],
];

/** The same ones whenever it runs. */
export function createSyntheticDialogues(count: number): Dialogue[] {
  const order = behaviours.flatMap((behaviour) => Array.from({ length: behaviour[1] }, () => behaviour));
  return Array.from({ length: count }, (_, index) => {
    const random = createRandom(SEED + index);
    const behaviour = order[Math.floor(random() * order.length)];
    if (behaviour === undefined) throw new RangeError('no behaviour to play');
    const [name, , play] = behaviour;
    return { id: `synthetic-${name}-${index}`, topics: [], ...play(random) };
  });
}

/** Plays in a domain whose task asks for one of these, where the behaviour is about them. */
function onStage(behave: (stage: Stage) => void, kinds?: readonly Slot['kind'][]): (random: Random) => Play {
  return (random) => {
    for (;;) {
      const domain = domains[Math.floor(random() * domains.length)];
      if (domain === undefined) continue;
      const stage = createStage(random, domain);
      if (kinds !== undefined && !stage.slots.some(({ kind }) => kinds.includes(kind))) continue;
      behave(stage);
      return { instructions: toInstructions(stage), tools: toolsOf(stage), messages: stage.scene.messages };
    }
  };
}
