import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Break, copyBroken } from '../support/broken-copy.ts';
import { invariants } from '../support/invariants.ts';
import { anyStorm } from '../support/storm.ts';
import type { Witness } from '../support/witness.ts';

const COUNT_STORMS = 2000;
const storms = fc.sample(anyStorm(30), { numRuns: COUNT_STORMS, seed: 7 });

/** Ways to break a call. */
const mutations: readonly (Break & { readonly name: string })[] = [
  {
    name: 'a write may run on a draft',
    file: 'conversation/runs.ts',
    from: "tool?.effect === 'read' &&",
    to: 'tool !== undefined &&',
  },
  {
    name: 'a read that the draft left behind runs on',
    file: 'conversation/running.ts',
    from: 'if (run?.isSpeculative && !isKept) dropRun(context, enqueue);',
    to: '',
  },
  {
    name: 'a write needs no confirmation',
    file: 'conversation/confirming.ts',
    from: "if (tool.confirm || (tool.effect === 'write' && isSlip(context, call))) {",
    to: 'if (tool.confirm && before === undefined) {',
  },
  {
    name: 'whatever the caller answers confirms',
    file: 'conversation/confirming.ts',
    from: 'if (isAgreed && before',
    to: 'if (before',
  },
  {
    name: 'a confirmation holds for other arguments',
    file: 'conversation/confirming.ts',
    from: 'before !== undefined && isSameCall(before.call, call)',
    to: 'before !== undefined',
  },
  {
    name: 'what the model is unsure of needs no confirmation',
    file: 'conversation/confirming.ts',
    from: 'if (unsure.length === 0) return undefined;',
    to: 'return undefined;',
  },
  {
    name: 'a value that was confirmed holds for another value',
    file: 'conversation/confirming.ts',
    from: 'before.names.filter((name) => hasSame(before.call, call, name, tool.effect))',
    to: 'before.names',
  },
  {
    name: 'a confirmation holds though only the beginning of the read-back was heard',
    file: 'conversation/replies.ts',
    from: 'isHeard: heard.length >= readBack.to',
    to: 'isHeard: true',
  },
  {
    name: 'a yes to whether they are still there confirms',
    file: 'conversation/replies.ts',
    from: ' || readBack === undefined) return undefined;',
    to: ') return undefined;\n  if (readBack === undefined) return awaiting;',
  },
  {
    name: 'a yes confirms that came before there was time for the read-back',
    file: 'output/paced-output.ts',
    from: 'Math.min(playedMs, this.#reach(nowMs))',
    to: 'playedMs',
  },
  {
    name: 'a yes over a protected read-back confirms what was not said yet',
    file: 'conversation/confirming.ts',
    from: ' && context.turn > asked.earlyTurn',
    to: '',
  },
  {
    name: 'a write that succeeded is made again',
    file: 'conversation/runs.ts',
    from: '?.allowDuplicate !== false) return undefined;',
    to: '?.allowDuplicate !== true) return undefined;',
  },
  {
    name: 'the model is not told what came of a tool',
    file: 'conversation/runs.ts',
    from: 'lines: addCall(context.lines, call, toContent(outcome)),',
    to: 'lines: context.lines,',
  },
  {
    name: 'what was not heard stays in the transcript',
    file: 'conversation/replies.ts',
    from: 'keepHeard(whole, reply.from, reply.heard);',
    to: 'keepHeard(whole, reply.from, reply.text);',
  },
  {
    name: 'a turn is taken back after some of its reply was heard',
    file: 'conversation/replies.ts',
    from: "reply.heard === '' && !reply.hasWritten",
    to: '!reply.hasWritten',
  },
  {
    name: 'a turn is taken back after its write has started',
    file: 'conversation/replies.ts',
    from: "reply.heard === '' && !reply.hasWritten",
    to: "reply.heard === ''",
  },
  {
    name: 'words of an older draft are said',
    file: 'conversation/speaking.ts',
    from: 'if (draft === undefined || !drafts.isDraftCurrent(context)) return;',
    to: 'if (draft === undefined) return;',
  },
  {
    name: 'other words than those of the draft make it the reply',
    file: 'conversation/drafts.ts',
    from: 'context.draft?.isDone === true && context.requestedWords === toWords(context.heard)',
    to: 'context.draft?.isDone === true',
  },
  {
    name: 'the reply goes on while the caller has the floor',
    file: 'conversation/speaking.ts',
    from: "if (interruption === 'holding') return;",
    to: '',
  },
  {
    name: 'the floor never comes back',
    file: 'conversation/machine.ts',
    from: "'interruption.lapsed': { actions: 'resume' },",
    to: '',
  },
  {
    name: 'sounds without words hold the floor for ever',
    file: 'conversation/machine.ts',
    from: "'interruption.overdue': { actions: 'resume' },",
    to: '',
  },
  {
    name: 'the voice goes on when its reply is over',
    file: 'session/output-actor.ts',
    from: 'return silence;',
    to: 'return () => undefined;',
  },
  {
    name: 'a cut reply begins anew',
    file: 'session/output-actor.ts',
    from: 'base = heard;',
    to: "base = '';",
  },
  {
    name: 'what the wire takes back of a reply stays in the transcript',
    file: 'conversation/replies.ts',
    from: 'const kept = keepHeard(ending.lines, from, reply.heard);',
    to: 'const kept = context.lines.slice(0, ending.countKept);',
  },
  {
    name: 'a tool that is over asks for more',
    file: 'session/tool-runner.ts',
    from: 'if (!isOver) ask(wish);',
    to: 'ask(wish);',
  },
  {
    name: 'no reply is overdue',
    file: 'conversation/machine.ts',
    from: "entry: 'startDeadline',",
    to: '',
  },
  {
    name: 'a turn whose final never comes is for ever',
    file: 'conversation/machine.ts',
    from: "'final.missed': { actions: 'commit', target: 'replying' },",
    to: '',
  },
  {
    name: 'words are lost whose final never came before the next turn',
    file: 'conversation/hearing.ts',
    from: 'isNext && isHeardOpen ?',
    to: "isNext && dialling === 'open' ?",
  },
  {
    name: 'a call is handed to and fro in one turn',
    file: 'conversation/guards.ts',
    from: 'context.reply.isHandedOver && ',
    to: 'context.reply.isUninterruptible && ',
  },
  {
    name: 'a turn is taken back after it was handed over',
    file: 'conversation/replies.ts',
    from: 'calls, hasWritten: true, isHandedOver: true',
    to: 'calls, isHandedOver: true',
  },
  {
    name: 'a model that stops in the middle is waited for',
    file: 'conversation/machine.ts',
    from: "entry: 'startPatience',",
    to: '',
  },
  {
    name: "the model's sequence stays open",
    file: 'session/model-writer.ts',
    from: 'desk.sequence.close();',
    to: '',
  },
];

it.each(mutations)('catches it when $name', { timeout: 300_000 }, async ({ name, ...broken }) => {
  await using copy = await copyBroken(broken);
  const { playStorm }: { playStorm: (storm: unknown) => Promise<Witness> } = await import(
    join(copy.folder, 'test/support/storm.ts')
  );
  const caught = new Set<string>();
  for (const storm of storms) {
    const witness = await playStorm(storm);
    for (const [promise, check] of Object.entries(invariants)) if (check(witness) !== undefined) caught.add(promise);
    if (caught.size > 0) break;
  }
  expect([...caught], name).not.toEqual([]);
});
