import { expect, it } from 'vitest';
import type { MouthEvent, Utterance } from '../../src/output/mouth.ts';
import { createTextMouth } from '../../src/output/text-mouth.ts';

it('counts as heard what was sent', () => {
  const events: MouthEvent[] = [];
  const utterance = createTextMouth().start((event) => events.push(event));
  utterance.grow('Sure.', false);
  utterance.grow('Sure.', false);
  utterance.grow('Sure. Bye.', true);
  utterance.grow('Sure. Bye. More.', true);
  expect(events).toEqual([
    { type: 'heard.grew', heard: 'Sure.' },
    { type: 'heard.grew', heard: 'Sure. Bye.' },
    { type: 'utterance.finished' },
  ]);
});

it('reports nothing once it was stopped, even from within a report', () => {
  const events: MouthEvent[] = [];
  const utterance: Utterance = createTextMouth().start((event) => {
    events.push(event);
    utterance.stop();
  });
  utterance.grow('Bye.', true);
  utterance.grow('Bye. Bye.', true);
  expect(events).toEqual([{ type: 'heard.grew', heard: 'Bye.' }]);
});
