import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createServer } from 'repartee';
import { expect, it } from 'vitest';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/guide/embedding.md'), 'utf8');
const section = (title: string) => page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';

it('tells of every option of createServer, and of no other', async () => {
  const told = [...section('Options').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  const refused = await createServer({ agents: [], nonsense: 1 } as object as { agents: [] }).catch(String);
  expect(told).toEqual(String(refused).split('there are ')[1]?.split(', '));
});

it('gives the defaults that repartee start has', () => {
  const configuration = readFileSync(resolve(import.meta.dirname, '../../docs/reference/configuration.md'), 'utf8');
  const ofStart = (flag: string) =>
    new RegExp(`^\\| \`${flag} [A-Z]+\` \\| start \\| \`?([^ |\`]+)`, 'm').exec(configuration)?.[1];
  const ofOption = (name: string) =>
    new RegExp(`^\\| \`${name}\` \\|.*\\| \`?'?([^ |\`']+)'?\`? \\|$`, 'm').exec(section('Options'))?.[1];
  for (const [flag, name] of [
    ['--voice', 'voice'],
    ['--traces', 'tracesDir'],
    ['--redact', 'redact'],
    ['--max-calls', 'maxCalls'],
  ] as const)
    expect([flag, ofOption(name)]).toEqual([flag, ofStart(flag)]);
});
