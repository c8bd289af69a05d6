import { expect, it } from 'vitest';
import { deepgramFlux } from '../../src/stt/deepgram-flux.ts';
import { vosk } from '../../src/stt/vosk.ts';
import { openSttLine, ramp } from '../support/stt-line.ts';

const server = vosk('ws://127.0.0.1:2700');
const flux = deepgramFlux({ key: 'k' });
const lost = { fault: 'unreachable', message: 'gone' } as const;

it('sends what was said before the connection was there, and then what follows', () => {
  const { stream, latest } = openSttLine([server]);
  stream.push(ramp(0, 320));
  expect(latest().samples).toEqual([]);
  latest().listener.opened();
  stream.push(ramp(320, 320));
  expect(latest().texts).toEqual([server.opening]);
  expect(latest().samples).toEqual([...ramp(0, 640)]);
});

it('sends pieces as long as the vendor wants them, and the rest when words are wanted at once', () => {
  const { stream, latest } = openSttLine([flux]);
  latest().listener.opened();
  stream.push(ramp(0, 640));
  expect(latest().samples).toEqual([]);
  stream.push(ramp(640, 640));
  expect(latest().samples.length).toBe(1280);
  stream.push(ramp(1280, 16));
  stream.flush();
  expect(latest().samples.length).toBe(1296);
  expect(latest().texts).toEqual(['{"type":"ForceEndTurn"}']);
});

it('connects again after a loss, later each time, and has the turn that was being said heard again', async () => {
  const { clock, stream, latest, connections, events, failures } = openSttLine([server]);
  latest().listener.opened();
  stream.push(ramp(0, 1600));
  latest().listener.message({ text: 'hello', result: [{ end: 0.05 }] });
  stream.push(ramp(1600, 1600));
  latest().listener.message({ partial: 'a table' });
  latest().listener.closed(lost);
  await clock.advance(99);
  expect(connections.length).toBe(1);
  await clock.advance(1);
  latest().listener.closed(lost);
  await clock.advance(199);
  expect(connections.length).toBe(2);
  await clock.advance(1);
  stream.push(ramp(3200, 1600));
  latest().listener.opened();
  // All that came since the turn before was over.
  expect(latest().samples).toEqual([...ramp(1600, 3200)]);
  latest().listener.message({ partial: 'a' });
  latest().listener.message({ partial: 'a table for' });
  latest().listener.message({ text: 'a table for two', result: [{ end: 0.1 }] });
  expect(events).toEqual([
    { type: 'turn.ended', text: 'hello', endMs: 50 },
    { type: 'words', text: 'a table' },
    { type: 'words', text: 'a table for' },
    { type: 'turn.ended', text: 'a table for two', endMs: 200 },
  ]);
  expect(failures.map(({ name, fault }) => [name, fault])).toEqual([
    ['vosk', 'unreachable'],
    ['vosk', 'unreachable'],
  ]);
});

it('keeps ten seconds for a connection that is long in coming', () => {
  const { stream, latest } = openSttLine([server]);
  for (let second = 0; second < 12; second++) stream.push(ramp(second, 16_000));
  latest().listener.opened();
  expect(latest().samples.length).toBe(160_000);
  expect(latest().samples.slice(0, 2)).toEqual([2, 3]);
});

it('goes over to the next backend where a key is refused, and after five losses in a row', async () => {
  const { clock, stream, latest, connections, events } = openSttLine([flux, server]);
  stream.push(ramp(0, 320));
  latest().listener.closed({ fault: 'key-refused', message: '401' });
  expect(latest().protocol.name).toBe('vosk');
  latest().listener.opened();
  expect(latest().samples.length).toBe(320);
  for (let loss = 0; loss < 5; loss++) {
    latest().listener.closed(lost);
    await clock.advance(3000);
  }
  expect(connections.length).toBe(6);
  expect(events).toEqual([{ type: 'failed', fault: 'unreachable', message: 'vosk: gone' }]);
  stream.push(ramp(0, 320));
  expect(clock.countTimers).toBe(0);
});

it('waits as long as a server asks that has too much to do', async () => {
  const { clock, latest, connections } = openSttLine([server]);
  latest().listener.closed({ fault: 'rate-limited', message: '429', retryAfterMs: 2000 });
  await clock.advance(1999);
  expect(connections.length).toBe(1);
  await clock.advance(1);
  expect(connections.length).toBe(2);
  expect(latest().isClosed).toBe(false);
});

it.each([
  ['a message that is no JSON', undefined, 'garbled'],
  ['an error of the vendor', { type: 'Error', code: 'NET-0001' }, 'server-failed'],
])('leaves a connection after %s', (_, message, fault) => {
  const { latest, connections, failures } = openSttLine([flux]);
  latest().listener.opened();
  latest().listener.message(message);
  expect(connections[0]?.isClosed).toBe(true);
  expect(failures).toMatchObject([{ fault }]);
});

it('leaves a connection that takes no audio any more, or answers no ping', async () => {
  const { clock, stream, latest, connections, failures } = openSttLine([server]);
  latest().listener.opened();
  latest().unsentBytes = 300_000;
  stream.push(ramp(0, 320));
  await clock.advance(100);
  latest().listener.opened();
  await clock.advance(4000);
  expect(latest().countPings).toBe(1);
  latest().listener.answered();
  await clock.advance(4000);
  expect(connections.length).toBe(2);
  await clock.advance(4000);
  expect(failures.map(({ message }) => message)).toEqual([
    '300000 bytes of audio wait to be taken',
    'no answer to a ping within 4000 ms',
  ]);
});

it('says nothing after it is closed, and leaves no timer', async () => {
  const { clock, stream, latest, events } = openSttLine([server]);
  latest().listener.opened();
  stream.close();
  expect(latest().texts.at(-1)).toBe('{"eof":1}');
  latest().listener.message({ partial: 'late' });
  latest().listener.closed(lost);
  await clock.advance(10_000);
  expect(events).toEqual([]);
  expect(clock.countTimers).toBe(0);
});
