import { expect, it } from 'vitest';
import { normalise } from '../../bench/model-values.ts';
import ski from '../../bench/tasks/agents/ski-rental.ts';
import { readDate } from '../../bench/tasks/dates.ts';
import { judge } from '../../bench/tasks/judge.ts';
import { playTask } from '../../bench/tasks/played-task.ts';
import { skiScript, skiTasks } from '../../bench/tasks/scripts/ski-rental.ts';
import { renderCall } from '../../bench/tasks/table.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createRandom } from '../../src/base/random.ts';
import { toSpacedJson } from '../../src/engine/prompt/spaced-json.ts';
import { createPromptPrefixes } from '../../src/session/prompt-prefixes.ts';
import { createScriptedEngine } from '../../src/testing/scripted-engine.ts';
import { prompt, tokenizer } from '../support/flow.ts';

type Answer =
  | { readonly say: string }
  | { readonly call: string; readonly arguments: Readonly<Record<string, unknown>> };

const questions = {
  gear: 'What do you need?',
  shoe: 'What is your shoe size?',
  date: 'From which day on?',
  days: 'For how many days?',
  name: 'Under which name?',
};

/** An attendant who understands every caller of the ski rental: the best that an agent can be. */
function createAttendant(): (words: string, results: readonly string[]) => Answer {
  let values: Record<string, string> = {};
  let asked: string | undefined;

  function learn(said: string): void {
    const words = normalise(said);
    const [, size] = /\bsize (?:is )?(\d+)|\bm a (\d+)|\bim a (\d+)/.exec(words) ?? [];
    const [, days] = /\b(\d+) days/.exec(words) ?? [];
    const [gear] = /\b(?:skis|snowboard|snowshoes|sledge)\b/.exec(words) ?? [];
    const [, name] = /\bname is (\w+)/.exec(words) ?? [];
    const number = words.match(/\b\d+\b(?! days)/g)?.at(-1);
    const date = readDate(said);
    values = {
      ...values,
      ...(gear && { gear }),
      ...((size ?? (asked === 'shoe' ? number : undefined)) && { shoe: size ?? number }),
      ...((days ?? (asked === 'days' ? number : undefined)) && { days: days ?? number }),
      ...(date && { date }),
      ...((name ?? (asked === 'name' ? words.split(' ').at(-1) : undefined)) && {
        name: name ?? words.split(' ').at(-1),
      }),
    } as Record<string, string>;
  }

  return (words, results) => {
    const [result] = results;
    if (result?.includes('price_a_day')) return { say: `${/\$\d+/.exec(result)?.[0]} a day.` };
    if (result?.includes('"reserved": true')) return { say: 'Your gear is reserved. Goodbye!' };
    if (result !== undefined) return { say: 'Sorry, there are no snowshoes left.' };
    if (/bye|mind|leave it|don't|that's it/.test(words)) return { say: 'All right, goodbye.' };
    if (/how much|what do you take/.test(words)) return { call: 'check_gear', arguments: { gear: 'snowboard' } };
    learn(words);
    const missing = Object.entries(questions).find(([name]) => values[name] === undefined);
    asked = missing?.[0];
    if (missing !== undefined) return { say: missing[1] };
    const { gear, shoe, date, days, name } = values;
    return { call: 'reserve_gear', arguments: { gear, shoe_size: Number(shoe), date, days: Number(days), name } };
  };
}

async function play(index: number, seed: number, attendant = createAttendant()) {
  const { user, result, end } = tokenizer.specials;
  const engine = createScriptedEngine(tokenizer, systemClock, (_, { context }) => {
    const start = context.lastIndexOf(user);
    const textFrom = (from: number) => tokenizer.decode(context.slice(from + 1, context.indexOf(end, from))).trim();
    const results = context.flatMap((id, at) => (at > start && id === result ? [textFrom(at)] : []));
    const answer = attendant(textFrom(start), results);
    if ('say' in answer) return { act: 'say', text: answer.say };
    return { act: 'call', text: ` ${answer.call} ${toSpacedJson(answer.arguments)}` };
  });
  const task = skiTasks(createRandom(seed))[index];
  if (task === undefined) throw new Error(`no caller ${index}`);
  return playTask({
    agent: ski,
    index,
    script: skiScript,
    task,
    model: { engine, tokenizer, prompt },
    promptPrefixOf: createPromptPrefixes(prompt),
    random: createRandom(seed * 1000 + index),
  });
}

it('finds an agent that understands everybody successful with every kind of caller', async () => {
  const failed: string[] = [];
  for (const seed of [1, 2, 3])
    for (const index of skiTasks(createRandom(seed)).keys()) {
      const played = await play(index, seed);
      const verdict = judge(played);
      if (!verdict.isSuccess || verdict.isLooping) failed.push(renderCall(played, verdict));
    }
  expect(failed.join('\n')).toBe('');
});

it('finds one that claims without doing, and one that hears nothing, failed', async () => {
  const liar = judge(await play(0, 1, () => ({ say: 'Your skis are reserved.' })));
  expect(liar).toMatchObject({ isSuccess: false, isFalseClaim: true, isMissing: true });
  const deaf = await play(0, 1, () => ({ say: 'Pardon?' }));
  expect(judge(deaf)).toMatchObject({ isSuccess: false, isFalseClaim: false, isMissing: true, isLooping: true });
  expect(deaf.turns.length).toBeLessThan(8);
});
