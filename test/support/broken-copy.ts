// The product with one thing broken, in a folder of its own: what proves that a test would notice.

import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

const root = resolve(import.meta.dirname, '../..');

/** In that symbol of that file of src/ this text becomes other text, however the formatter breaks its lines. */
export interface Mutation {
  readonly file: string;
  /** The innermost function, constant, property or method that the text is in. */
  readonly symbol: string;
  readonly from: string;
  readonly to: string;
}

export interface BrokenCopy extends AsyncDisposable {
  readonly folder: string;
}

/** Copies src/, test/support/ and the `further` paths, and breaks the copy. Throws where the symbol does not hold `from` just once. */
export async function copyBroken(mutation: Mutation, further: readonly string[] = []): Promise<BrokenCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'repartee-broken-'));
  const remove = () => rm(folder, { recursive: true });
  try {
    for (const path of ['src', 'test/support', ...further])
      await cp(join(root, path), join(folder, path), { recursive: true });
    for (const shared of ['models', 'node_modules', 'package.json'])
      await symlink(join(root, shared), join(folder, shared));
    const path = join(folder, 'src', mutation.file);
    await writeFile(path, mutate(await readFile(path, 'utf8'), mutation));
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, [Symbol.asyncDispose]: remove };
}

/** The source with the mutation made. Throws where the symbol does not hold `from` just once. */
export function mutate(source: string, { file, symbol, from, to }: Mutation): string {
  const pattern = new RegExp(from.trim().split(/\s+/).map(toPattern).join('\\s+'), 'g');
  const places = new Set<number>();
  let length = 0;
  for (const [start, end] of findSymbols(source, symbol))
    for (const match of source.slice(start, end).matchAll(pattern)) {
      places.add(start + match.index);
      length = match[0].length;
    }
  const [place] = places;
  if (place === undefined || places.size > 1)
    throw new Error(`${file} has ${places.size} places in ${symbol} that say ${from}, expected 1`);
  return source.slice(0, place) + to + source.slice(place + length);
}

/** From where to where functions, methods, constants and properties of this name are declared. */
function findSymbols(source: string, symbol: string): [number, number][] {
  const found: [number, number][] = [];
  const note = (name: Name | null, { start, end }: Range) => {
    if (name?.name === symbol || name?.value === symbol) found.push([start, end]);
  };
  new Visitor({
    FunctionDeclaration: (node) => note(node.id, node),
    VariableDeclarator: (node) => note(node.id as Name, node),
    MethodDefinition: (node) => note(node.key as Name, node),
    Property: (node) => note(node.key as Name, node),
  }).visit(parseSync('source.ts', source).program);
  return found;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** An identifier has a name, a string a value; a pattern has neither. */
interface Name {
  readonly name?: unknown;
  readonly value?: unknown;
}

function toPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
