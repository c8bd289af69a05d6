// Takes an agent's file, gives one JavaScript module with a source map in it; packages stay outside, at absolute
// addresses.

import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Loader, type Message, type Plugin } from 'esbuild';
import { AgentError } from '../errors.ts';
import { toShortPath } from './load-place.ts';

export interface Bundle {
  readonly code: string;
  /** Absolute paths of the files in it. */
  readonly sources: readonly string[];
}

/** Rejects with an AgentError for a syntax error or an import that leads nowhere. */
export async function bundleAgent(file: string): Promise<Bundle> {
  const folder = dirname(file);
  try {
    const { outputFiles, metafile } = await build({
      entryPoints: [file],
      absWorkingDir: folder,
      outfile: `${file}.mjs`,
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      // As Node resolves: without these two esbuild prefers what only bundlers read.
      conditions: ['module-sync'],
      mainFields: ['main'],
      banner: { js: `import { createRequire as __createRequire } from 'node:module';${requireFrom(file)}` },
      define: {
        'import.meta.url': ownMeta.url,
        'import.meta.filename': ownMeta.filename,
        'import.meta.dirname': ownMeta.dirname,
      },
      sourcemap: 'inline',
      logLevel: 'silent',
      plugins: [keepPackagesOutside, keepImportMeta],
    });
    const sources = Object.keys(metafile.inputs).map((path) => resolve(folder, path));
    return { code: outputFiles[0]?.text ?? '', sources };
  } catch (error) {
    throw toAgentError(error, file);
  }
}

const ownMeta = { url: '__agentUrl', filename: '__agentFilename', dirname: '__agentDirname' } as const;
const loaders: Readonly<Record<string, Loader>> = { '.ts': 'ts', '.mts': 'ts', '.js': 'js', '.mjs': 'js' };
const ownEntry = new URL(`../index${extname(fileURLToPath(import.meta.url))}`, import.meta.url).href;
const ownFolder = dirname(fileURLToPath(import.meta.url));
const resolvedMark = Symbol('resolved');

/**
 * The source of a package's file stays where it is; what only esbuild can read (TypeScript of a workspace, JSON) comes
 * in.
 */
const keepPackagesOutside: Plugin = {
  name: 'keep-packages-outside',
  setup({ onResolve, resolve: resolveFrom }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, resolveDir, kind, importer, with: attributes, pluginData }) => {
      if (pluginData === resolvedMark || kind === 'entry-point' || /^[a-z]:[\\/]/i.test(path)) return undefined;
      if (isBuiltin(path) || /^(file|data|https?):/.test(path)) return { path, external: true };
      // Always this very package, never another copy: its errors and agents are told apart by class and mark.
      if (path === 'repartee') return { path: ownEntry, external: true };
      const options = { kind, importer, with: attributes, pluginData: resolvedMark };
      for (const from of [resolveDir, ownFolder]) {
        const found = await resolveFrom(path, { ...options, resolveDir: from });
        if (found.errors.length > 0) continue;
        if (!/\.(c|m)?js$|\.node$/.test(found.path)) return found;
        return { path: kind === 'require-call' ? found.path : pathToFileURL(found.path).href, external: true };
      }
      const advice = path.startsWith('#') ? 'see "imports" in package.json' : `run npm install ${toPackage(path)}`;
      return { errors: [{ text: `can't find ${path}; ${advice}` }] };
    });
  },
};

/** In one bundled file import.meta would be that file's: each source gets constants with its own. */
const keepImportMeta: Plugin = {
  name: 'keep-import-meta',
  setup({ onLoad }) {
    onLoad({ filter: /\.m?[jt]s$/ }, async ({ path, pluginData }) => {
      const text = await readFile(path, 'utf8');
      const loader = loaders[extname(path)];
      if (loader === undefined || !text.includes('import.meta')) return undefined;
      const values = [pathToFileURL(path).href, path, dirname(path)].map((value) => JSON.stringify(value));
      const constants = Object.values(ownMeta).map((name, index) => `const ${name} = ${values[index]};`);
      // On the first line, in place of a #! line, so that all lines keep their numbers.
      const contents = `${constants.join(' ')} ${text.replace(/^#!.*/, '')}`;
      return { contents, loader, resolveDir: dirname(path), pluginData };
    });
  },
};

function requireFrom(file: string): string {
  return `const require = __createRequire(${JSON.stringify(pathToFileURL(file).href)});`;
}

function toPackage(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function toAgentError(error: unknown, file: string): AgentError {
  const messages = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  const first: Message | undefined = messages[0];
  if (first === undefined) {
    const reason = error instanceof Error ? error.message : String(error);
    return new AgentError('agent-syntax', `${toShortPath(file)}: ${reason}`, { cause: error });
  }
  const { location } = first;
  const text = first.text.replace(/^Could not resolve "(.*)"$/, "can't find $1");
  const at = location
    ? `${toShortPath(resolve(dirname(file), location.file))}:${location.line}:${location.column + 1}`
    : toShortPath(file);
  const isImport = /^can't find /.test(text);
  return new AgentError(isImport ? 'agent-import' : 'agent-syntax', `${at}: ${text}`, { cause: error });
}
