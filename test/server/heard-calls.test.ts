import { expect, it } from 'vitest';
import { startServerRig } from '../support/server-rig.ts';
import { connectWire } from '../support/wire-client.ts';

const pcm16 = { encoding: 'pcm16', rateHz: 16000 } as const;
const start = { type: 'call.started', version: 1, audio: { in: pcm16 } } as const;

it("gives a call its caller's voice where that was agreed, beside words", async () => {
  await using rig = await startServerRig(() => undefined, { hasStt: true });
  const client = await connectWire(rig.url);
  client.send({ ...start, audio: { in: pcm16, out: pcm16 } });
  await client.nextOf('call.ready');
  client.sendRaw(Buffer.alloc(640));
  client.sendRaw(Buffer.alloc(641));
  expect(await client.nextOf('error')).toMatchObject({ code: 'audio-invalid' });
  expect(rig.calls[0]?.options).toMatchObject({ hearsCaller: true, audio: { rateHz: 16000 } });
  expect(rig.calls[0]?.countHeard).toBe(320);
});

it('refuses to hear without speech-to-text, and says what would help', async () => {
  await using rig = await startServerRig();
  const client = await connectWire(rig.url);
  client.send(start);
  const { code, message } = await client.nextOf('error');
  expect(code).toBe('stt-missing');
  expect(message).toContain('--stt');
  expect(rig.calls).toEqual([]);
});

it('takes no audio that nobody agreed to', async () => {
  await using rig = await startServerRig(() => undefined, { hasStt: true });
  const client = await connectWire(rig.url);
  client.send({ ...start, audio: { out: pcm16 } });
  await client.nextOf('call.ready');
  client.sendRaw(Buffer.alloc(640));
  expect((await client.closed).code).toBe(1003);
});

it('ends the call of a caller whose audio comes faster than anybody speaks', async () => {
  await using rig = await startServerRig(() => undefined, { hasStt: true });
  const client = await connectWire(rig.url);
  client.send(start);
  await client.nextOf('call.ready');
  for (let second = 0; second < 60; second++) client.sendRaw(Buffer.alloc(32_000));
  expect(await client.nextOf('error')).toMatchObject({ code: 'audio-too-fast' });
  expect((await client.closed).code).toBe(1008);
  expect(rig.calls[0]?.countHeard).toBeLessThan(40 * 16_000);
});
