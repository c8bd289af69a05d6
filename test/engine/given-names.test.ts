import { describe, expect, it } from 'vitest';
import { spellAsGiven } from '../../src/engine/given-names.ts';
import type { Message } from '../../src/engine/prompt.ts';

const reserve = {
  name: 'reserve',
  parameters: {
    type: 'object',
    properties: {
      restaurant: { type: 'string' },
      area: { type: 'string', enum: ['Pleasanton', 'Livermore'] },
      date: { type: 'string', format: 'date' },
      note: { type: 'string', maxLength: 40 },
      guests: { type: 'integer' },
    },
  },
};
const said: Message = { role: 'user', text: 'a bistro please' };
const found = (...names: string[]): Message => ({
  role: 'result',
  content: JSON.stringify({ count: names.length, results: names.map((name) => ({ name })) }),
});
const spell = (values: Record<string, unknown>, ...messages: Message[]) =>
  spellAsGiven({ name: 'reserve', arguments: values }, [reserve], messages).arguments;

describe('spellAsGiven', () => {
  it.each([
    ["NonNat's Bistro", "Nonni's Bistro"],
    ['NotMy Problem', 'Not My Problem'],
    ['Ppleasanton Inn', 'Pleasanton Inn'],
    ['family jewels', 'Family Jewels'],
  ])('takes a garbled %s for the %s that a tool gave', (garbled, name) => {
    expect(spell({ restaurant: garbled }, said, found('Elsewhere', name))).toEqual({ restaurant: name });
  });

  it('leaves what the caller said, if a tool gave something near', () => {
    const jonathan: Message = { role: 'user', text: "it's j o n a t h o n" };
    expect(spell({ restaurant: 'Jonathon' }, jonathan, found('Jonathan'))).toEqual({ restaurant: 'Jonathon' });
  });

  it('leaves a text whose nearest names are two', () => {
    expect(spell({ restaurant: 'Garden Cafi' }, said, found('Garden Cafe', 'Garden Cafo'))).toEqual({
      restaurant: 'Garden Cafi',
    });
  });

  it.each([
    ['no name near', 'The Left Bank', 'Nonni'],
    ['another number', 'Gate 12 North', 'Gate 13 North'],
    ['too few letters to tell', 'Tuca', 'Tuco'],
  ])('leaves a text with %s', (_, text, name) => {
    expect(spell({ restaurant: text }, said, found(name))).toEqual({ restaurant: text });
  });

  it('leaves listed values, formats, bounded texts and what is no text', () => {
    const values = { area: 'Livermore', date: '2026-11-26', note: 'No peanutts', guests: 2 };
    expect(spell(values, said, found('Livermoor', '2026-11-26T10:00', 'No peanuts'))).toEqual(values);
  });

  it('takes the newest spelling where tools differ, and survives results that are no JSON', () => {
    const old = found('le bistro');
    expect(spell({ restaurant: 'Le bistro' }, old, found('Le Bistro'), { role: 'result', content: 'oh' })).toEqual({
      restaurant: 'Le Bistro',
    });
  });

  it('leaves a call of a tool that it does not know', () => {
    const call = { name: 'cancel', arguments: { restaurant: 'NotMy Problem' } };
    expect(spellAsGiven(call, [reserve], [found('Not My Problem')])).toEqual(call);
  });
});
