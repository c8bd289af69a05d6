// Takes the sources and what docs/reference/errors.yaml says of each code, gives the page of all error codes.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const root = resolve(import.meta.dirname, '../..');
const meaningsFile = join(root, 'docs/reference/errors.yaml');
export const pageFile = join(root, 'docs/reference/errors.md');

const KEBAB = "'([a-z]+(?:-[a-z]+)*)'";
/** Ways in which the sources name a code: of an error, of a message, of an HTTP answer. */
const patterns = [
  new RegExp(`Error\\(\\s*(?:[^'"\`()]*\\?\\s*)?${KEBAB}(?:\\s*:\\s*${KEBAB})?\\s*,`, 'g'),
  new RegExp(`\\bcode(?: =|:) (?:[^'"\`;{}]*\\? )?${KEBAB}(?: [:|] ${KEBAB})?(?: [:|] ${KEBAB})?`, 'g'),
  new RegExp(`\\b(?:p|toP)roblem\\(${KEBAB}`, 'g'),
  new RegExp(`\\bcheckRange\\([^)]*${KEBAB}\\)`, 'g'),
];
/** What the same words stand for elsewhere: a code of zod's issues, a field of errors. */
const foreign = new Set(['custom', 'code']);

const Meanings = z.array(
  z.strictObject({
    title: z.string(),
    about: z.string(),
    codes: z.record(z.string(), z.strictObject({ means: z.string(), fix: z.string() })),
  }),
);
type Meanings = z.infer<typeof Meanings>;

export interface ErrorCodes {
  /** Named where an error or a message is made. */
  readonly raised: ReadonlySet<string>;
  /** Anywhere in the sources, in quotes. */
  readonly quoted: ReadonlySet<string>;
}

export function findErrorCodes(): ErrorCodes {
  const raised = new Set<string>();
  const quoted = new Set<string>();
  for (const text of readSources()) {
    for (const pattern of patterns)
      for (const [, ...codes] of text.matchAll(pattern))
        for (const code of codes) if (code !== undefined && !foreign.has(code)) raised.add(code);
    for (const [, code = ''] of text.matchAll(new RegExp(KEBAB, 'g'))) quoted.add(code);
  }
  return { raised, quoted };
}

export function readMeanings(): Meanings {
  return Meanings.parse(parse(readFileSync(meaningsFile, 'utf8')));
}

export function renderErrorPage(meanings: Meanings): string {
  const sections = meanings.map(({ title, about, codes }) => {
    const rows = Object.entries(codes)
      .sort(([a], [b]) => a.localeCompare(b, 'en'))
      .map(([code, { means, fix }]) => `| \`${code}\` | ${toCell(means)} | ${toCell(fix)} |`);
    return [`## ${title}`, '', wrap(about), '', '| code | it means | what to do |', '|---|---|---|', ...rows].join(
      '\n',
    );
  });
  return `${[head, ...sections].join('\n\n')}\n`;
}

const head = `# Error codes

Every error of repartee has a stable \`code\` for programs and a \`message\` for people: the message says what was wrong,
which value it had, what the limit is and how to mend it. Codes stay as they are within a version of the wire
([what stays](../operate/versioning.md)); messages may change. This page is written by \`npm run docs\` from
[errors.yaml](errors.yaml), and a test holds it to the codes in the sources.`;

/** At 120 columns, between words. */
function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && longer.length <= 120) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join('\n');
}

function toCell(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
}

function* readSources(): Generator<string> {
  for (const folder of ['src', 'bench', 'training'].map((name) => join(root, name)).filter(existsSync))
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile() && /\.ts$/.test(entry.name)) yield readFileSync(join(entry.parentPath, entry.name), 'utf8');
}
