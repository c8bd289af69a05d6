import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { CallerEvent } from '../../src/events.ts';
import type { ServerOptions } from '../../src/server/server.ts';
import type { ScriptedCall } from './scripted-call.ts';
import { type RigOptions, startServerRig } from './server-rig.ts';

const packageRoot = resolve(import.meta.dirname, '../..');

/** Debian's Chromium, headless; CHROMIUM names another one. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}

export interface CallPage {
  readonly page: Page;
  /** What went wrong in the page so far: exceptions, console errors, refused or foreign requests. */
  readonly problems: readonly string[];
}

export interface OpenOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** A script that runs in the page before its own. */
  readonly initFile?: string;
}

/** Opens the page in a profile of its own and waits for it to know its server. */
export async function openCallPage(browser: Browser, url: string, options: OpenOptions = {}): Promise<CallPage> {
  const { colorScheme = 'light', width = 1000, height = 760, initFile } = options;
  const context = await browser.newContext({ colorScheme, viewport: { width, height } });
  if (initFile !== undefined) await context.addInitScript({ path: initFile });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) problems.push(`foreign request: ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector('body:not([data-state="closed"])');
  return { page, problems };
}

export interface ScriptedPage extends CallPage {
  /** The one call, once the page has opened it. */
  call(): ScriptedCall;
  /** Resolves with the first caller event that fits, be it there already or yet to come. */
  received<Type extends CallerEvent['type']>(
    type: Type,
    fits?: (event: Extract<CallerEvent, { type: Type }>) => boolean,
  ): Promise<Extract<CallerEvent, { type: Type }>>;
  shutDown(): Promise<void>;
  close(): Promise<void>;
}

/** The built page on a real server, whose calls say nothing but what the test reports. */
export async function openScriptedPage(
  browser: Browser,
  options: OpenOptions & { server?: Partial<ServerOptions> & RigOptions } = {},
): Promise<ScriptedPage> {
  const waiting = new Set<() => void>();
  const rig = await startServerRig(
    () => {
      for (const check of waiting) check();
    },
    { pageDir: join(packageRoot, 'dist/page'), ...options.server },
  );
  const callPage = await openCallPage(browser, rig.url, options);
  const call = () => {
    const opened = rig.calls.at(-1);
    if (opened === undefined) throw new Error('the page has opened no call');
    return opened;
  };
  return {
    ...callPage,
    call,
    received: (type, fits = () => true) =>
      new Promise((resolve) => {
        const check = () => {
          const found = call().received.find((event) => isOfType(event, type) && fits(event));
          if (found === undefined || !isOfType(found, type)) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
    shutDown: () => rig.server.drain(0),
    async close() {
      await callPage.page.context().close();
      await rig.server.drain(0);
    },
  };
}

function isOfType<Type extends CallerEvent['type']>(
  event: CallerEvent,
  type: Type,
): event is Extract<CallerEvent, { type: Type }> {
  return event.type === type;
}

/** Presses Call and waits until the line to type on is open. */
export async function startCall(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Call', exact: true }).click();
  await page.waitForSelector('body[data-state="live"]');
}

export interface PlaybackCounts {
  readonly samples: number;
  readonly voicedSamples: number;
  readonly droppedSamples: number;
}

/** What the page's audio thread has played so far. */
export async function readPlayback(page: Page): Promise<PlaybackCounts> {
  const read = async (name: string) => Number((await page.locator('[data-part="level"]').getAttribute(name)) ?? 0);
  const [samples, voicedSamples, droppedSamples] = await Promise.all([
    read('data-samples'),
    read('data-voiced-samples'),
    read('data-dropped-samples'),
  ]);
  return { samples, voicedSamples, droppedSamples };
}

/** A 440 Hz tone in frames of 20 ms at 16 kHz. */
export function toneFrames(lengthMs: number): Int16Array[] {
  return Array.from({ length: lengthMs / 20 }, (_, frame) =>
    Int16Array.from({ length: 320 }, (_, index) =>
      Math.round(12_000 * Math.sin((2 * Math.PI * 440 * (frame * 320 + index)) / 16_000)),
    ),
  );
}

/** The agent says `text` with a tone of this length as its voice. */
export function speak(call: ScriptedCall, turn: number, text: string, lengthMs: number): void {
  call.report({ type: 'reply.updated', turn, text });
  call.report({ type: 'audio.started', turn });
  for (const samples of toneFrames(lengthMs)) call.report({ type: 'audio.delta', turn, samples });
  call.report({ type: 'audio.ended', turn });
}
