// `repartee bench viewer`: how fast a long call opens and scrolls in the trace viewer, in a real browser.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseOptions, toWhole } from '../src/arguments.ts';
import { systemClock } from '../src/base/clock.ts';
import { percentile } from '../src/base/percentile.ts';
import { RuntimeError, toMessage } from '../src/errors.ts';
import { packagePath } from '../src/package-path.ts';
import { startServer } from '../src/server/server.ts';
import { wsTransport } from '../src/transport/ws.ts';
import { makeLongCall } from './long-call.ts';
import { describeMachine, type Machine } from './machine.ts';

const HELP = `usage: repartee bench viewer [--json] [--turns N] [--rounds N]

Opens a call of N turns in the trace viewer and scrolls through it. Wants playwright-core and Chromium (CHROMIUM names another
browser than /usr/bin/chromium).

  --json      one JSON object instead of lines
  --turns N   turns of the call (default 400: half an hour)
  --rounds N  how often (default 5)
`;

interface ViewerBench {
  readonly settings: {
    readonly machine: Machine;
    readonly turns: number;
    readonly rounds: number;
    readonly bytes: number;
  };
  /** From the address to the turns and the chosen turn being there. */
  readonly openMs: { readonly p50: number | null; readonly max: number | null };
  readonly scroll: {
    /**
     * The longest task of the page's thread while it scrolled; 0: none over 50 ms, which is all that a browser tells.
     */
    readonly longestTaskMs: number;
    readonly countTasksOver50Ms: number;
  };
  /** In the document while the call is open: rows out of sight are not. */
  readonly countRowsInDocument: number;
}

const CALL_ID = 'long';
const COUNT_SCROLLS = 60;

/** Throws UsageError, RuntimeError. */
export async function benchViewer(argv: readonly string[]): Promise<void> {
  const options = parse(argv);
  if (options.help) return void process.stdout.write(HELP);
  const turns = toWhole('--turns', options.turns, 1, 10_000);
  const rounds = toWhole('--rounds', options.rounds, 1, 100);
  const bench = await measure(turns, rounds);
  process.stdout.write(options.json ? `${JSON.stringify(bench)}\n` : render(bench));
}

async function measure(turns: number, rounds: number): Promise<ViewerBench> {
  const machine = describeMachine();
  const folder = await mkdtemp(join(tmpdir(), 'repartee-bench-'));
  const text = makeLongCall(turns, 1);
  await writeFile(join(folder, `${CALL_ID}.jsonl`), text);
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    maxCalls: 1,
    pageDir: packagePath('dist/page'),
    traces: { viewerDir: packagePath('dist/viewer'), folder, demoFolder: folder },
    clock: systemClock,
    transport: wsTransport,
    log: () => undefined,
  });
  const browser = await launch();
  try {
    const opened: number[] = [];
    let longestTaskMs = 0;
    let countTasksOver50Ms = 0;
    let countRowsInDocument = 0;
    for (let round = 0; round < rounds; round++) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
      const start = performance.now();
      await page.goto(`${server.url}/traces/#/call/${CALL_ID}`);
      await page.waitForSelector('.row-link[aria-current]');
      await page.waitForSelector('.turn .scrubber');
      opened.push(performance.now() - start);
      const long = await page.evaluate<Scrolled>(SCROLL_SCRIPT);
      longestTaskMs = Math.max(longestTaskMs, ...long.tasksMs);
      countTasksOver50Ms += long.tasksMs.length;
      countRowsInDocument = Math.max(countRowsInDocument, long.countRows);
      await page.close();
    }
    return {
      settings: { machine, turns, rounds, bytes: Buffer.byteLength(text) },
      openMs: { p50: round1(percentile(opened, 0.5)), max: round1(percentile(opened, 1)) },
      scroll: { longestTaskMs: Math.round(longestTaskMs), countTasksOver50Ms },
      countRowsInDocument,
    };
  } finally {
    await browser.close();
    await server.drain(0);
    await rm(folder, { recursive: true });
  }
}

/**
 * Runs in the page: from top to bottom in even steps, one a frame. Text, because this program is compiled without the
 * DOM.
 */
const SCROLL_SCRIPT = `(async () => {
  const tasksMs = [];
  const observer = new PerformanceObserver((list) => tasksMs.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: 'longtask' });
  const rows = document.querySelector('.rows');
  let countRows = 0;
  for (let step = 0; step <= ${COUNT_SCROLLS}; step++) {
    rows.scrollTop = (rows.scrollHeight * step) / ${COUNT_SCROLLS};
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    countRows = Math.max(countRows, document.querySelectorAll('.row').length);
  }
  observer.disconnect();
  return { tasksMs, countRows };
})()`;

interface Scrolled {
  readonly tasksMs: readonly number[];
  readonly countRows: number;
}

async function launch() {
  const { chromium } = await import('playwright-core').catch((cause: unknown) => {
    throw new RuntimeError(
      'browser-missing',
      'playwright-core is not installed: npm install --no-save playwright-core',
      { cause },
    );
  });
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] }).catch((cause: unknown) => {
    const reason = toMessage(cause).split('\n', 1)[0];
    throw new RuntimeError(
      'browser-missing',
      `${executablePath} does not start (${reason}); name another one in CHROMIUM`,
      { cause },
    );
  });
}

function render({ settings, openMs, scroll, countRowsInDocument }: ViewerBench): string {
  const { machine, turns, rounds, bytes } = settings;
  return [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load average ${machine.loadAverage}, ${machine.date}`,
    `a call of ${turns} turns, ${bytes} bytes, opened ${rounds} times`,
    `open: ${openMs.p50} ms p50, ${openMs.max} ms at most`,
    `scroll: ${scroll.countTasksOver50Ms} tasks over 50 ms, the longest ${scroll.longestTaskMs} ms`,
    `rows in the document: ${countRowsInDocument} at most`,
    '',
  ].join('\n');
}

function parse(argv: readonly string[]) {
  return parseOptions(argv, {
    json: { type: 'boolean', default: false },
    turns: { type: 'string', default: '400' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean', short: 'h', default: false },
  });
}

function round1(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
