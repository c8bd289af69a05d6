import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectRelay } from '../support/relay-client.ts';
import { startServerRig } from '../support/server-rig.ts';

const apiKey = 'open-sesame-1234';

it("answers Telnyx's webhook by the program of docs/guide/telephony.md, with a URL that opens the relay", async () => {
  await using rig = await startServerRig(undefined, { apiKey, publicUrl: new URL('https://voice.example.com') });
  const text = await readFile(join(import.meta.dirname, '../../docs/guide/telephony.md'), 'utf8');
  const program = /```js\n(\/\/ telnyx\.mjs\n[\s\S]*?)```/.exec(text)?.[1] ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'repartee-telnyx-'));
  const file = join(folder, 'telnyx.mjs');
  await writeFile(file, program);
  const port = await findFreePort();
  const env = { ...process.env, REPARTEE_URL: rig.url, REPARTEE_API_KEY: apiKey, PORT: String(port) };
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(child.stdout, 'data');
    const texml = await (await fetch(`http://127.0.0.1:${port}/telnyx/voice`, { method: 'POST' })).text();
    const url = /<ConversationRelay url="([^"]+)">/.exec(texml)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(url).toMatch(/^wss:\/\/voice\.example\.com\/v1\/relay\?/);
    const client = await connectRelay(rig.url, url.slice('wss://voice.example.com'.length));
    client.close();
    await client.closed;
  } finally {
    child.kill();
    await rm(folder, { recursive: true });
  }
});

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
