// The pages as a newcomer follows them: every command of the quick start, in order, as it stands there.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lexer } from 'marked';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const TWILIO_TOKEN = 'a newcomer has one from the console';
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'repartee-newcomer-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

it('takes a newcomer from the README to an agent with a tool, a test, a key and a telephone number', async () => {
  const quickStart = await readBlocks('docs/guide/quick-start.md');
  const [cloneAndRun = '', make = '', test = '', open = ''] = quickStart;

  // 1. Talk to the examples.
  const clone = join(home, 'repartee');
  await sh(linesOf(cloneAndRun, 0, 1), home);
  await sh(linesOf(cloneAndRun, 1, 2), clone);
  await serve(linesOf(cloneAndRun, 2), clone, {}, async () => {
    expect((await ask('/')).text).toContain('<title>');
    expect(await agents()).toContain('restaurant');
  });

  // The README's agent, saved under the name in its first line.
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, source = ''] = /```ts\n(\/\/ hotel\.ts\n[\s\S]*?)```/.exec(readme) ?? [];
  await writeFile(join(clone, 'hotel.ts'), source);
  const [, watch = ''] = /^ {4}(npm start -- --agent hotel\.ts --watch)/m.exec(readme) ?? [];
  await serve(watch, clone, {}, async () => expect(await agents()).toEqual(['hotel']));

  // 2. and 3. An agent of one's own, and its test.
  const [initLine, ...ownLines] = make.split('\n');
  await sh(initLine ?? '', clone);
  const own = join(home, 'my-agent');
  await sh(ownLines[1] ?? '', own);
  await serve(ownLines[2] ?? '', own, {}, async () => expect((await ask('/health')).status).toBe(200));
  expect(await sh(linesOf(test, 0, 1), own)).toMatch(/\d+ passed/);
  expect(await typeTo(linesOf(test, 1, 2), own, 'hello')).toContain('to first words');

  // 4. Others reach it with a key, 5. and a telephone network by its signature.
  const [key = '', start = ''] = open.split('\n');
  const telephone = { TWILIO_AUTH_TOKEN: TWILIO_TOKEN };
  await serve(`${key}; echo $REPARTEE_API_KEY >key.txt; ${start}`, own, telephone, async () => {
    const given = (await readFile(join(own, 'key.txt'), 'utf8')).trim();
    const host = 'voice.example.com';
    expect(await ask('/v1/models', { host })).toMatchObject({ status: 401 });
    expect(await ask('/v1/models', { host, authorization: `Bearer ${given}` })).toMatchObject({ status: 200 });
    const signature = createHmac('sha1', TWILIO_TOKEN).update(`https://${host}/twilio/voice`).digest('base64');
    const answer = await ask('/twilio/voice', { host, 'x-twilio-signature': signature });
    expect(answer.text).toContain(`<ConversationRelay url="wss://${host}/v1/relay"`);
  });
});

/** The indented and fenced shell blocks of a page, comments and continuation lines taken out. */
async function readBlocks(page: string): Promise<string[]> {
  return lexer(await readFile(join(root, page), 'utf8')).flatMap((token) =>
    token.type === 'code' && (token.lang ?? '') === ''
      ? [
          token.text
            .split('\n')
            .map((line: string) => line.replace(/\s+#.*$/, '').replace('REPOSITORY', pathToFileURL(root).href))
            .join('\n'),
        ]
      : [],
  );
}

function linesOf(block: string, from: number, to?: number): string {
  return block.split('\n').slice(from, to).join('\n');
}

function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', HOME = '', npm_config_cache = join(HOME, '.npm') } = process.env;
  return { PATH, HOME, NO_COLOR: '1', npm_config_cache, ...more };
}

/** What the commands print; throws with it where one fails. */
function sh(commands: string, cwd: string): Promise<string> {
  return new Promise((done, fail) => {
    execFile('bash', ['-ec', commands], { cwd, env: environment(), maxBuffer: 2 ** 24 }, (error, out, err) =>
      error === null ? done(out + err) : fail(new Error(`${commands}\n${out}${err}`, { cause: error })),
    );
  });
}

/** Runs a command at a terminal; says one line once the agent has spoken, and leaves when it has answered. */
async function typeTo(command: string, cwd: string, line: string): Promise<string> {
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd, env: environment() });
  let said = '';
  let isAnswered = false;
  child.stdout.on('data', (chunk: Buffer) => {
    const before = said;
    said += chunk;
    if (!before.includes(' agent') && said.includes(' agent')) child.stdin.write(`${line}\n`);
    isAnswered ||= said.includes('to first words');
    if (isAnswered) child.stdin.end();
  });
  await once(child, 'close');
  return said;
}

/** Runs a command that serves until `check` is through; then ends it as Ctrl-C does. */
async function serve(
  command: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  check: () => Promise<void>,
): Promise<void> {
  const child = spawn('bash', ['-c', command], { cwd, env: environment(env), detached: true });
  let said = '';
  let isOver = false;
  const closed = once(child, 'close').then(() => {
    isOver = true;
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk;
    });
  try {
    while (!said.includes('repartee is ready: ')) {
      if (isOver) throw new Error(`${command} ended:\n${said}`);
      await Promise.race([closed, once(child.stdout, 'data')]);
    }
    await check();
  } finally {
    end(child);
    await closed;
  }
}

function end({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGINT');
}

/** Asks the server where it listens unless it is told otherwise, under whatever name. */
async function ask(
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const [response] = (await once(request(`http://127.0.0.1:8787${path}`, { headers }).end(), 'response')) as [
    IncomingMessage,
  ];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode ?? 0, text };
}

async function agents(): Promise<unknown> {
  return JSON.parse((await ask('/health')).text).agents;
}
