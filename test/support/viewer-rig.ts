import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { startServerRig } from './server-rig.ts';

const packageRoot = resolve(import.meta.dirname, '../..');

export interface ViewerRig {
  readonly url: string;
  readonly folder: string;
  /** Opens a page at a place of the viewer. */
  open(place: string, options?: { readonly colorScheme?: 'light' | 'dark'; readonly width?: number }): Promise<Page>;
  /** Exceptions, errors in the console and foreign requests of all pages so far. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** The built viewer on a real server, over a folder of call files. */
export async function startViewerRig(
  browser: Browser,
  files: Readonly<Record<string, string>>,
  options: { readonly apiKey?: string } = {},
): Promise<ViewerRig> {
  const folder = await mkdtemp(join(tmpdir(), 'repartee-traces-'));
  const viewerDir = join(packageRoot, 'dist/viewer');
  const rig = await startServerRig(undefined, { traces: { viewerDir, folder, demoFolder: folder }, ...options });
  // What is older than the server is of calls that are over.
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, `${name}.jsonl`), text);
  const problems: string[] = [];
  const contexts = new Set<Page>();
  return {
    url: rig.url,
    folder,
    problems,
    async open(place, { colorScheme = 'light', width = 1280 } = {}) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 860 } });
      const page = await context.newPage();
      contexts.add(page);
      page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(`console: ${message.text()}`);
      });
      page.on('request', (request) => {
        if (new URL(request.url()).origin !== rig.url) problems.push(`foreign request: ${request.url()}`);
      });
      await page.goto(`${rig.url}/traces/${place}`);
      return page;
    },
    async close() {
      for (const page of contexts) await page.context().close();
      await rig.server.drain(0);
      await rm(folder, { recursive: true });
    },
  };
}
