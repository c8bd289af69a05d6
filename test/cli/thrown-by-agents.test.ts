import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

interface Told {
  readonly calls: readonly {
    readonly name: string;
    readonly failure: { readonly agent: string; readonly part: string; readonly code: string };
    readonly message: string;
    readonly countStarted: number;
    readonly said: string;
    readonly closed: readonly string[];
  }[];
  readonly bystander: unknown;
  readonly faults: readonly string[];
}

function runProgram(): Promise<{ readonly exitCode: number | undefined; readonly told: Told; readonly err: string }> {
  const program = resolve(import.meta.dirname, '../support/throwing-program.ts');
  return new Promise((done) => {
    const child = execFile(process.execPath, ['--import', 'tsx', program], (_, out, err) =>
      done({ exitCode: child.exitCode ?? undefined, told: JSON.parse(out || err) as Told, err }),
    );
  });
}

it('ends the call alone whose agent threw where nobody can catch it, and stops for what is nobody’s', async () => {
  const { exitCode, told, err } = await runProgram();
  const ended = (part: string, message: unknown, code = 'uncaught-exception') => ({
    failure: { callId: 'call-1', agent: 'test', part, code },
    message,
    said: 'Sorry.',
    closed: ['agent-failed'],
  });
  const spared = (name: string) => ({
    name,
    failure: { part: 'pay', code: 'unhandled-rejection' },
    message: name,
    closed: [],
  });
  expect(told.calls).toMatchObject([
    ...['timer', 'interval', 'immediate', 'tick', 'emitter'].map((name) => ({
      name,
      ...ended('pay', expect.stringContaining(name)),
    })),
    { name: 'socket', ...ended('pay', expect.stringContaining('ECONNREFUSED')) },
    { name: 'program', ...ended('pay', expect.stringContaining('ENOENT')) },
    { name: 'thread', ...ended('pay', 'thread') },
    { name: 'later', ...ended('pay', 'later') },
    { name: 'listener', ...ended('pay', expect.stringContaining('listener')) },
    spared('rejection'),
    spared('forgotten'),
    { name: 'onCallStart', ...ended('onCallStart', 'timer') },
    { name: 'greeting', ...ended('greeting', 'timer') },
  ]);
  const interval = told.calls.find(({ name }) => name === 'interval');
  expect(interval?.message.split(',').length).toBeLessThanOrEqual(10);
  // The write that was open is not made again.
  expect(told.calls.map(({ countStarted }) => countStarted)).toEqual([...Array(12).fill(1), 0, 0]);
  expect(told.bystander).toMatchObject({ replies: [{ text: 'Yes.', interrupted: false }], failures: [] });
  expect(told.faults).toEqual([]);
  expect([exitCode, err]).toEqual([1, expect.stringContaining('nobody knows')]);
});
