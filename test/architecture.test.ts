import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { MAY_IMPORT, MAY_USE, NESTED } from './support/import-tables.ts';

const root = resolve(import.meta.dirname, '..');
const src = join(root, 'src');
const MAX_FILE_LINES = 400;
/** A clone costs each of them for ever. */
const MAX_TRACKED_BYTES = 1_000_000;

/** Rooms whose constants are held to the rule. */
const ROOMS_WITH_CAPITALS = ['src', 'bench', 'training'];
/** A constant of a module and its value, up to the semicolon that ends a line. */
const constant = /^(?:export )?const (\w+)(?:: [^=\n]+)? = ?\s*(`[^`]*`|[\s\S]*?);$/gm;
/** A number, a string, or a sum of such. */
const plainValue =
  /^(?:-?[\d(][\w.\s*+\-/()]*|[A-Z][A-Z\d_]*(?: [*+/-] [\w.]+)*|String\.raw`[^`]*`|Date\.UTC\([^)]*\)|(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")(?:\s*\+\s*'[^'\n]*')*|`(?:[^`\\]|\\.)*`)$/;

interface SourceFile {
  readonly path: string;
  readonly module: string;
  readonly imports: readonly string[];
}

const files = listFiles(src)
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
  .map(readSource);

/** Imports of one module by another. */
const edges = files.flatMap(({ path, module, imports }) =>
  imports
    .filter(isRelative)
    .map((specifier) => ({
      path,
      from: module,
      to: toModule(relative(src, resolve(dirname(join(src, path)), specifier))),
    }))
    .filter(({ from, to }) => from !== to),
);

it('finds the modules it is to judge', () => {
  expect(new Set(files.map((file) => file.module))).toEqual(new Set(Object.keys(MAY_IMPORT)));
});

it('lets a module import only what its row allows', () => {
  const broken = edges.filter(({ from, to }) => !(MAY_IMPORT[from] ?? []).includes(to));
  expect(broken.map(({ path, to }) => `${path} imports ${to}`)).toEqual([]);
});

it('allows nothing that nobody uses', () => {
  const used = new Set(edges.map(({ from, to }) => `${from} > ${to}`));
  const unused = Object.entries(MAY_IMPORT).flatMap(([from, list]) =>
    list.filter((to) => !used.has(`${from} > ${to}`)).map((to) => `${from} imports ${to} nowhere`),
  );
  expect(unused).toEqual([]);
});

it('has no cycle of modules', () => {
  const graph = new Map(
    files.map(({ module }) => [module, edges.filter(({ from }) => from === module).map(({ to }) => to)]),
  );
  expect(findCycle(graph)).toBeUndefined();
});

it('keeps the engine to eight rooms with at most thirty arrows between them', () => {
  const rooms = new Set(files.filter(({ path }) => /^engine\/.+\//.test(path)).map(({ module }) => module));
  const arrows = new Set(
    edges.filter(({ from, to }) => rooms.has(from) && rooms.has(to)).map(({ from, to }) => `${from} > ${to}`),
  );
  console.log(`src/engine: ${rooms.size} rooms, ${arrows.size} arrows`);
  expect(rooms.size).toBeLessThanOrEqual(8);
  expect(arrows.size).toBeLessThanOrEqual(30);
});

it('keeps benchmarks and training out of the product', () => {
  const broken = files.flatMap(({ path, imports }) =>
    imports
      .filter((specifier) => /(^|\/)\.\.\/(bench|training)\//.test(specifier))
      .map((to) => `${path} imports ${to}`),
  );
  expect(broken).toEqual([]);
});

it('lets a package in only where its row allows', () => {
  const broken = files.flatMap((file) =>
    file.imports
      .filter((specifier) => !isRelative(specifier) && !specifier.startsWith('node:'))
      .map(toPackage)
      .filter((name) => !(MAY_USE[name] ?? []).some((prefix) => file.path.startsWith(prefix)))
      .map((name) => `${file.path} uses ${name}`),
  );
  expect(broken).toEqual([]);
});

it('has no import cycle', () => {
  const graph = new Map(
    files.map((file) => [file.path, file.imports.filter(isRelative).map((to) => resolveImport(file, to))]),
  );
  expect(findCycle(graph)).toBeUndefined();
});

it('keeps every file within two screens and a bit', () => {
  const long = listTracked()
    .filter((path) => /\.(tsx?|js|css|html|py)$/.test(path))
    .map((path) => [path, readFileSync(join(root, path), 'utf8').split('\n').length - 1] as const)
    .filter(([, countLines]) => countLines > MAX_FILE_LINES);
  expect(long).toEqual([]);
});

it('tracks no large file but the weights of models', () => {
  const large = listTracked()
    .filter((path) => !path.startsWith('models/'))
    .map((path) => [path, statSync(join(root, path)).size] as const)
    .filter(([, sizeBytes]) => sizeBytes > MAX_TRACKED_BYTES);
  expect(large).toEqual([]);
});

it('writes the constants of its files in capitals, numbers and strings alone', () => {
  const wrong = ROOMS_WITH_CAPITALS.flatMap((room) => listFiles(join(root, room)).map((path) => join(room, path)))
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) =>
      Array.from(readFileSync(join(root, path), 'utf8').matchAll(constant), ([, name = '', value = '']) => ({
        name,
        isRight: plainValue.test(value) ? !/[a-z]/.test(name) : /[a-z]/.test(name),
        path,
      })),
    )
    .filter(({ isRight }) => !isRight);
  expect(wrong.map(({ path, name }) => `${path}: ${name}`)).toEqual([]);
});

it('lets example agents import only the public package', () => {
  const broken = listFiles(join(root, 'agents'))
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) =>
      findImports(readFileSync(join(root, 'agents', path), 'utf8')).map((specifier) => `${path}: ${specifier}`),
    )
    .filter((line) => /: .*(\.\.\/|repartee\/(?!testing))/.test(line));
  expect(broken).toEqual([]);
});

it('enforces the very tables that ARCHITECTURE.md shows', () => {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  expect(readTable(text, 'module')).toEqual(toRows(MAY_IMPORT));
  expect(readTable(text, 'package')).toEqual(toRows(MAY_USE));
});

it('sees a cycle where there is one', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['a']],
  ]);
  expect(findCycle(graph)).toEqual(['a', 'b', 'c', 'a']);
});

/** Paths of the files that git knows and that there are. */
function listTracked(): readonly string[] {
  return execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 24 })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)));
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function readSource(path: string): SourceFile {
  return { path, module: toModule(path), imports: findImports(readFileSync(join(src, path), 'utf8')) };
}

/** `engine/forward/kv.ts` belongs to engine/forward, `engine/manifest.ts` and `events.ts` to themselves, `agent/load.ts` to agent. */
function toModule(path: string): string {
  const [first = path, second, third] = path.split('/');
  const isNested = second !== undefined && NESTED.includes(first);
  const module = isNested ? `${first}/${second}` : first;
  return second === undefined || (isNested && third === undefined) ? module.replace(/\.(d\.)?tsx?$/, '') : module;
}

function findImports(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const patterns = [
    /(?:^|\n)\s*(?:import|export)\s[^;'"`]*?from\s*['"]([^'"]+)['"]/g,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
    /(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].flatMap((match) => match[1] ?? []));
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith('.');
}

function toPackage(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function resolveImport(file: SourceFile, specifier: string): string {
  return relative(src, resolve(dirname(join(src, file.path)), specifier));
}

function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...path, node]);
      if (cycle) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Rows of the markdown table whose first heading is `heading`: first cell → its list. */
function readTable(text: string, heading: string): Record<string, string[]> {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  const rows: Record<string, string[]> = {};
  for (const line of lines.slice(start + 2)) {
    if (start < 0 || !line.startsWith('|')) break;
    const [name = '', list = ''] = line
      .slice(1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', ''));
    rows[name] = list === '–' ? [] : list.split(', ').sort();
  }
  return rows;
}

function toRows(table: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(table).map(([name, list]) => [name, [...list].sort()]));
}
