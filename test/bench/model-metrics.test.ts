import { describe, expect, it } from 'vitest';
import { bootstrapInterval } from '../../bench/bootstrap.ts';
import { createCallValidator, judgeCall } from '../../bench/model-calls.ts';
import { entitiesOf, says } from '../../bench/model-entities.ts';
import { chrf, countChrf, countWords, distinct2, isLooping } from '../../bench/model-text.ts';
import { auc, endOfTurnFigures } from '../../bench/model-turns.ts';

describe('a judged call', () => {
  const made = { name: 'find', arguments: { city: 'San Jose', people: 2 } };

  it('is exact with the same tool and the same values, however they are written', () => {
    expect(judgeCall(made, { name: 'find', arguments: { people: 'two', city: 'san jose' } }).isExact).toBe(true);
  });

  it('is not exact with a value missing, wrong or too many', () => {
    for (const values of [{ city: 'San Jose' }, { city: 'Napa', people: 2 }, { city: 'San Jose', people: 2, day: 'x' }])
      expect(judgeCall(made, { name: 'find', arguments: values })).toMatchObject({
        isNameRight: true,
        isExact: false,
      });
  });

  it('tells of each argument whether it was made, drafted and right', () => {
    expect(judgeCall(made, { name: 'find', arguments: { city: 'Napa', people: 2, day: 'x' } }).slots).toEqual([
      { name: 'city', isMade: true, isDrafted: true, isRight: false },
      { name: 'people', isMade: true, isDrafted: true, isRight: true },
      { name: 'day', isMade: false, isDrafted: true, isRight: false },
    ]);
  });

  it('has nothing right with another tool, and nothing drafted where none was called', () => {
    const other = judgeCall(made, { name: 'book', arguments: made.arguments });
    expect([other.isNameRight, other.isExact, other.slots.some((slot) => slot.isRight)]).toEqual([false, false, false]);
    const none = judgeCall(made, undefined);
    expect([none.isExact, none.slots.some((slot) => slot.isDrafted), none.slots.length]).toEqual([false, false, 2]);
  });
});

it('accepts as valid what names an offered tool and keeps to its schema, extra arguments refused', () => {
  const isValid = createCallValidator();
  const parameters = {
    type: 'object',
    properties: { city: { type: 'string' }, people: { type: 'integer' } },
    required: ['city'],
  };
  const tools = [{ name: 'find', parameters }];
  const check = (name: string, values: Record<string, unknown>) => isValid(tools, { name, arguments: values });
  expect(check('find', { city: 'Napa', people: 2 })).toBe(true);
  expect(check('find', { people: 2 })).toBe(false);
  expect(check('find', { city: 'Napa', people: 'two' })).toBe(false);
  expect(check('find', { city: 'Napa', day: 'x' })).toBe(false);
  expect(check('book', { city: 'Napa' })).toBe(false);
  expect(isValid(tools, undefined)).toBe(false);
});

describe('chrF', () => {
  const of = (drafted: string, said: string) => chrf([countChrf(drafted, said)]);

  it('is 1 for the same text, spaces aside, and 0 for another one', () => {
    expect(of('good morning', 'goodmorning')).toBeCloseTo(1);
    expect(of('abc', 'xyz')).toBe(0);
    expect(of('', 'xyz')).toBe(0);
    expect(chrf([])).toBeNull();
  });

  it('weighs recall twice as much as precision', () => {
    // Orders 1 and 2 alone: precision (2/2 + 1/1) / 2 = 1, recall (2/3 + 1/2) / 2 = 7/12 and order 3 is not in the draft.
    expect(of('ab', 'abc')).toBeCloseTo((5 * 1 * (7 / 12)) / (4 * 1 + 7 / 12));
    expect(of('abc', 'ab')).toBeCloseTo((5 * (7 / 12) * 1) / (4 * (7 / 12) + 1));
  });

  it('counts a repeated letter as often as both texts have it', () => {
    // One order: of 3 letters drafted 1 matches, of 1 said 1 matches.
    expect(of('aaa', 'a')).toBeCloseTo((5 * (1 / 3) * 1) / (4 * (1 / 3) + 1));
  });

  it('adds counts up over replies', () => {
    // Order 1: 2 of 3 match both ways; order 2: 1 of 1.
    expect(chrf([countChrf('ab', 'ab'), countChrf('x', 'y')])).toBeCloseTo((2 / 3 + 1) / 2);
  });
});

describe('the words of replies', () => {
  it('are distinct by the share of different pairs', () => {
    expect(distinct2(['to be or not to be'])).toBeCloseTo(4 / 5);
    expect(distinct2(['Yes please.', 'yes please'])).toBeCloseTo(1 / 2);
    expect(distinct2(['Yes.'])).toBeNull();
  });

  it('loop where four in a row come twice', () => {
    expect(isLooping('in the city of in the city of')).toBe(true);
    expect(isLooping('no no no no no')).toBe(true);
    expect(isLooping('no no no no')).toBe(false);
    expect(isLooping('the city of Napa and the city of Rome')).toBe(false);
  });

  it('are counted as normalised', () => {
    expect(countWords("It's 6 p.m.!")).toBe(2);
    expect(countWords('')).toBe(0);
  });
});

describe('entities', () => {
  const result = JSON.stringify({
    count: 3,
    results: [{ name: "Nonni's Bistro", date: '2019-03-05', time: '18:30', open: true, phone: '925-600-0411' }],
  });

  it('are the values of the result that the reply says, in any way to say them', () => {
    const said = "I found Nonnis Bistro, it's free on March 5th at 6:30 pm.";
    expect(entitiesOf(said, undefined, result)).toEqual([
      ['nonnis bistro'],
      ['2019 03 05', 'march 5', '5 of march', '5 march'],
      ['18:30'],
    ]);
  });

  it("are the caller's names and numbers that the reply says", () => {
    const turn = 'Find me a hotel in San Jose, please. Thanks. We are 4, from May 2nd. I want Italian food.';
    expect(entitiesOf('4 people in San Jose, May 2. Italian?', turn, undefined).map(([form]) => form)).toEqual([
      'san jose',
      'may',
      'italian',
      '4',
      '2',
    ]);
  });

  it('are names without the word that opens the sentence, unless it is one of the name', () => {
    const of = (turn: string) => entitiesOf('San Jose? Napa? In?', turn, undefined).map(([form]) => form);
    expect(of('In Napa.')).toEqual(['napa']);
    expect(of('San Jose is fine.')).toEqual(['san jose']);
  });

  it('are said by whole words, however written', () => {
    expect(says('At half past six we open.', ['06:30'])).toBe(true);
    expect(says('The bistros are open.', ['bistro'])).toBe(false);
    expect(says('On the fifth of March.', ['2019 03 05', 'march 5', '5 of march'])).toBe(true);
  });

  it('are none of a result that is no JSON, nor of words said for other reasons', () => {
    expect(entitiesOf('Okay, I found 1.', 'Okay I need one', '{"a": [1, true')).toEqual([]);
  });
});

describe('the end of a turn', () => {
  it('is told apart by the share of pairs in the right order, ties as half', () => {
    expect(auc([0.9, 0.4], [0.5, 0.4, 0.1])).toBeCloseTo((3 + 0 + 0.5 + 1) / 6);
    expect(auc([], [0.5])).toBeNull();
  });

  it('is found, and started too early, at each threshold', () => {
    const { n, thresholds } = endOfTurnFigures([0.9, 0.5, 0.2, 0.95], [0.5, 0.1]);
    expect(n).toBe(6);
    expect(thresholds.find(({ threshold }) => threshold === 0.5)).toEqual({
      threshold: 0.5,
      found: 0.75,
      falseStarts: 0.5,
    });
  });
});

describe('a bootstrap interval', () => {
  const groups = Array.from({ length: 50 }, (_, index) => ({ right: index % 2, all: 1 }));

  it('holds the share, is about as wide as a binomial one, and the same for a seed', () => {
    const [low = 0, high = 0] = bootstrapInterval(groups, 1) ?? [];
    // 1.96 · √(.25 / 50) = .139
    expect(low).toBeGreaterThan(0.5 - 0.18);
    expect(low).toBeLessThan(0.5 - 0.1);
    expect(high).toBeGreaterThan(0.5 + 0.1);
    expect(high).toBeLessThan(0.5 + 0.18);
    expect(bootstrapInterval(groups, 1)).toEqual([low, high]);
  });

  it('is wider where outcomes come in bunches', () => {
    const bunches = Array.from({ length: 5 }, (_, index) => ({ right: (index % 2) * 10, all: 10 }));
    const [low = 0, high = 0] = bootstrapInterval(bunches, 1) ?? [];
    expect(high - low).toBeGreaterThan(0.5);
  });

  it('of nothing, or of one group, is null', () => {
    expect(bootstrapInterval([{ right: 3, all: 4 }], 1)).toBeNull();
    expect(bootstrapInterval([], 1)).toBeNull();
    expect(bootstrapInterval([{ right: 0, all: 0 }], 1)).toBeNull();
  });
});
