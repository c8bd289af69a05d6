import { expect, it } from 'vitest';
import type { OutputEvent, Utterance } from '../../src/output/output.ts';
import { createTextOutput } from '../../src/output/text-output.ts';

it('counts as heard what was sent', () => {
  const events: OutputEvent[] = [];
  const utterance = createTextOutput().start((event) => events.push(event));
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
  const events: OutputEvent[] = [];
  const utterance: Utterance = createTextOutput().start((event) => {
    events.push(event);
    utterance.stop();
  });
  utterance.grow('Bye.', true);
  utterance.grow('Bye. Bye.', true);
  expect(events).toEqual([{ type: 'heard.grew', heard: 'Bye.' }]);
});
