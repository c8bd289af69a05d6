// `repartee init DIR`: a small project of one's own, ready to start. Argv in, exit code out.

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { parseWords } from '../arguments.ts';
import { RuntimeError, toMessage, UsageError } from '../errors.ts';
import { packagePath } from '../package-path.ts';
import { readVersion } from '../runtime/version.ts';

const HELP = `usage: repartee init DIR

Writes an agent, its test, package.json, tsconfig.json and README.md into DIR, which must be empty or not there.
`;

/** Names that npm would take for its own are kept under others in the package. */
const renamed: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  'package.template.json': 'package.json',
};

/** Throws UsageError, RuntimeError. */
export async function runInit(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0) throw new UsageError(`expected one folder, got ${positionals.length}`);
  const folder = resolve(given);
  await refuseFull(folder, given);
  try {
    await writeProject(folder);
  } catch (cause) {
    throw new RuntimeError('init-failed', `can't write ${given}: ${toMessage(cause)}`, { cause });
  }
  const path = relative(process.cwd(), folder);
  process.stdout.write(`${given} is ready:\n\n  cd ${path === '' ? '.' : path}\n  npm install && npm start\n`);
  return 0;
}

async function refuseFull(folder: string, given: string): Promise<void> {
  const found = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new RuntimeError('init-refused', `${given}: ${toMessage(error)}`, { cause: error });
  });
  if (found.length > 0)
    throw new RuntimeError('init-refused', `${given} is not empty (${found[0]}, …): give a new folder`);
}

async function writeProject(folder: string): Promise<void> {
  const template = packagePath('templates/agent');
  const wanted = await findPackage();
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(template)) {
    const text = await readFile(join(template, name), 'utf8');
    const filled = text
      .replace('"my-agent"', () => JSON.stringify(toPackageName(folder)))
      .replace('"^0.0.0"', () => JSON.stringify(wanted));
    await writeFile(join(folder, renamed[name] ?? name), filled, { flag: 'wx' });
  }
}

/** Where npm gets repartee from: this very clone, if it is one, for no registry has what is written there. */
async function findPackage(): Promise<string> {
  return existsSync(packagePath('src')) ? `file:${packagePath('.')}` : `^${await readVersion()}`;
}

function toPackageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'my-agent' : name;
}

function parse(argv: readonly string[]) {
  return parseWords(argv, { help: { type: 'boolean', short: 'h', default: false } });
}
