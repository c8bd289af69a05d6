import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Running, startRepartee } from '../support/built-program.ts';
import { startCollector } from '../support/collector.ts';
import { startVosk } from '../support/vosk-stand-in.ts';
import { connectWire } from '../support/wire-client.ts';

const urlPattern = /http:\/\/127\.0\.0\.1:\d+/;
const start = { type: 'call.started', version: 1, agent: 'restaurant' } as const;
let stateDir = '';

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'repartee-state-'));
});
afterAll(() => rm(stateDir, { recursive: true }));

function startServer(argv: readonly string[] = []): Running {
  return startRepartee(['start', '--port', '0', ...argv], { REPARTEE_STATE: stateDir });
}

describe('repartee start', () => {
  it('hears a caller who comes as audio, and answers in speech', async () => {
    const vosk = await startVosk('i want to eat thai in oakland');
    const program = startServer(['--stt', `vosk=${vosk.url}`]);
    const client = await connectWire(await program.printed(urlPattern));
    const pcm16 = { encoding: 'pcm16', rateHz: 16000 } as const;
    client.send({ ...start, audio: { in: pcm16, out: pcm16 } });
    await client.nextOf('call.ready');
    const [loud, silent] = [Buffer.alloc(3200, 1), Buffer.alloc(3200)];
    for (const frame of [loud, loud, loud, loud, silent]) client.sendRaw(frame);
    const reply = await client.nextOf('turn.measured');
    expect(reply.turn).toBe(1);
    expect(reply.partsUs).toHaveProperty('stt.delay');
    expect(client.frames.some((frame) => frame.some((byte) => byte !== 0))).toBe(true);
    client.send({ type: 'call.ended' });
    expect((await client.closed).code).toBe(1000);
    program.child.kill('SIGTERM');
    expect((await program.ended).exitCode).toBe(0);
    vosk.close();
  });

  it('answers a caller in text, and in speech, and clients over HTTP, tells logs and collectors no words of theirs, and exits with 0 on SIGTERM', async () => {
    await using collector = await startCollector();
    const program = startServer(['--otlp', collector.url.origin]);
    const url = await program.printed(urlPattern);

    const client = await connectWire(url);
    client.send(start);
    expect((await client.nextOf('reply.ended')).turn).toBe(0);
    client.send({ type: 'transcript.updated', turn: 1, text: 'i want to eat thai', state: 'interim' });
    client.send({ type: 'transcript.updated', turn: 1, text: 'I want to eat Thai food in Oakland.', state: 'final' });
    const reply = await client.nextOf('reply.ended');
    expect(reply.turn).toBe(1);
    expect(reply.heard.length).toBeGreaterThan(0);
    client.send({ type: 'call.ended' });
    expect((await client.closed).code).toBe(1000);

    const speaking = await connectWire(url);
    speaking.send({ ...start, audio: { encoding: 'pcm16', rateHz: 16000 } });
    await speaking.nextOf('audio.ended');
    expect(speaking.frames.some((frame) => frame.some((byte) => byte !== 0))).toBe(true);
    speaking.send({ type: 'call.ended' });
    expect((await speaking.closed).code).toBe(1000);

    const chat = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ messages: [{ role: 'user', content: 'thai food in oakland please' }], max_tokens: 12 }),
    });
    const chatAnswer: unknown = await chat.json();
    expect(chatAnswer).toMatchObject({ choices: [{ message: { content: expect.stringMatching(/\w/) } }] });
    const gap = await fetch(`${url}/v1/completions`, {
      method: 'POST',
      body: JSON.stringify({ prompt: 'a table for', suffix: 'at eight in oakland' }),
    });
    const gapAnswer: unknown = await gap.json();
    expect(gapAnswer).toMatchObject({ choices: [{ text: expect.any(String) }] });

    program.child.kill('SIGTERM');
    const { exitCode, out, err } = await program.ended;
    expect(exitCode).toBe(0);
    expect(out.match(urlPattern)).toHaveLength(1);
    expect(err).not.toMatch(/thai|oakland/i);
    const names = collector.spans().map(({ name }) => name);
    expect(names.filter((name) => name === 'call restaurant')).toHaveLength(2);
    expect(names.filter((name) => name === 'invoke_agent restaurant')).toHaveLength(3);
    expect(JSON.stringify(collector.bodies)).not.toMatch(/thai|oakland/i);
  });

  it('lets a call finish after SIGINT, takes no other and then exits with 0', async () => {
    const program = startServer(['--drain-ms', '60000']);
    const url = await program.printed(urlPattern);
    const client = await connectWire(url);
    client.send(start);
    await client.nextOf('reply.ended');
    program.child.kill('SIGINT');
    while ((await fetch(`${url}/health`)).status !== 503) await new Promise((resolve) => setTimeout(resolve, 10));
    const late = await connectWire(url);
    expect((await late.closed).code).toBe(1012);
    client.send({ type: 'transcript.updated', turn: 1, text: 'A table for two in San Jose, please.', state: 'final' });
    expect((await client.nextOf('reply.ended')).heard.length).toBeGreaterThan(0);
    client.send({ type: 'call.ended' });
    expect((await client.closed).code).toBe(1000);
    expect((await program.ended).exitCode).toBe(0);
  });

  it('leaves no thread that still loads its model where the voice is missing: the end of the process would abort', async () => {
    const parts = new URL('../../dist/src/runtime/parts.js', import.meta.url).href;
    // In a file: threads take over the options of a process that was given its program on the command line.
    const file = join(stateDir, 'parts.mjs');
    const program = `
      import threads from 'node:worker_threads';
      import { syncBuiltinESMExports } from 'node:module';
      let count = 0;
      threads.Worker = class extends threads.Worker {
        constructor(...given) {
          super(...given);
          count++;
          this.on('exit', () => count--);
        }
      };
      syncBuiltinESMExports();
      const { createParts } = await import('${parts}');
      await createParts({ voice: 'foo' }).catch(({ code }) => console.log(code, count));`;
    await writeFile(file, program);
    const { status, stdout } = spawnSync(process.execPath, [file], { timeout: 30_000 });
    expect([status, String(stdout)]).toEqual([0, 'voice-unknown 0\n']);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('dies of %s at once while the model loads', async (signal) => {
    const program = startServer();
    await program.printed(/server.listening/);
    program.child.kill(signal);
    const ended = await program.ended;
    expect(ended).toMatchObject({ exitCode: null, signal, out: '' });
    expect(ended.err).toContain('server.closed');
  });

  it('exits with 1 and one line where the model folder is not there', async () => {
    const { exitCode, out, err } = await startServer(['--model', join(stateDir, 'nothing')]).ended;
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    const lines = err.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(join(stateDir, 'nothing'));
  });
});
