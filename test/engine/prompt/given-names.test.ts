import { describe, expect, it } from 'vitest';
import { spellAsGiven } from '../../../src/engine/prompt/given-names.ts';
import type { Message } from '../../../src/engine/prompt/prompt.ts';

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

  it.each([
    ['grades', 'A+', ['A-', 'A+']],
    ['decimal points', '1.0 mg', ['10 mg', '1.0 mg']],
    ['separators', '11-2', ['1-12', '11-2']],
    ['groups of digits', 'A-12-3', ['A-1-23', 'A-12-3']],
    ['a plain name and one with a sign', 'Premium+', ['Premium', 'Premium+']],
    ['addresses', 'j.doe@mail.example', ['jdoe@mail.example', 'j.doe@mail.example']],
    ['programming languages', 'C#', ['C', 'C++', 'C#']],
    ['vowel signs', 'दान', ['दिन', 'दान']],
    ['cases', 'ab1', ['AB1', 'ab1']],
    ['blanks', 'rose mary', ['Rosemary', 'rose mary']],
  ])('leaves a listed text among others of the same letters: %s', (_, text, names) => {
    expect(spell({ restaurant: text }, said, found(...names))).toEqual({ restaurant: text });
    expect(spell({ restaurant: text }, said, found(...names.toReversed()))).toEqual({ restaurant: text });
    const earlier = names.filter((name) => name === text);
    expect(spell({ restaurant: text }, said, found(...earlier), found(...names.slice(0, 1)))).toEqual({
      restaurant: text,
    });
  });

  it.each([
    ['order 11-2', '11-2', '1-12'],
    ['order a plus, A+ I mean', 'A+', 'A-'],
    ['the premium please', 'Premium', 'Premium+'],
    ['for Nonnis Bistro', 'Nonnis Bistro', "Nonni's Bistro"],
    ['for नमस्ते भारत', 'नमस्ते भारत', 'नमस्ते भारती'],
  ])('leaves what was said (%s), whatever a tool gave', (words, text, name) => {
    expect(spell({ restaurant: text }, { role: 'user', text: words }, found(name))).toEqual({ restaurant: text });
  });

  it.each([
    ['signs', 'Premium Account-', 'Premium Account+'],
    ['grouping', 'Flight 11-2 North', 'Flight 1-12 North'],
    ['a decimal point', 'Aspirin 10 mg', 'Aspirin 1.0 mg'],
    ['one sign more', 'Margherita', 'Margherita+'],
  ])('never corrects %s', (_, text, name) => {
    expect(spell({ restaurant: text }, said, found(name))).toEqual({ restaurant: text });
  });

  it('leaves a garbled text whose nearest name has a twin of the same letters', () => {
    const given = found('Premium Gold', 'Premium-Gold+');
    expect(spell({ restaurant: 'Premiun Gold' }, said, given)).toEqual({ restaurant: 'Premiun Gold' });
  });

  it('takes composed and decomposed letters for the same', () => {
    const given = found('Cafe\u0301 Riviera');
    expect(spell({ restaurant: 'Caf\u00e9 Riviera' }, said, given)).toEqual({ restaurant: 'Caf\u00e9 Riviera' });
    expect(spell({ restaurant: 'Caf\u00e9 Rivierra' }, said, given)).toEqual({ restaurant: 'Caf\u00e9 Riviera' });
  });

  it('takes the blanks around a text away, in lists and objects too, and leaves those of ruled texts', () => {
    const tool = {
      name: 'send',
      parameters: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          lines: { type: 'array', items: { type: 'object', properties: { what: { type: 'string' } } } },
          code: { type: 'string', pattern: '^ x$' },
        },
      },
    };
    const values = { name: ' Pasta Lucia', lines: [{ what: 'tea ' }], code: ' x' };
    expect(spellAsGiven({ name: 'send', arguments: values }, [tool], [said]).arguments).toEqual({
      name: 'Pasta Lucia',
      lines: [{ what: 'tea' }],
      code: ' x',
    });
  });

  it('leaves a call of a tool that it does not know', () => {
    const call = { name: 'cancel', arguments: { restaurant: 'NotMy Problem' } };
    expect(spellAsGiven(call, [reserve], [found('Not My Problem')])).toEqual(call);
  });
});
