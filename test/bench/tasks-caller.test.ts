import { expect, it } from 'vitest';
import { createCaller } from '../../bench/tasks/caller.ts';
import { createReadBacks } from '../../bench/tasks/heard.ts';
import type { Scripted, Task } from '../../bench/tasks/script.ts';
import { coffeeScript } from '../../bench/tasks/scripts/coffee.ts';
import { restaurantScript } from '../../bench/tasks/scripts/restaurant.ts';
import { skiScript } from '../../bench/tasks/scripts/ski-rental.ts';
import { createRandom } from '../../src/base/random.ts';
import { defineAgent } from '../../src/index.ts';
import type { ToolRecord } from '../../src/playback/turn-log.ts';

const agent = defineAgent({ name: 'asked', instructions: 'Ask.', say: { confirm: 'I have {call}, correct?' } });
const skis = { gear: 'skis', shoe: '42', date: '2026-01-20', days: '3', name: 'Greta' };
const straight: Task = { kind: 'straight', goal: skis, opening: ['gear'] };

function call(task: Task, script: Scripted['script'] = skiScript, seed = 1) {
  const caller = createCaller({ script, task, readBackOf: createReadBacks(agent), random: createRandom(seed) });
  caller.next('Hello!', []);
  return caller;
}

const found: ToolRecord = {
  name: 'find_restaurants',
  arguments: {},
  result: { count: 2, results: [{ restaurant_name: 'Pasta Lucia' }, { restaurant_name: 'Casa Ferrante' }] },
  speculative: false,
};
const supper = { cuisine: 'Italian', city: 'San Jose', party: '4', date: '2026-01-20', time: '19:00' };
const diner: Task = { kind: 'straight', goal: supper, opening: ['cuisine', 'city'] };

it('begins with what it wants and as much as its task says at once, as a recogniser writes it', () => {
  const caller = createCaller({
    script: skiScript,
    task: { ...straight, opening: ['gear', 'days', 'name'] },
    readBackOf: createReadBacks(agent),
    random: createRandom(2),
  });
  const words = caller.next('Hello!', []) ?? '';
  expect(words).toMatch(/skis.* for (3|three) days .*greta/);
  expect(words).toBe(words.toLowerCase());
});

it('answers what it is asked, in several wordings, numbers in words or digits', () => {
  const answers = new Set(
    Array.from({ length: 12 }, (_, seed) => call(straight, skiScript, seed).next('What is your shoe size?', [])),
  );
  expect(answers.size).toBeGreaterThan(2);
  for (const words of answers) expect(words).toMatch(/\b(42|forty two)\b/);
});

it('answers every slot of a question, and counts what it had said already', () => {
  const caller = call(straight);
  expect(caller.next('For how many days, and under which name?', [])).toMatch(/(3|three).*greta/);
  expect(caller.countReAsks).toBe(0);
  expect(caller.next('And what was the name?', [])).toMatch(/greta/);
  expect(caller.countReAsks).toBe(1);
});

it('takes no statement for a question, whatever words are in it', () => {
  const caller = call({ ...straight, opening: ['gear', 'shoe'] });
  expect(caller.next('Skis in size 42 for that date.', [])).toMatch(/20th|twentieth/);
  expect(caller.countReAsks).toBe(0);
});

it('disowns what it never ordered, and mends how many it wanted', () => {
  const goal = { first: '1 small latte with oat milk', name: 'Ruth' };
  const ordered = () => call({ kind: 'straight', goal, opening: ['first'] }, coffeeScript);
  expect(ordered().next('I have add item: mocha, small, correct?', [])).toMatch(/^no/);
  expect(ordered().next('I have add item: latte, small, oat, quantity 2, correct?', [])).toMatch(/^no.*latte/);
  expect(ordered().next('I have add item: latte, small, oat, correct?', [])).toMatch(/^ye/);
});

it('volunteers what it has not said to a line that asks nothing', () => {
  expect(call(straight).next('Okay.', [])).toMatch(/size/);
});

it('says yes to a read-back that has its values, by the line that the agent sets', () => {
  const line = 'I have skis in shoe size 42, Tuesday, January 20, for 3 days, under Greta, correct?';
  expect(call(straight).next(line, [])).toMatch(/^(yes|yep|yeah)/);
});

it('says no to a wrong read-back, and what is right', () => {
  const line = 'I have skis in shoe size 42, Wednesday, January 21, for 4 days, under Greta, correct?';
  const words = call(straight).next(line, []) ?? '';
  expect(words).toMatch(/^no/);
  expect(words).toMatch(/20th|twentieth/);
  expect(words).toMatch(/\b(3|three) days/);
  expect(words).not.toMatch(/greta/);
});

it('answers the read-back that was asked last', () => {
  const line =
    'I have skis for 9 days, correct? I have skis in shoe size 42, Tuesday, January 20, for 3 days, under Greta, correct?';
  expect(call(straight).next(line, [])).toMatch(/^(yes|yep|yeah)/);
});

it('takes what the agent asks it to confirm in its own words for a read-back too', () => {
  const caller = call(straight);
  expect(caller.next('Please confirm: skis for 5 days.', [])).toMatch(/^no.*\b(3|three) days/);
  expect(caller.next('So that is skis for 3 days, is that right?', [])).toMatch(/^(yes|yep|yeah)/);
});

it('refuses a read-back that it does not want, then says goodbye, then nothing', () => {
  const caller = call({ ...straight, refusesReadBack: true });
  expect(caller.next('I have skis under Greta, correct?', [])).toMatch(/^no/);
  expect(caller.next('Anything else?', [])).toMatch(/bye|that's it/);
  expect(caller.next('Goodbye.', [])).toBeUndefined();
});

it('says a wrong value first and puts it right in the next turn', () => {
  const caller = createCaller({
    script: skiScript,
    task: { ...straight, opening: ['gear', 'days'], slip: { slot: 'days', value: '5', when: 'next' } },
    readBackOf: createReadBacks(agent),
    random: createRandom(1),
  });
  expect(caller.next('Hello!', [])).toMatch(/\b(5|five) days/);
  expect(caller.next('What size?', [])).toMatch(/\b(3|three) days/);
});

it('takes what it is offered, a garbled name too, and wants that from then on', () => {
  const caller = call(diner, restaurantScript);
  const words = caller.next('What about Pasto Lucia in San Jose?', [found]);
  expect(words).toMatch(/table/);
  expect(caller.goal.restaurant).toBe('Pasta Lucia');
});

it('hears a second offer before it takes that one, or goes back to the first', () => {
  for (const [picks, taken] of [
    ['second', 'Casa Ferrante'],
    ['first-again', 'Pasta Lucia'],
  ] as const) {
    const caller = call({ ...diner, kind: 'second result', picks }, restaurantScript);
    expect(caller.next('There is Pasta Lucia.', [found])).toMatch(/other|else|another/);
    caller.next('Casa Ferrante is there too.', [found]);
    expect(caller.goal.restaurant).toBe(taken);
  }
});

it('takes what is read back before it chose, unless it wants another one', () => {
  const line = 'I have a table for 4 people at Pasta Lucia in San Jose, Tuesday, January 20, 2026 at 7 pm, correct?';
  const caller = call(diner, restaurantScript);
  expect(caller.next(line, [found])).toMatch(/^ye/);
  expect(caller.goal.restaurant).toBe('Pasta Lucia');
  const choosy = call({ ...diner, kind: 'second result', picks: 'second' }, restaurantScript);
  expect(choosy.next(line, [found])).toMatch(/^no .*(other|else|another)/);
  expect(choosy.goal.restaurant).toBeUndefined();
});

it('takes something else when it is refused, or nothing', () => {
  const refused: ToolRecord = { name: 'reserve_gear', arguments: {}, result: { reserved: false }, speculative: false };
  const task: Task = { ...straight, goal: { ...skis, gear: 'snowshoes' }, otherwise: { gear: 'skis' } };
  const caller = call(task);
  expect(caller.next('Sorry, there are no snowshoes left.', [refused])).toMatch(/\bskis/);
  expect(caller.goal.gear).toBe('skis');
  const other = call({ ...task, otherwise: null });
  expect(other.next('Sorry, there are no snowshoes left.', [refused])).toMatch(/bye/);
  expect(other.next('Bye.', [])).toBeUndefined();
});

it('ends when it is told that it is done, whether or not it is', () => {
  const caller = call(straight);
  expect(caller.next('Your skis are reserved.', [])).toMatch(/bye/);
  expect(caller.next('Goodbye!', [])).toBeUndefined();
});

it('changes its mind in the turn that its task says', () => {
  const caller = call({ ...straight, leavesAtTurn: 3 });
  expect(caller.next('What size?', [])).toMatch(/42|forty two/);
  expect(caller.next('From which day on?', [])).toMatch(/mind|leave it/);
});

it('gives up on an agent that says the same again and again', () => {
  const caller = call(straight);
  const lines = Array.from({ length: 5 }, () => caller.next('Pardon?', []));
  expect(lines.filter((words) => words === undefined).length).toBeGreaterThan(0);
});

it('says the same with the same seed', () => {
  const play = (seed: number) => {
    const caller = call(straight, skiScript, seed);
    return ['Size?', 'Which day?', 'Hm.', 'Hm!'].map((line) => caller.next(line, []));
  };
  expect(play(5)).toEqual(play(5));
  expect([1, 2, 3].map(play)).not.toEqual([play(1), play(1), play(1)]);
});
