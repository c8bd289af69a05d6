import { writeFileSync } from 'node:fs';
import { pageFile, readMeanings, renderErrorPage } from './error-page.ts';

writeFileSync(pageFile, renderErrorPage(readMeanings()));
