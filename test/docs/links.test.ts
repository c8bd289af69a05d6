import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import GithubSlugger from 'github-slugger';
import { lexer, type Token } from 'marked';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const FOLDERS = [
  'agents',
  'bench',
  'decisions',
  'deploy',
  'docs',
  'fixtures',
  'models',
  'src',
  'templates',
  'test',
  'training',
];
const pages = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...list('docs').filter((path) => path.endsWith('.md')),
].filter((path) => existsSync(join(root, path)));
const files = FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap(list);

interface Page {
  readonly links: readonly string[];
  /** Between backticks. */
  readonly code: readonly string[];
  /** Outside links and code. */
  readonly prose: readonly string[];
}

describe.each(pages)('%s', (path) => {
  const page = readPage(path);

  it('links to files and headings that there are', () => {
    expect(page.links.filter((href) => !/^[a-z]+:/.test(href) && !leadsSomewhere(path, href))).toEqual([]);
  });

  it('links every file that its prose names', () => {
    const named = page.prose.flatMap((text) => text.match(pathPattern()) ?? []);
    expect(named).toEqual([]);
  });

  it('names in code only sources that there are', () => {
    const named = page.code.filter((text) => /^[\w@-]+(\/[\w@.-]+)+\.[a-z]+$/.test(text) && isOwn(text));
    expect(named.filter((text) => !files.some((file) => `/${file}`.endsWith(`/${text}`)))).toEqual([]);
  });
});

it('leads from docs/index.md to every page', () => {
  const index = readPage('docs/index.md').links.map((href) =>
    relative(root, resolve(root, 'docs', href.split('#')[0] ?? '')),
  );
  const inner = pages.filter((path) => path.startsWith('docs/') && path !== 'docs/index.md');
  expect(inner.filter((path) => !index.includes(path))).toEqual([]);
});

it('sees a link that leads nowhere, a heading that is none, and a path that is no link', () => {
  expect(leadsSomewhere('README.md', 'docs/nowhere.md')).toBe(false);
  expect(leadsSomewhere('README.md', 'README.md#nowhere')).toBe(false);
  expect(leadsSomewhere('README.md', 'README.md#measured')).toBe(true);
  expect('see docs/guide/testing.md, and README.md'.match(pathPattern())).toEqual([
    'docs/guide/testing.md',
    'README.md',
  ]);
});

function pathPattern(): RegExp {
  return new RegExp(`(?:\\b(?:${FOLDERS.join('|')})/[\\w./-]+|\\b[A-Z]{4,})\\.(?:md|ts|json|jsonl|svg|yaml)\\b`, 'g');
}

/** A path of this repository, not of an example or of another machine. */
function isOwn(path: string): boolean {
  const [first = ''] = path.split('/');
  return FOLDERS.includes(first) || existsSync(join(root, 'src', first));
}

function leadsSomewhere(from: string, href: string): boolean {
  const [path = '', anchor] = href.split('#');
  const target = path === '' ? join(root, from) : resolve(root, dirname(from), decodeURI(path));
  if (!existsSync(target)) return false;
  return (
    anchor === undefined || (statSync(target).isFile() && toAnchors(readFileSync(target, 'utf8')).includes(anchor))
  );
}

function toAnchors(text: string): readonly string[] {
  const slugger = new GithubSlugger();
  return lexer(text).flatMap((token) => (token.type === 'heading' ? slugger.slug(toPlain(token)) : []));
}

function toPlain(token: Token): string {
  const inner = 'tokens' in token ? token.tokens : undefined;
  if (inner !== undefined && inner.length > 0) return inner.map(toPlain).join('');
  return 'text' in token && typeof token.text === 'string' ? token.text : '';
}

function readPage(path: string): Page {
  const links: string[] = [];
  const code: string[] = [];
  const prose: string[] = [];
  const visit = (token: Token, isLinked: boolean): void => {
    if (token.type === 'link' || token.type === 'image') links.push(token.href);
    if (token.type === 'codespan') code.push(token.text);
    const inner = toInner(token);
    if (token.type === 'text' && inner.length === 0 && !isLinked) prose.push(token.text);
    for (const one of inner) visit(one, isLinked || token.type === 'link' || token.type === 'image');
  };
  for (const token of lexer(readFileSync(join(root, path), 'utf8'))) visit(token, false);
  return { links, code, prose };
}

function toInner(token: Token): readonly Token[] {
  if (token.type === 'list') return token.items;
  if (token.type === 'table')
    return [token.header, ...token.rows].flatMap((row: { tokens: Token[] }[]) => row.flatMap((cell) => cell.tokens));
  return 'tokens' in token ? (token.tokens ?? []) : [];
}

function list(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
