import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../src/agent/define-tool.ts';
import { ToolError } from '../../src/errors.ts';
import { buildTool, makeExecuteContext } from '../support/built-tool.ts';

const base = { description: 'Reserve a table', effect: 'write' } as const;

describe('a tool whose argument takes time to check', () => {
  const taken = z.string().refine(async (name) => name !== 'Ann', 'she has left');
  const describeName = ({ name }: { name: string }) => `a message for ${name}`;
  const execute = ({ name }: { name: string }) => ({ name });
  const parameters = z.object({ name: taken.default('Bo') });
  const tool = buildTool(defineTool({ ...base, parameters, describe: describeName, execute }));

  it('runs it when the check is over, and not at all where it finds something wrong', async () => {
    expect(await tool.run({ name: 'Cy' }, makeExecuteContext())).toEqual({ name: 'Cy' });
    await expect(tool.run({ name: 'Ann' }, makeExecuteContext())).rejects.toMatchObject({
      code: 'tool-arguments',
      message: 'reserve_table: name: she has left, got "Ann"',
    });
  });

  it('says what it is about to do before the check is over', () => {
    expect(tool.check({ name: 'Ann' })).toBeUndefined();
    expect(tool.check({ nobody: 'Ann' })).toMatch(/^unknown argument nobody/);
    expect([tool.describe({ name: 'Ann' }), tool.describe({})]).toEqual(['a message for Ann', 'a message for Bo']);
  });

  it('asks the check once for a call, not once for each draft of it', async () => {
    const asked: string[] = [];
    const counted = z.string().refine(async (name) => asked.push(name) > 0);
    const drafted = buildTool(defineTool({ ...base, parameters: z.object({ name: counted }), execute }));
    for (const name of ['A', 'An', 'Ann']) drafted.check({ name });
    await drafted.run({ name: 'Ann' }, makeExecuteContext());
    expect(asked).toEqual(['A', 'Ann']);
  });

  it('is ended with the call, however long the check takes', async () => {
    let countRuns = 0;
    const endless = z.string().refine(() => new Promise<boolean>(() => {}));
    const waiting = buildTool(
      defineTool({ ...base, parameters: z.object({ name: endless }), execute: () => ++countRuns }),
    );
    const ending = new AbortController();
    const run = waiting.run({ name: 'Ann' }, makeExecuteContext(ending.signal));
    ending.abort(new ToolError('tool-timeout', 'too late'));
    await expect(run).rejects.toMatchObject({ code: 'tool-timeout' });
    expect(countRuns).toBe(0);
  });

  it('leaves no rejection behind where the check of a draft fails', async () => {
    const failing = z.string().refine(() => Promise.reject(new Error('no connection')));
    const drafted = buildTool(defineTool({ ...base, parameters: z.object({ name: failing }), execute }));
    expect(drafted.check({ name: 'Ann' })).toBeUndefined();
    await new Promise((resolve) => setImmediate(resolve));
    await expect(drafted.run({ name: 'Ann' }, makeExecuteContext())).rejects.toMatchObject({ code: 'tool-failed' });
  });
});
