import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lexer, type Token } from 'marked';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const MAX_COLUMNS = 120;
const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .map((path) => `docs/${path}`);

it.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pages])(
  'wraps the prose of %s at 120 columns',
  (path) => {
    expect(listWideLines(readFileSync(join(root, path), 'utf8'))).toEqual([]);
  },
);

it('sees a wide line in a paragraph and in a list, and none in code, tables and addresses', () => {
  const wide = 'word '.repeat(30).trim();
  expect(listWideLines(`${wide}\n\n- ${wide}\n`)).toHaveLength(2);
  expect(listWideLines(`    ${wide}\n\n\`\`\`\n${wide}\n\`\`\`\n\n| a |\n|---|\n| ${wide} |\n`)).toEqual([]);
  expect(listWideLines(`[here](https://example.com/${'long-'.repeat(30)})\n`)).toEqual([]);
});

function listWideLines(text: string): readonly string[] {
  return listProse(lexer(text))
    .flatMap((raw) => raw.split('\n'))
    .filter((line) => Array.from(line.replaceAll(/\]\([^)]*\)/g, ']()')).length > MAX_COLUMNS);
}

/** Paragraphs and headings as they are written, those of lists and quotations too. */
function listProse(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap((token): readonly string[] => {
    switch (token.type) {
      case 'paragraph':
      case 'heading':
      case 'text':
        return [token.raw];
      case 'list':
        return listProse(token.items ?? []);
      case 'list_item':
      case 'blockquote':
        return listProse(token.tokens ?? []);
      default:
        return [];
    }
  });
}
