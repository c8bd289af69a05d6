import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { lexer, type Tokens } from 'marked';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

interface Row {
  readonly names: readonly string[];
  readonly of: readonly string[];
}

/** Read by a library or by npm, not by this repository. */
const READ_ELSEWHERE = [
  'ONNXRUNTIME_NODE_INSTALL',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_SERVICE_NAME',
  'VK_ICD_FILENAMES',
];
/** What every process has. */
const EVERYWHERE = ['HOME', 'PATH', 'PORT', 'REPARTEE_URL'];

describe('docs/reference/configuration.md', () => {
  const rows = readRows();
  const toldFlags = rows
    .flatMap(({ names, of }) => names.filter((name) => name.startsWith('--')).map((name) => ({ name, of })))
    .flatMap(({ name, of }) => of.map((command) => `${command} ${name.split(' ')[0]}`));
  const toldVariables = rows.flatMap(({ names }) => names.filter((name) => /^[A-Z][A-Z_]+$/.test(name)));

  it('tells of every flag of every command, and of no other', () => {
    const flags = readFlags();
    expect(flags.length).toBeGreaterThan(80);
    expect(toldFlags.toSorted()).toEqual(flags.toSorted());
  });

  it('tells of every environment variable that is read, and of no other', () => {
    const read = new Set(readVariables());
    for (const name of [...EVERYWHERE, ...READ_ELSEWHERE]) read.delete(name);
    expect(toldVariables.filter((name) => !READ_ELSEWHERE.includes(name)).toSorted()).toEqual([...read].toSorted());
  });
});

function readRows(): readonly Row[] {
  const text = readFileSync(join(root, 'docs/reference/configuration.md'), 'utf8');
  const table = lexer(text).find((token): token is Tokens.Table => token.type === 'table');
  return (table?.rows ?? []).map(([names, of]) => ({
    names: (names?.tokens ?? []).flatMap((token) => (token.type === 'codespan' ? token.text : [])),
    of: (of?.text ?? '').split(', '),
  }));
}

/** `start --port` of each specification of arguments. */
function readFlags(): readonly string[] {
  const sources = listSources(['src', 'bench', 'training']);
  const shared =
    sources.map(({ text }) => readBlock(text, /\bdrawingOptions = \{/)).find((block) => block !== undefined) ?? '';
  return sources.flatMap(({ path, text }) => {
    if (text.includes('npm run model -- COMMAND')) return readModelFlags(text);
    const block =
      readBlock(text, /\bparse(?:Options|Words)\(\w+, \{/) ??
      (/\bparse(?:Options|Words)\(\w+, options\)/.test(text) ? readBlock(text, /\boptions = \{/) : undefined);
    if (block === undefined) return [];
    const whole = block.includes('...drawingOptions') ? `${block}${shared}` : block;
    return [...whole.matchAll(/(?:'([a-z-]+)'|\b([a-z]+)): \{ type: '/g)].map(
      ([, quoted, bare]) => `${toCommand(path)} --${quoted ?? bare}`,
    );
  });
}

function readModelFlags(text: string): readonly string[] {
  return text.split(/\bcase '/).flatMap((part) => {
    const command = part.split("'", 1)[0];
    const options = /\boptions: \{([^}]*)\}/.exec(part)?.[1] ?? '';
    return [...options.matchAll(/(\w+): text/g)].map(([, name]) => `model ${command} --${name}`);
  });
}

function toCommand(path: string): string {
  const name = basename(path, '.ts').replace(/-arguments$|^engine-/, '');
  return /(^|\/)bench\//.test(path) ? `bench ${name}` : name;
}

/** From the brace that `opening` ends with to the one that closes it. */
function readBlock(text: string, opening: RegExp): string | undefined {
  const found = opening.exec(text);
  if (found === null) return undefined;
  const start = found.index + found[0].length;
  let countOpen = 1;
  let end = start;
  for (; countOpen > 0 && end < text.length; end += 1) countOpen += text[end] === '{' ? 1 : text[end] === '}' ? -1 : 0;
  return text.slice(start, end - 1);
}

function readVariables(): readonly string[] {
  const sources = listSources(['src', 'bench', 'training', 'agents', 'test', 'vitest.config.ts']);
  return sources.flatMap(({ text }) => [
    ...[...text.matchAll(/\bprocess\.env\.([A-Z_]+)/g)].flatMap(([, name]) => name ?? []),
    ...[...text.matchAll(/\{ ([A-Z_]+)[^{}]*\} = process\.env\b/g)].flatMap(([, name]) => name ?? []),
    ...(text.includes('process.env[')
      ? [...text.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].flatMap(([, name]) => name ?? [])
      : []),
  ]);
}

function listSources(places: readonly string[]) {
  return places
    .map((place) => join(root, place))
    .filter(existsSync)
    .flatMap((place) =>
      place.endsWith('.ts')
        ? [place]
        : readdirSync(place, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('test/docs'))
            .map((entry) => join(entry.parentPath, entry.name)),
    )
    .map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }));
}
