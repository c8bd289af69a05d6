import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const MAX_COLUMNS = 120;
const FOLDERS = ['src', 'bench', 'training'];

it.each(FOLDERS)('wraps the comments in %s at 120 columns', (folder) => {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`)
    .filter((path) => path.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(20);
  const wide = files.flatMap((path) =>
    listWideComments(path, readFileSync(join(root, path), 'utf8')).map((line) => `${path}: ${line}`),
  );
  expect(wide).toEqual([]);
});

it('sees a wide comment, and none in a text or in code', () => {
  const wide = 'word '.repeat(30).trim();
  expect(listWideComments('a.ts', `// ${wide}\n/** ${wide} */\nconst a = 1;`)).toHaveLength(2);
  expect(listWideComments('a.ts', `const text = '// ${wide}';\n// short\n`)).toEqual([]);
});

/** Lines with nothing but a comment, or a part of one; a directive to a tool can't be wrapped. */
function listWideComments(path: string, text: string): readonly string[] {
  return parseSync(path, text).comments.flatMap(({ start, end }) => {
    const from = text.lastIndexOf('\n', start) + 1;
    const to = text.indexOf('\n', end);
    if (text.slice(from, start).trim() !== '') return [];
    return text
      .slice(from, to < 0 ? undefined : to)
      .split('\n')
      .filter((line) => Array.from(line).length > MAX_COLUMNS && !line.includes('biome-ignore'));
  });
}
