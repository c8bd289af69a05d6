import { describe, expect, it } from 'vitest';
import { type Message, plain } from '../../src/engine/prompt/prompt.ts';
import { createHearing } from '../../training/hearing.ts';
import { speakNumbers } from '../../training/spoken-numbers.ts';

const half = () => 0.5;

describe('a number said out', () => {
  it.each([
    ['a table for 2 at 7:30 pm', 'a table for two at seven thirty pm'],
    ['at 7pm or 7:05 P.M. please', 'at seven pm or seven oh five pm please'],
    ['at 6:00', 'at six'],
    ['I am 25.', 'I am twenty five.'],
    ['the 21st, then the 30th', 'the twenty first, then the thirtieth'],
    ['on March 12', 'on March twelfth'],
    ['in 1999 or 2026', 'in nineteen ninety nine or twenty twenty six'],
    ['$5 or $12.50', 'five dollars or twelve dollars and fifty cents'],
    ['1,200 and 4.5 and 120 people', 'one thousand two hundred and four point five and one hundred twenty people'],
    ['call 415-555-0199', 'call four one five five five five oh one nine nine'],
    ['order 80412', 'order eight oh four one two'],
    ['50% of it', 'fifty percent of it'],
  ])('%s: %s', (written, said) => {
    expect(speakNumbers(written, half)).toBe(said);
  });

  it('leaves alone what is no number of its own', () => {
    for (const text of ['b12', '2019-03-01', 'mp3', '3/4', '1.2.3']) expect(speakNumbers(text, half)).toBe(text);
  });

  it('says rooms and zeros in more than one way', () => {
    expect(speakNumbers('room 301', () => 0.1)).toBe('room three oh one');
    expect(speakNumbers('00412', () => 0.9)).toBe('zero zero four one two');
  });
});

describe('a turn as training hears it', () => {
  const messages: Message[] = [
    { role: 'call', name: 'book', arguments: { name: 'Woods and Sons', place: { city: 'Needham' }, guests: 4 } },
  ];
  const turn =
    'Uh, I want a table at the restaurant for Woods and Sons in Needham, for 4 on Monday, the food is great there.';
  const hearings = Array.from({ length: 400 }, (_, index) => createHearing(`dialogue-${index}`, messages)(turn));

  it('is the same for the same dialogue', () => {
    expect(createHearing('dialogue-7', messages)(turn)).toBe(hearings[7]);
    expect(new Set(hearings).size).toBeGreaterThan(20);
  });

  it('never loses nor changes what a call copies, a day, a number or a name', () => {
    for (const heard of hearings) expect(heard).toMatch(/\bwoods and sons\b.*\bneedham\b.*\b(4|four)\b.*\bmonday\b/);
  });

  it('has numbers as words about half the time, and drops fillers about half the time', () => {
    const countOf = (pattern: RegExp) => hearings.filter((heard) => pattern.test(heard)).length;
    expect(Math.abs(countOf(/\bfour\b/) - 200)).toBeLessThan(40);
    expect(Math.abs(countOf(/^uh\b/) - 200)).toBeLessThan(40);
  });

  it('has at most two wrong words in a hundred', () => {
    const said = new Set([...plain(turn).split(' '), 'four']);
    const words = hearings.join(' ').split(' ');
    const countWrong = words.filter((word) => !said.has(word)).length;
    expect(countWrong).toBeGreaterThan(0);
    expect(countWrong / words.length).toBeLessThan(0.02);
  });

  it('is never silent', () => {
    for (let index = 0; index < 50; index++) expect(createHearing(`x${index}`, [])('Um... uh')).not.toBe('');
  });
});
