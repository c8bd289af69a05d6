// Everything that a caller of a task may say, each wording with each value: for those who look for it elsewhere.

import type { Scripted } from '../../bench/tasks/script.ts';

/** Sentences of a request and a value, and of a value alone; what the caller says is made of these. */
export function linesOf({ script, task }: Scripted): readonly string[] {
  const { slots, requests, takes, finishes } = script;
  const openings = task.question?.isFirst === true ? task.question.lines : requests;
  const values = Object.entries({ ...task.goal, ...task.otherwise }).flatMap(([name, value]) => {
    const slot = slots[name];
    const said = slot?.say(value, task.isNear === true) ?? [];
    return (slot?.phrases ?? []).flatMap((phrase) => said.map((words) => phrase.replace('{}', words)));
  });
  const answers = Object.entries(task.goal).flatMap(([name, value]) =>
    (slots[name]?.answers ?? []).flatMap((answer) =>
      (slots[name]?.say(value, task.isNear === true) ?? []).map((words) => answer.replace('{}', words)),
    ),
  );
  return [
    ...[...openings, ...takes].flatMap((request) => [request, ...values.map((value) => `${request} ${value}`)]),
    ...answers,
    ...finishes,
    ...(task.question?.lines ?? []),
  ];
}
