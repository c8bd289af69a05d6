import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { mutate } from '../support/broken-copy.ts';
import { mutations } from '../support/mutations.ts';

it.each(mutations)('finds where $name', async (mutation) => {
  const source = await readFile(new URL(`../../src/${mutation.file}`, import.meta.url), 'utf8');
  expect(mutate(source, mutation)).not.toBe(source);
});

const source = 'function one() {\n  return a &&\n    b;\n}\nconst two = { three: () => a && b };\n';

it('breaks what a symbol holds, however its lines are broken', () => {
  expect(mutate(source, { file: 'x.ts', symbol: 'one', from: 'a && b', to: 'a' })).toContain('return a;\n');
  expect(mutate(source, { file: 'x.ts', symbol: 'three', from: 'a && b', to: 'b' })).toContain('three: () => b }');
});

it('refuses a symbol that holds the text not at all, or twice', () => {
  expect(() => mutate(source, { file: 'x.ts', symbol: 'one', from: 'c && d', to: '' })).toThrow(
    'x.ts has 0 places in one',
  );
  expect(() => mutate('const f = () => a + a;', { file: 'x.ts', symbol: 'f', from: 'a', to: '' })).toThrow('2 places');
});
