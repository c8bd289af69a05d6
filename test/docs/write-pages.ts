import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toCallFileSchema } from '../../src/trace/format/call-file-schema.ts';
import { pageFile, readMeanings, renderErrorPage, root } from './error-page.ts';

writeFileSync(pageFile, renderErrorPage(readMeanings()));

const schemaFile = join(root, 'docs/reference/trace-format.schema.json');
writeFileSync(schemaFile, JSON.stringify(toCallFileSchema(), undefined, 2));
execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', schemaFile]);
