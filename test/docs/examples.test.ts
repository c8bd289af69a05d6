import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { transform } from 'esbuild';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** What a module re-exports that is there at run time, with the file that it is in. */
async function readValues(path: string): Promise<readonly { readonly name: string; readonly file: string }[]> {
  const text = await readFile(join(root, path), 'utf8');
  return [...text.matchAll(/^export \{([^}]*)\} from '([^']+)'/gm)].flatMap(([, names = '', from = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '))
      .map((name) => ({ name, file: join(root, dirname(path), from) })),
  );
}

/** The code of a declaration's example; undefined: it has none. */
async function readExample({ name, file }: { readonly name: string; readonly file: string }) {
  const [before, declared] = (await readFile(file, 'utf8')).split(
    new RegExp(`^export (?:async )?(?:function|class|const|interface|type) ${name}\\b`, 'm'),
  );
  if (declared === undefined) throw new Error(`${file} does not declare ${name}`);
  const doc = before?.slice(before.lastIndexOf('/**')) ?? '';
  const code = /\* @example\n \* ```ts\n([\s\S]+?) \* ```\n \*\/\n$/.exec(doc)?.[1];
  return code?.replaceAll(/^ \* ?/gm, '');
}

it.each(['src/index.ts', 'src/testing/index.ts'])('shows how to use each function and class of %s', async (path) => {
  const values = await readValues(path);
  expect(values.length).toBeGreaterThan(4);
  for (const value of values) {
    const code = await readExample(value);
    expect(code, value.name).toContain(value.name);
    await transform(code ?? '', { loader: 'ts', format: 'esm' });
  }
});

it.each([
  ['src/agent/agent-options.ts', 'AgentOptions'],
  ['src/agent/define-tool.ts', 'ToolOptions'],
  ['src/agent/call-context.ts', 'CallContext'],
  ['src/runtime/create-server.ts', 'CreateServerOptions'],
  ['src/runtime/create-server.ts', 'StartCallOptions'],
  ['src/tts/voice.ts', 'Voice'],
  ['src/testing/answers.ts', 'Answers'],
  ['src/testing/call.ts', 'TestCallOptions'],
])('shows what an author writes for a type of %s, %s', async (file, name) => {
  const code = await readExample({ name, file: join(root, file) });
  expect(code?.length).toBeGreaterThan(100);
  await transform(code ?? '', { loader: 'ts', format: 'esm' });
});
