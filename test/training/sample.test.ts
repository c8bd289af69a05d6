import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createCallValidator } from '../../bench/model-calls.ts';
import { readDialogues } from '../../training/dialogues.ts';

const dir = fileURLToPath(new URL('../../fixtures/eval', import.meta.url));
const readme = readFileSync(join(dir, 'README.md'), 'utf8');
const files = readdirSync(dir).filter((name) => name.endsWith('.jsonl'));

describe('the sample that a model is evaluated on', () => {
  it('has sixty dialogues, each with a name of its own', () => {
    const ids = files.flatMap((name) => readDialogues(join(dir, name)).map(({ id }) => id));
    expect(ids.length).toBe(60);
    expect(new Set(ids).size).toBe(60);
  });

  it.each(files)('%s is named in the README with its number of dialogues, licence and notice', (name) => {
    const source = name.replace('.jsonl', '');
    const row = readme.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? '';
    const [, , count, title, origin, licence] = row.split('|').map((cell) => cell.trim());
    expect(Number(count)).toBe(readDialogues(join(dir, name)).length);
    expect(origin).toMatch(/^github\.com\/.+\/.+$/);
    expect(licence).toMatch(/^(MIT|Apache-2\.0|CC0 1\.0|CC BY(-SA)? 4\.0)$/);
    expect(readme).toContain(`- **${source}**: ${title}. `);
  });

  it.each(files)('%s has calls that keep to the tools they name', (name) => {
    const isValid = createCallValidator();
    const broken = readDialogues(join(dir, name)).flatMap(({ id, tools, messages }) =>
      messages.flatMap((message) => (message.role === 'call' && !isValid(tools, message) ? [id] : [])),
    );
    expect(broken).toEqual([]);
  });
});
