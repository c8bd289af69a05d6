import { describe, expect, it } from 'vitest';
import { measureDates } from '../../bench/dates.ts';
import { toMoment } from '../../src/spoken/calendar.ts';
import { readDates } from '../../src/spoken/dates.ts';
import { readDigits, readEmails, readPhones } from '../../src/spoken/digits.ts';
import { dateInWords, inWords, timeInWords } from '../../src/spoken/in-words.ts';
import { readNumbers, toFigures } from '../../src/spoken/number-words.ts';
import { readTimes } from '../../src/spoken/times.ts';
import { createValueReader, type SpokenRule } from '../../src/spoken/values.ts';

const today = '2026-03-04';
const moment = { today, nowMinutes: 600 };
const values = (rule: SpokenRule, turns: readonly string[], results: readonly string[] = []) =>
  createValueReader(rule)({ turns, results }, moment);

describe('days and times that callers name', () => {
  it.each(measureDates())(
    'are read right in at least .97 of the lines of fixtures/spoken: $kind',
    ({ lines, share }) => {
      expect(lines).toBeGreaterThan(100);
      expect(share).toBeGreaterThanOrEqual(0.97);
    },
  );

  it('are all there where several are named, in order', () => {
    expect(readDates('friday or the day after tomorrow or march twelfth', today)).toEqual(['2026-03-06', '2026-03-12']);
    expect(readTimes('at seven or half past eight pm', moment)).toEqual(['19:00', '20:30']);
  });

  it('follow the clock where they are told from now', () => {
    expect(readTimes('in half an hour', moment)).toEqual(['10:30']);
    expect(readTimes('in two hours', { nowMinutes: 23 * 60 })).toEqual(['01:00']);
  });

  it('take the half of the day from the bound that a bare hour has', () => {
    expect(readTimes('at nine', moment, '10:00')).toEqual(['21:00']);
    expect(readTimes('at nine', moment, '08:00')).toEqual(['09:00']);
    expect(readTimes('at nine in the morning', moment, '10:00')).toEqual(['09:00']);
  });

  it('are told for the caller and not for the machine', () => {
    const instant = new Date('2026-03-04T23:30:00Z');
    expect(toMoment(instant, 'Asia/Tokyo')).toEqual({ today: '2026-03-05', nowMinutes: 510 });
    expect(toMoment(instant, 'America/New_York')).toEqual({ today: '2026-03-04', nowMinutes: 1110 });
  });
});

describe('values of a rule', () => {
  it('come newest first, from turns and then from results, each once', () => {
    const results = ['{"next_free":"2026-03-09","also":["Friday, March 13, 2026"]}'];
    expect(values({ kind: 'date' }, ['tomorrow', 'no friday', 'tomorrow i mean'], results)).toEqual([
      '2026-03-05',
      '2026-03-06',
      '2026-03-09',
      '2026-03-13',
    ]);
  });

  it('hold no day that has passed, unless the past is asked for', () => {
    expect(values({ kind: 'date' }, ['2019-03-01', 'yesterday', 'march first twenty twenty'])).toEqual([]);
    expect(values({ kind: 'date', before: 'today' }, ['i was born on june first 1990', 'march third'])).toEqual([
      '2026-03-03',
      '1990-06-01',
    ]);
  });

  it('keep within their bounds', () => {
    expect(values({ kind: 'date', after: 1, before: 14 }, ['today', 'tomorrow', 'in three weeks'])).toEqual([
      '2026-03-05',
    ]);
    expect(values({ kind: 'number', isWhole: true, min: 1, max: 6 }, ['two and a half', 'seven', 'four'])).toEqual([4]);
    expect(values({ kind: 'digits', minLength: 4, maxLength: 4 }, ['four seven one', 'forty seven eleven'])).toEqual([
      '4711',
    ]);
  });

  it('are put together from two turns', () => {
    expect(values({ kind: 'time' }, ['at eight', 'in the evening'])).toContain('20:00');
    expect(values({ kind: 'digits', minLength: 6, maxLength: 6 }, ['five five five', 'one two three'])).toEqual([
      '555123',
    ]);
  });

  it('are few however long a call is', () => {
    const turns = Array.from({ length: 300 }, (_, index) => `number ${index}`);
    expect(values({ kind: 'number', isWhole: true }, turns)).toHaveLength(32);
  });
});

it.each([
  ['twenty first', '21st'],
  ['seven oh five', '7 05'],
  ['two hundred and six', '206'],
  ['one thousand two hundred thirty four', '1234'],
  ['seven thirty', '7 30'],
  ['A hundred, please!', '100 please'],
  ['five five oh one', '5 5 0 1'],
  ['oh that one', 'oh that 1'],
])('writes "%s" in figures: %s', (words, figures) => {
  expect(toFigures(words)).toBe(figures);
});

it.each([
  ['a table for two', [2]],
  ['two and a half', [2.5]],
  ['a dozen and a half a dozen', [12, 6]],
  ['my wife and i', [2]],
  ['just me', [1]],
  ['twelve fifty and $3.20', [12, 50, 3.2]],
  ['minus five point two five', [-5.25]],
  ['at 7:30', []],
  ['another one please', [1]],
])('counts in "%s": %j', (words, numbers) => {
  expect(readNumbers(words)).toEqual(numbers);
});

it.each([
  ['five five five, double one oh', ['555110']],
  ['(510) 555-0123', ['5105550123']],
  ['forty seven eleven', ['4711']],
  ['no digits', []],
])('reads the digits of "%s"', (words, digits) => {
  expect(readDigits(words)).toEqual(digits);
});

it('reads phone numbers and addresses', () => {
  expect(readPhones('call plus one five one oh five five five oh one two three')).toEqual(['+15105550123']);
  expect(readPhones('table four one one')).toEqual([]);
  expect(readEmails("it's j o h n dot doe at mail dot example")).toEqual(['john.doe@mail.example']);
  expect(readEmails('john_doe@mail.example please')).toEqual(['john_doe@mail.example']);
  expect(readEmails('meet me at noon')).toEqual([]);
});

it('says values in words', () => {
  expect([dateInWords('2026-03-06'), dateInWords('2026-03-22'), dateInWords('2027-03-11', today)]).toEqual([
    'Friday, March 6th',
    'Sunday, March 22nd',
    'Thursday, March 11th, 2027',
  ]);
  expect(['19:00', '07:30', '12:00', '00:05', 'soon'].map(timeInWords)).toEqual([
    '7 PM',
    '7:30 AM',
    'noon',
    '12:05 AM',
    'soon',
  ]);
  expect(inWords({ kind: 'phone' }, '+1510')).toBe('plus 1 5 1 0');
  expect(inWords({ kind: 'email' }, 'a.b@mail.example')).toBe('a dot b at mail dot example');
});
