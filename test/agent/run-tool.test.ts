import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { defineTool } from '../../src/agent/define-tool.ts';
import { ToolError } from '../../src/errors.ts';
import { buildTool, makeExecuteContext, reservation } from '../support/built-tool.ts';

it('ends a tool that ignores its signal with what the signal was aborted for, and drops what it does later', async () => {
  let fail = (_: Error) => {};
  const late = new Promise((_, reject) => {
    fail = reject;
  });
  const ending = new AbortController();
  const run = buildTool(defineTool({ ...reservation, execute: () => late })).run(
    { restaurant_name: 'Hana', party_size: 2 },
    makeExecuteContext(ending.signal),
  );
  ending.abort(new ToolError('tool-timeout', 'too late'));
  await expect(run).rejects.toMatchObject({ code: 'tool-timeout', message: 'too late' });
  fail(new Error('nobody waits for this'));
  await new Promise((resolve) => setImmediate(resolve));
});

it("ends with the caller's signal, before and while it runs", async () => {
  let countRuns = 0;
  const execute = () => {
    countRuns++;
    return new Promise(() => {});
  };
  const tool = buildTool(defineTool({ ...reservation, execute }));
  const args = { restaurant_name: 'Hana', party_size: 2 };
  await expect(tool.run(args, makeExecuteContext(AbortSignal.abort()))).rejects.toMatchObject({
    code: 'tool-cancelled',
  });
  expect(countRuns).toBe(0);
  const caller = new AbortController();
  const running = tool.run(args, makeExecuteContext(caller.signal));
  caller.abort();
  await expect(running).rejects.toMatchObject({ code: 'tool-cancelled', message: 'reserve_table was cancelled' });
  expect(countRuns).toBe(1);
});

it("leaves no listener on the caller's signal", async () => {
  const { signal } = new AbortController();
  const tool = buildTool(defineTool(reservation));
  for (let i = 0; i < 3; i++) await tool.run({ restaurant_name: 'Hana', party_size: 2 }, makeExecuteContext(signal));
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('turns what a tool throws into a ToolError that keeps the cause', async () => {
  const cause = new Error('no connection');
  const execute = () => {
    throw cause;
  };
  const error = await buildTool(defineTool({ ...reservation, execute }))
    .run({ restaurant_name: 'Hana', party_size: 2 }, makeExecuteContext())
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ToolError);
  expect(error).toMatchObject({
    code: 'tool-failed',
    message: "reserve_table failed: it did not work, for a reason that is not the caller's",
    cause,
  });
});

it("lets a ToolError of the tool's own through", async () => {
  const own = new ToolError('fully-booked', 'No table is left.');
  const run = buildTool(defineTool({ ...reservation, execute: () => Promise.reject(own) })).run(
    { restaurant_name: 'Hana', party_size: 2 },
    makeExecuteContext(),
  );
  await expect(run).rejects.toBe(own);
});

it('returns JSON, cut to what the model is told', async () => {
  const rows = Array.from({ length: 50 }, (_, index) => ({ name: `Restaurant ${index}`, opens: new Date(0) }));
  const tool = buildTool(
    defineTool({ ...reservation, execute: () => ({ count: rows.length, results: rows, missing: undefined }) }),
  );
  const result = await tool.run({ restaurant_name: 'Hana', party_size: 2 }, makeExecuteContext());
  expect(result).toMatchObject({
    count: 50,
    results: rows.slice(0, 5).map(({ name }) => ({ name, opens: '1970-01-01T00:00:00.000Z' })),
  });
  expect(JSON.stringify(result).length).toBeLessThanOrEqual(400);
  const silent = buildTool(defineTool({ ...reservation, execute: () => {} }));
  expect(await silent.run({ restaurant_name: 'Hana', party_size: 2 }, makeExecuteContext())).toBeNull();
});
