import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createStt, toSttProtocols } from '../../src/stt/create-stt.ts';
import type { SttEvent } from '../../src/stt/stt.ts';
import { startVosk } from '../support/vosk-stand-in.ts';

const loud = new Int16Array(1600).fill(1000);
const silent = new Int16Array(1600);

function listen(names: readonly string[]) {
  const failures: string[] = [];
  const events: SttEvent[] = [];
  const waiting = new Set<() => void>();
  const stt = createStt(toSttProtocols(names, {}), {
    clock: systemClock,
    failed: (name, { fault }) => void failures.push(`${name} ${fault}`),
  });
  const stream = stt.start((event) => {
    events.push(event);
    for (const wake of waiting) wake();
    waiting.clear();
  });
  const until = async (type: SttEvent['type']): Promise<SttEvent> => {
    for (;;) {
      const found = events.find((event) => event.type === type);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  return { stream, events, failures, until };
}

describe('over sockets', () => {
  it('hears a turn of vosk-server', async () => {
    const server = await startVosk('a table for two');
    const { stream, until, events } = listen([`vosk=${server.url}`]);
    for (const samples of [loud, loud, loud, silent]) stream.push(samples);
    expect(await until('turn.ended')).toEqual({ type: 'turn.ended', text: 'a table for two', endMs: 300 });
    expect(events.at(-2)).toEqual({ type: 'words', text: 'a table for' });
    stream.close();
    server.close();
  });

  it('hears the turn again over another connection where one is lost', async () => {
    const server = await startVosk('a table for two');
    const { stream, until } = listen([`vosk=${server.url}`]);
    stream.push(loud);
    await until('words');
    server.drop();
    stream.push(loud);
    stream.push(silent);
    expect(await until('turn.ended')).toMatchObject({ text: 'a table for two' });
    expect(server.countConnections).toBe(2);
    stream.close();
    server.close();
  });

  it.each([
    [401, 'key-refused'],
    [402, 'key-refused'],
    [404, 'refused'],
  ])('goes over to the next where a handshake is answered with %i', async (status, fault) => {
    const [refusing, server] = [await startVosk('', status), await startVosk('yes')];
    const { stream, until, failures } = listen([`vosk=${refusing.url}`, `vosk=${server.url}`]);
    for (const samples of [loud, silent]) stream.push(samples);
    expect(await until('turn.ended')).toMatchObject({ text: 'yes' });
    expect(failures).toEqual([`vosk ${fault}`]);
    stream.close();
    refusing.close();
    server.close();
  });
});

it.each([
  [['nobody'], 'stt-unknown', /there is no speech-to-text "nobody"; choose of deepgram-flux/],
  [['toString'], 'stt-unknown', /"toString"/],
  [['deepgram'], 'stt-key-missing', /DEEPGRAM_API_KEY/],
  [['assemblyai'], 'stt-key-missing', /ASSEMBLYAI_API_KEY/],
  [['vosk'], 'stt-url-invalid', /ws:\/\/127\.0\.0\.1:2700, not ""/],
  [['vosk=http://127.0.0.1'], 'stt-url-invalid', /not "http:/],
])('refuses %j as %s', (names, code, reason) => {
  expect(() => toSttProtocols(names, {})).toThrow(reason);
  expect(() => toSttProtocols(names, {})).toThrow(expect.objectContaining({ code }));
});

it('takes keys and addresses from the environment', () => {
  const [flux] = toSttProtocols(['deepgram-flux=flux-general-multi'], {
    DEEPGRAM_API_KEY: 'k',
    DEEPGRAM_STT_URL: 'ws://127.0.0.1:9/v2/listen',
  });
  expect(flux?.headers).toEqual({ authorization: 'Token k' });
  expect(flux?.url).toMatch(/^ws:\/\/127\.0\.0\.1:9\/v2\/listen\?model=flux-general-multi&encoding=linear16/);
});
