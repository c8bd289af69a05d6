import { describe, expect, it } from 'vitest';
import { isSameValue, normalise } from '../../bench/model-values.ts';

describe('a normalised text', () => {
  it.each([
    ["Let's meet, at  Kohl’s!", 'lets meet at kohls'],
    ['twenty-five people', '25 people'],
    ['one hundred and five dollars', '105 dollars'],
    ['two thousand and nineteen', '2019'],
    ['three thousand four hundred and twenty one', '3421'],
    ['five five one two', '5 5 1 2'],
    ['twenty fifteen', '20 15'],
    ['bread and two beers', 'bread and 2 beers'],
    ['two hundred and bread', '200 and bread'],
    ['the twenty first of March', 'the 21 of march'],
    ['March 1st, March 22nd', 'march 1 march 22'],
    ['$1,200.50', '1200.5'],
    ['1,2 and 3', '1 2 and 3'],
    ['0042 and 4.50', '0042 and 4.5'],
    ['12345678901234567890', '12345678901234567890'],
  ])('%s is %s', (text, expected) => {
    expect(normalise(text)).toBe(expected);
  });

  it.each([
    ['6:30 pm', '18:30'],
    ['6:30PM', '18:30'],
    ['6.30 p.m.', '18:30'],
    ['six thirty p.m.', '18:30'],
    ['6 pm', '18:00'],
    ['twelve am', '00:00'],
    ['12 pm', '12:00'],
    ['noon', '12:00'],
    ['midnight', '00:00'],
    ["six o'clock", '06:00'],
    ["six o'clock pm", '18:00'],
    ['half past six', '06:30'],
    ['quarter to seven pm', '18:45'],
    ['quarter past 7', '07:15'],
    ['9:05', '09:05'],
    ['18:30', '18:30'],
    ['at 6 I am there', 'at 6 i am there'],
    ['25:00', '25:00'],
    ['room 31 pm', 'room 31 pm'],
  ])('has the time of day in %s as %s', (text, expected) => {
    expect(normalise(text)).toBe(expected);
  });
});

describe('two values', () => {
  it.each([
    ['San Jose', 'san  jose'],
    ['two', 2],
    [true, 'True'],
    ['18:30', '6:30 pm'],
    ['90210', 'nine oh two one oh'.replaceAll('oh', 'zero')],
    [
      ['A', '2'],
      ['a', 'two'],
    ],
    [
      { b: 1, a: 'x' },
      { a: 'X', b: '1' },
    ],
  ])('%j and %j are the same', (a, b) => {
    expect(isSameValue(a, b)).toBe(true);
    expect(isSameValue(b, a)).toBe(true);
  });

  it.each([
    ['San Jose', 'San Francisco'],
    ['18:30', '6:30'],
    [2, 3],
    [['a'], ['a', 'b']],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [null, 'null'],
    [{}, []],
  ])('%j and %j are not', (a, b) => {
    expect(isSameValue(a, b)).toBe(false);
    expect(isSameValue(b, a)).toBe(false);
  });
});
