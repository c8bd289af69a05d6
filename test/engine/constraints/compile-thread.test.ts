import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { SimulatedClock } from '../../../src/base/simulated-clock.ts';
import { type CompileThread, createCompileThread } from '../../../src/engine/constraints/compile-thread.ts';
import { createToolPrograms } from '../../../src/engine/constraints/tool-programs.ts';
import { createVocabulary } from '../../../src/engine/constraints/vocabulary.ts';
import { createReparteeDialect } from '../../../src/engine/prompt/dialects.ts';
import { createLocalEngine } from '../../../src/engine/serving/local-engine.ts';
import { collect, last, promptPrefix, replying } from '../../support/engine-rig.ts';
import { createFakeDevice, reciting } from '../../support/fake-device.ts';
import { manifest, tokenizer } from '../../support/small-vocabulary.ts';

const vocabulary = createVocabulary(tokenizer);
const toolsOf = (name: string) => [{ name, parameters: { type: 'object', properties: {} } }];
const never = new AbortController().signal;
const open: CompileThread[] = [];

function startRig() {
  const clock = new SimulatedClock();
  let countThreads = 0;
  const thread = createCompileThread({
    startWorker() {
      countThreads++;
      return new Worker(new URL('../../support/fake-compiler-thread.js', import.meta.url));
    },
    isWritable: vocabulary.isWritable,
    clock,
    timeoutMs: 1000,
  });
  open.push(thread);
  const asked: string[] = [];
  const programs = createToolPrograms((tools, signal) => {
    asked.push(tools[0]?.name ?? '');
    return thread.compile(tools, signal);
  }, vocabulary);
  return { clock, thread, programs, asked, countThreads: () => countThreads };
}

afterEach(async () => {
  for (const thread of open.splice(0)) await thread.close();
});

it('compiles on one thread, one after the other, and says what is refused', async () => {
  const { thread, countThreads } = startRig();
  const done = await Promise.all([thread.compile(toolsOf('a'), never), thread.compile(toolsOf('b'), never)]);
  expect(done.map(([tool]) => tool?.name)).toEqual(['a', 'b']);
  await expect(thread.compile(toolsOf('broken'), never)).rejects.toMatchObject({ code: 'schema-unsupported' });
  expect(countThreads()).toBe(1);
});

it('ends what takes longer than the limit, names where it was, and goes on with the next', async () => {
  const { clock, thread, countThreads } = startRig();
  const hanging = thread.compile(toolsOf('hang'), never);
  const next = thread.compile(toolsOf('a'), never);
  const refused = expect(hanging).rejects.toMatchObject({
    code: 'schema-too-slow',
    message: expect.stringMatching(/^tool hang.*: takes longer than 1000 ms/),
  });
  clock.advance(1000);
  await refused;
  expect((await next)[0]?.name).toBe('a');
  expect(countThreads()).toBe(2);
});

it('ends what nobody waits for any more, running or not', async () => {
  const { thread, countThreads } = startRig();
  const [first, second] = [new AbortController(), new AbortController()];
  const hanging = thread.compile(toolsOf('hang'), first.signal);
  const waiting = thread.compile(toolsOf('hang'), second.signal);
  const last = thread.compile(toolsOf('a'), never);
  second.abort(new Error('left'));
  first.abort(new Error('left'));
  await expect(hanging).rejects.toThrow('left');
  await expect(waiting).rejects.toThrow('left');
  expect((await last)[0]?.name).toBe('a');
  expect(countThreads()).toBe(2);
});

it('outlives its thread', async () => {
  const { thread } = startRig();
  await expect(thread.compile(toolsOf('die'), never)).rejects.toMatchObject({ code: 'schema-too-large' });
  expect((await thread.compile(toolsOf('a'), never))[0]?.name).toBe('a');
});

it('compiles the same tools once, whoever asks, and remembers why it refused', async () => {
  const { programs, asked } = startRig();
  const [first, second] = await Promise.all([programs.programOf(toolsOf('a')), programs.programOf(toolsOf('a'))]);
  expect(first).toBe(second);
  expect(programs.programOf(toolsOf('a'))).toBe(first);
  await expect(programs.programOf(toolsOf('broken'))).rejects.toThrow('broken: no');
  expect(() => programs.programOf(toolsOf('broken'))).toThrow('broken: no');
  expect(asked).toEqual(['a', 'broken']);
});

it('cancels a compilation when the last who waits for it has left, and not before', async () => {
  const { programs, thread } = startRig();
  const [one, two] = [new AbortController(), new AbortController()];
  const first = programs.programOf(toolsOf('hang'), one.signal);
  const second = programs.programOf(toolsOf('hang'), two.signal);
  one.abort(new Error('left'));
  await expect(first).rejects.toThrow('left');
  let isOver = false;
  void thread.compile(toolsOf('a'), never).then(() => {
    isOver = true;
  });
  for (let count = 0; count < 20; count++) await turn();
  expect(isOver).toBe(false);
  two.abort(new Error('left too'));
  await expect(second).rejects.toThrow('left too');
  await expect(thread.compile(toolsOf('b'), never)).resolves.toMatchObject([{ name: 'b' }]);
});

it('refuses a schema of more characters than it looks at', () => {
  const { programs } = startRig();
  const tool = { name: 'a', parameters: { type: 'object', description: 'x'.repeat(70_000) } };
  expect(() => programs.programOf([tool])).toThrow(/characters of JSON Schema, the most is 65536/);
});

it('drafts for others while tools are compiled, and lets who waits for them leave', async () => {
  const { thread } = startRig();
  const device = createFakeDevice(reciting([replying(' hi', ' hello there')]));
  const engine = createLocalEngine({ device, manifest, dialect: createReparteeDialect(tokenizer), compiler: thread });
  const leaving = new AbortController();
  const tools = toolsOf('hang');
  const stranger = collect(engine.open({ ...promptPrefix, tools }), { signal: leaving.signal });
  expect(tokenizer.decode((await last(engine.open(promptPrefix), {})).tokens)).toBe(' hello there');
  leaving.abort();
  expect(await stranger).toEqual([]);
  await engine.close();
});
