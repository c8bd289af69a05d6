import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRepartee } from '../support/built-program.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repartee-broken-'));
});
afterAll(() => rm(folder, { recursive: true }));

const agents: readonly (readonly [string, string, RegExp])[] = [
  [
    'is misspelt',
    "import { defineAgent } from 'repartee';\nexport default defineAgent({ name: 'desk', instruction: 'Be brief.' });\n",
    /broken\.ts:2:\d+: instructions: missing: .*; unknown field "instruction"; the fields are /,
  ],
  [
    'has a tool that no model could be held to',
    `import { defineAgent, defineTool } from 'repartee';
import { z } from 'zod';
const find = defineTool({ description: 'Find', parameters: z.object({ host: z.string().regex(/a(?=b)/) }), effect: 'read', execute: () => 1 });
export default defineAgent({ name: 'desk', instructions: 'Be brief.', tools: { find } });
`,
    /broken\.ts: agent desk: tool find: #\/properties\/host\/pattern: .*is not supported; say it without/,
  ],
];

describe('repartee start', () => {
  it.each(agents)('tells of an agent that %s before it listens or loads a model', async (_, text, line) => {
    const file = join(folder, 'broken.ts');
    await writeFile(file, text);
    const model = join(folder, 'no-model');
    const { exitCode, err } = await runRepartee(['start', '--port', '0', '--model', model, '--agent', file]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(line);
    expect(err).not.toMatch(/listening|no-model/);
  });

  it('names both files where two give one name', async () => {
    const files = ['one.ts', 'two.ts'].map((name) => join(folder, name));
    const text =
      "import { defineAgent } from 'repartee';\nexport default defineAgent({ name: 'desk', instructions: 'Be brief.' });\n";
    for (const file of files) await writeFile(file, text);
    const { exitCode, err } = await runRepartee([
      'start',
      '--port',
      '0',
      ...files.flatMap((file) => ['--agent', file]),
    ]);
    expect([exitCode, err]).toEqual([
      2,
      expect.stringContaining(`${files.join(' and ')} both give an agent named desk: rename one, or leave it out`),
    ]);
    expect(err).not.toContain('listening');
  });
});
