import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { runTypedCall } from '../../src/cli/typed-call.ts';
import type { CallEvent } from '../../src/events.ts';
import { type Answer, type AnsweringCall, createAnsweringCall, reply } from '../support/answering-call.ts';

/** A person at a terminal of 80 columns. */
function sitDown(answers: Readonly<Record<number, readonly Answer[]>> = {}) {
  const clock = new SimulatedClock();
  const input = Object.assign(new PassThrough(), { rawModes: [] as boolean[] });
  const terminal = Object.assign(input, { setRawMode: (isRaw: boolean) => input.rawModes.push(isRaw) });
  let screen = '';
  let answering: AnsweringCall | undefined;
  let report: (event: CallEvent) => void = () => undefined;
  const done = runTypedCall({
    input: terminal,
    output: {
      columns: 80,
      write: (text: string) => {
        screen += text;
      },
    },
    clock,
    hasColour: false,
    open: (to) => {
      report = to;
      answering = createAnsweringCall(clock, answers, to);
      return answering.call;
    },
  });
  return {
    done,
    clock,
    rawModes: input.rawModes,
    say: (event: CallEvent) => report(event),
    screen: () => stripVTControlCharacters(screen),
    heard: () => (answering?.heard ?? []).map(({ atMs, type, turn, text }) => [atMs, turn, text ?? type]),
    type: async (text: string, overMs = 0) => {
      for (const character of text) {
        input.write(character);
        await clock.advance(overMs / text.length);
      }
    },
  };
}

describe('a typed call', () => {
  it('starts a turn with the first key, reports what is typed at most ten times a second, and commits on Enter', async () => {
    const person = sitDown({ 1: [reply('Which city?', 20)] });
    await person.type('table for two', 325);
    await person.type('\r');
    await person.clock.advance(30);
    expect(person.heard()).toEqual([
      [0, 1, 'speech.started'],
      [0, 1, 't'],
      [100, 1, 'tabl'],
      [200, 1, 'table fo'],
      [300, 1, 'table for tw'],
      [325, 1, 'table for two'],
    ]);
    expect(person.screen()).toContain(' caller  table for two\n  agent  Which city?\n');
    await person.type('\u0003');
    await person.done;
    expect(person.rawModes).toEqual([true, false]);
    expect(person.clock.countTimers).toBe(0);
  });

  it('counts turns up, and sends nothing for an empty line', async () => {
    const person = sitDown({ 1: [reply('One.', 1)], 2: [reply('Two.', 1)] });
    await person.type('\ra\r');
    await person.clock.advance(5);
    await person.type('  \r');
    await person.type('b\r');
    await person.clock.advance(5);
    const finals = person.heard().filter(([, , text]) => text === 'a' || text === 'b');
    expect(finals.at(0)?.[1]).toBe(1);
    expect(finals.at(-1)?.[1]).toBe(2);
    expect(person.screen()).toContain('  agent  Two.');
  });

  it('shows the draft of the turn that is being typed, and of no other', async () => {
    const person = sitDown();
    await person.type('hi');
    const draft = { type: 'draft.changed', act: 'say', pEndOfTurn: 0.5, pWait: 0.1 } as const;
    person.say({ ...draft, turn: 1, text: 'Hello there' });
    expect(person.screen()).toContain('draft Hello there');
    person.say({ ...draft, turn: 2, text: 'Stale words' });
    expect(person.screen()).not.toContain('Stale words');
  });

  it('edits with backspace and Ctrl-U, by whole characters', async () => {
    const person = sitDown();
    await person.type('nä🙂');
    await person.type('\u007f\u007f');
    await person.clock.advance(100);
    expect(person.heard().at(-1)?.[2]).toBe('n');
    await person.type('\u0015');
    await person.clock.advance(100);
    expect(person.heard().at(-1)?.[2]).toBe('');
  });

  it('ends with Ctrl-D on an empty line, and when the call ends by itself', async () => {
    const person = sitDown();
    await person.type('a\u0004');
    await person.clock.advance(200);
    expect(person.rawModes).toEqual([true]);
    await person.type('\u007f\u0004');
    await person.done;
    expect(person.rawModes).toEqual([true, false]);
  });
});
