import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadAgent } from '../../src/agent/load.ts';
import { AgentError } from '../../src/errors.ts';
import { makeCallContext } from '../support/call-context.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repartee-load-'));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true, force: true });
});

/** Writes files into a folder from which no package can be resolved; gives the path of agent.ts. */
async function write(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return join(folder, 'agent.ts');
}

const context = {
  signal: new AbortController().signal,
  call: makeCallContext(),
  idempotencyKey: 'key-1',
};
const head = "import { defineAgent, defineTool } from 'repartee';\nimport { z } from 'zod';\n";
const desk = "export default defineAgent({ name: 'desk', instructions: 'You answer calls.' });\n";

const broken: readonly (readonly [string, Readonly<Record<string, string>>, string, RegExp])[] = [
  [
    'a wrong field',
    {
      'agent.ts': `${head}interface Gone {\n  a: 1;\n}\nexport default defineAgent({ name: 'desk', instructions: 'x', effort: 'hihg' });\n`,
    },
    'agent-invalid',
    /agent\.ts:6:16: effort: expected one of "instant".*, got "hihg"$/,
  ],
  [
    'a syntax error',
    { 'agent.ts': `${head}\nexport default defineAgent({\n  name: 'desk'\n  effort: 'low' });` },
    'agent-syntax',
    /agent\.ts:6:3: Expected "}" but found "effort"$/,
  ],
  [
    'a package that is not there',
    { 'agent.ts': `${head}import left from '@left/over/deep';\nleft();\n${desk}` },
    'agent-import',
    /agent\.ts:3:18: can't find @left\/over\/deep; run npm install @left\/over$/,
  ],
  [
    'a file that is not there',
    { 'agent.ts': `import './gone.ts';\n${desk}` },
    'agent-import',
    /agent\.ts:1:8: can't find \.\/gone\.ts$/,
  ],
  [
    'an error in another file',
    {
      'agent.ts': `import './parts/rows.ts';\n${head}${desk}`,
      'parts/rows.ts': 'const rows: string[] = [];\nrows[3].trim();\n',
    },
    'agent-import',
    /parts\/rows\.ts:2:9: threw TypeError: Cannot read .* while it was loaded$/,
  ],
  [
    'something thrown that is no error',
    { 'agent.ts': "throw 'enough';\n" },
    'agent-import',
    /agent\.ts: threw "enough" while it was loaded$/,
  ],
  [
    'an error of several lines',
    { 'agent.ts': "throw new Error('one\\n  two');\n" },
    'agent-import',
    /agent\.ts:1:7: threw Error: one two while it was loaded$/,
  ],
  [
    'no default export',
    { 'agent.ts': 'export const words = 1;\n' },
    'agent-export',
    /agent\.ts: has no default export; write export default defineAgent\(\{ … \}\)$/,
  ],
  [
    'an agent under another name',
    { 'agent.ts': head + desk.replace('default', 'const desk =') },
    'agent-export',
    /agent\.ts: exports its agent as desk; write export default desk$/,
  ],
  [
    'a default export that is no agent',
    { 'agent.ts': "export default { name: 'desk' };\n" },
    'agent-export',
    /agent\.ts: its default export is an object, not an agent; write/,
  ],
];

it.each(broken)('says of %s where it is and what to do, on one line', async (_, files, code, message) => {
  const error: unknown = await loadAgent(await write(files)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AgentError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(error).not.toMatchObject({ message: expect.stringContaining('\n') });
  expect(await readdir(folder)).toEqual([...new Set(Object.keys(files).map((name) => name.split('/')[0]))].sort());
});

it('says which file is not there, or is none that it loads', async () => {
  await expect(loadAgent(join(folder, 'gone.ts'))).rejects.toMatchObject({
    code: 'agent-not-found',
    message: expect.stringMatching(/gone\.ts: no such file; give/),
  });
  await expect(loadAgent(folder)).rejects.toThrow(/: not a file; give/);
  await expect(loadAgent('')).rejects.toThrow(/^\.: not a file; give/);
  await write({ 'agent.txt': desk });
  await expect(loadAgent(join(folder, 'agent.txt'))).rejects.toThrow(
    /agent\.txt: not a module that can be loaded; give/,
  );
});

const rich = `${head}import data from './parts/data.json';
import { here } from './parts/here.ts';
type Words = string;
const greeting: Words = data.greeting;
export default defineAgent({ name: 'desk', instructions: 'You answer calls.', greeting, tools: {
  tellPlace: defineTool({ description: 'Tell the place', parameters: z.object({}), effect: 'read', maxResultLength: 5000,
    execute: async () => [here(), import.meta.url, import.meta.filename, (await import('./parts/late.ts')).late] }),
  fail: defineTool({ description: 'Fail', parameters: z.object({}), effect: 'read', execute: () => {
    throw new Error('on purpose');
  } }),
} });
`;
const richFiles = {
  'agent.ts': rich,
  'parts/data.json': '{ "greeting": "Hello from a file." }',
  'parts/here.ts': 'export const here = (): string => import.meta.dirname;\n',
  'parts/late.ts': "export const late = 'late';\n",
};

it('loads TypeScript with its own files and JSON, out of reach of any package folder', async () => {
  const agent = await loadAgent(await write(richFiles));
  expect(agent).toMatchObject({ name: 'desk', greeting: 'Hello from a file.' });
  const place = [join(folder, 'parts'), pathToFileURL(join(folder, 'agent.ts')).href, join(folder, 'agent.ts'), 'late'];
  expect(await agent.tools[0]?.run({}, context)).toEqual(place);
  expect((await readdir(folder)).sort()).toEqual(['agent.ts', 'parts']);
});

it('names the source line in the stack of a tool that throws later', async () => {
  const agent = await loadAgent(await write(richFiles));
  const error: unknown = await agent.tools[1]?.run({}, context).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ cause: { stack: expect.stringContaining('agent.ts:11:') } });
});

it("takes the agent's own copy of a package before this one's", async () => {
  await write({
    'agent.ts':
      "import { defineAgent } from 'repartee';\nimport { word } from 'zod';\nexport default defineAgent({ name: word, instructions: 'x' });\n",
    'node_modules/zod/package.json': '{ "name": "zod", "type": "module", "exports": { "import": "./index.js" } }',
    'node_modules/zod/index.js': "export const word = 'own-copy';\n",
  });
  expect(await loadAgent(join(folder, 'agent.ts'))).toMatchObject({ name: 'own-copy' });
});

it('lets an agent use CommonJS, require and a first line for the shell', async () => {
  await write({
    'agent.mjs':
      "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nimport { defineAgent } from 'repartee';\nconst require = createRequire(import.meta.url);\nexport default defineAgent({ name: require('./name.cjs'), instructions: 'x' });\n",
    'name.cjs': "module.exports = require('node:path').basename('/desk');\n",
  });
  expect(await loadAgent(join(folder, 'agent.mjs'))).toMatchObject({ name: 'desk' });
});

it('loads the file anew each time, also twice at once', async () => {
  const path = await write({ 'agent.ts': head + desk });
  const [first, second] = await Promise.all([loadAgent(path), loadAgent(path)]);
  expect(first).not.toBe(second);
  await write({ 'agent.ts': head + desk.replace('desk', 'bell') });
  expect(await loadAgent(path)).toMatchObject({ name: 'bell' });
});

it('loads where no file can be written beside it', async () => {
  const name = `${'long'.repeat(62)}.ts`;
  await write({ ...richFiles, [name]: rich });
  await chmod(folder, 0o500);
  const agent = await loadAgent(join(folder, name));
  expect(await agent.tools[0]?.run({}, context)).toContain(join(folder, name));
});

it('loads the same way from the build, where Node itself runs the module', async () => {
  const load = pathToFileURL(join(import.meta.dirname, '../../dist/src/agent/load.js')).href;
  const path = await write({
    ...richFiles,
    'typo.ts': "import { defineAgents } from 'repartee';\nexport default defineAgents({});\n",
  });
  const script = `
    const { loadAgent } = await import(${JSON.stringify(load)});
    const agent = await loadAgent(${JSON.stringify(path)});
    const signal = new AbortController().signal;
    const stack = await agent.tools[1].run({}, { signal }).catch((error) => error.cause.stack);
    const message = await loadAgent(${JSON.stringify(join(folder, 'typo.ts'))}).catch((error) => error.message);
    console.log(JSON.stringify({ name: agent.name, place: await agent.tools[0].run({}, { signal }), stack, message }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
  });
  expect(JSON.parse(stdout)).toEqual({
    name: 'desk',
    place: expect.arrayContaining([join(folder, 'parts')]),
    stack: expect.stringContaining('agent.ts:11:'),
    message: 'typo.ts:1: imports defineAgents, which the module it names does not export',
  });
});
