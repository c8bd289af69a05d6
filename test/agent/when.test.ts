import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { parseDate, parseTime, readToday, spellDate, spellTime, toWeekday } from '../../agents/kit/when.ts';

const friday = '2019-03-01';
const before = process.env.REPARTEE_TODAY;
afterEach(() => {
  if (before === undefined) delete process.env.REPARTEE_TODAY;
  else process.env.REPARTEE_TODAY = before;
});

it.each([
  ['today', '2019-03-01'],
  ['tonight', '2019-03-01'],
  ['this evening', '2019-03-01'],
  ['Tomorrow', '2019-03-02'],
  ['the day after tomorrow', '2019-03-03'],
  ['in three days', '2019-03-04'],
  ['in a week', '2019-03-08'],
  ['in 2 weeks', '2019-03-15'],
  ['next week', '2019-03-08'],
  ['friday', '2019-03-01'],
  ['next friday', '2019-03-08'],
  ['Monday', '2019-03-04'],
  ['next Tuesday', '2019-03-05'],
  ['thurs', '2019-03-07'],
  ['Monday next week', '2019-03-04'],
  ['2019-03-08', '2019-03-08'],
  ['03/08/2019', '2019-03-08'],
  ['3/8', '2019-03-08'],
  ['March 8th', '2019-03-08'],
  ['8th of March', '2019-03-08'],
  ['Mar. 8, 2019', '2019-03-08'],
  ['march eighth', '2019-03-08'],
  ['march twenty first', '2019-03-21'],
  ['the thirtieth', '2019-03-30'],
  ['the thirty first', '2019-03-31'],
  ['the 8th', '2019-03-08'],
  ['the 4th of this month', '2019-03-04'],
  ['friday the 8th', '2019-03-08'],
  ['February 3rd', '2020-02-03'],
  ['feb 29', '2020-02-29'],
  ['2021-01-02', '2021-01-02'],
])('takes "%s", said on Friday 2019-03-01, for %s', (said, expected) => {
  expect(parseDate(said, friday)).toBe(expected);
});

it.each(['', 'soon', 'whenever', 'february 30', '2019-13-40', 'seven', '2018-12-24', 'March 1, 2018', '12/24/2018'])(
  'finds no date in "%s"',
  (said) => {
    expect(parseDate(said, friday)).toBeUndefined();
  },
);

it('finds no date that has passed, and reads every date back', () => {
  const dates = fc.date({ min: new Date('2015-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(dates, dates, (said, now) => {
      const [wish, today] = [said.toISOString().slice(0, 10), now.toISOString().slice(0, 10)];
      const found = parseDate(wish, today);
      expect(found).toBe(wish >= today ? wish : undefined);
      expect(parseDate(spellDate(wish), today)).toBe(found);
    }),
  );
});

it.each([
  ['19:30', '19:30'],
  ['07:30', '07:30'],
  ['7:30', '19:30'],
  ['7:30 am', '07:30'],
  ['7:30pm', '19:30'],
  ['7 p.m.', '19:00'],
  ['seven', '19:00'],
  ['seven thirty', '19:30'],
  ['seven thirty in the morning', '07:30'],
  ['six forty five', '18:45'],
  ["8 o'clock", '20:00'],
  ['half past 11 in the morning', '11:30'],
  ['half past six', '18:30'],
  ['quarter to 7', '18:45'],
  ['quarter past 2 in the afternoon', '14:15'],
  ['in the evening at 7', '19:00'],
  ['noon', '12:00'],
  ['12:30', '12:30'],
  ['12 am', '00:00'],
  ['11', '11:00'],
  ['11:15', '11:15'],
])('takes "%s" for %s', (said, expected) => {
  expect(parseTime(said, 9)).toBe(expected);
});

it.each(['', 'later', '25:00', '7:75', 'around lunch'])('finds no time in "%s"', (said) => {
  expect(parseTime(said, 9)).toBeUndefined();
});

it('spells dates and times as people say them', () => {
  expect(spellDate(friday)).toBe('Friday, March 1, 2019');
  expect(toWeekday('2019-03-04')).toBe('Monday');
  expect(['19:30', '12:00', '00:15', '09:00'].map(spellTime)).toEqual(['7:30 pm', '12 pm', '12:15 am', '9 am']);
});

it('lets the environment hold the date still', () => {
  process.env.REPARTEE_TODAY = friday;
  expect(readToday()).toBe(friday);
  process.env.REPARTEE_TODAY = 'someday';
  expect(readToday()).toBe(new Date().toLocaleDateString('sv-SE'));
});
