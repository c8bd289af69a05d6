import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import { AgentError } from '../../src/errors.ts';
import { connectRelay } from '../support/relay-client.ts';
import type { Script } from '../support/scripted-call.ts';
import { type ServerRig, startServerRig } from '../support/server-rig.ts';

const authToken = '0123456789abcdef0123456789abcdef';
const publicUrl = new URL('https://voice.example.com');
const options = { publicUrl, twilioAuthToken: authToken, apiKey: 'open-sesame-1234' };
const setup = { type: 'setup', sessionId: 'VX1', callSid: 'CA1', customParameters: { agent: 'clinic' } };

const sign = (url: string, fields: Record<string, string> = {}) =>
  twilio.getExpectedTwilioSignature(authToken, url, fields);

/** A form of Twilio's, signed for the public URL or for another one. */
async function post(
  rigUrl: string,
  path: string,
  fields: Record<string, string>,
  signedUrl = `${publicUrl.origin}${path}`,
) {
  const response = await fetch(`${rigUrl}${path}`, {
    method: 'POST',
    headers: { 'x-twilio-signature': sign(signedUrl, fields) },
    body: new URLSearchParams(fields),
  });
  return { status: response.status, type: response.headers.get('content-type'), twiml: await response.text() };
}

describe('the relay', () => {
  it('opens for a signature over the public URL, query included, and carries a call there and back', async () => {
    await using rig = await startServerRig((event, call) => {
      if (event.type !== 'transcript.updated') return;
      call.report({ type: 'reply.updated', turn: event.turn, text: 'For two.' });
      call.report({ type: 'reply.ended', turn: event.turn, text: 'For two.', heard: 'For two.', interrupted: false });
    }, options);
    const client = await connectRelay(rig.url, '/v1/relay?x=1', {
      'x-twilio-signature': sign('wss://voice.example.com/v1/relay?x=1'),
    });
    client.send({ ...setup, from: '+15005550006', to: '+15005550001', direction: 'inbound' });
    client.send({ type: 'prompt', voicePrompt: 'a table for two', lang: 'en-US', last: true });
    expect([await client.next(), await client.next()]).toEqual([
      { type: 'text', token: 'For two.', last: false },
      { type: 'text', token: '', last: true },
    ]);
    expect(rig.calls[0]?.options).toMatchObject({ agent: 'clinic', callId: 'VX1', audio: null });
    expect(rig.calls[0]?.options.parties).toEqual({ from: '+15005550006', to: '+15005550001', direction: 'inbound' });
    expect(rig.logLines.join()).toContain('call.started');
    expect(rig.logLines.join()).not.toContain('1500555000');
    client.close();
    await client.closed;
  });

  it.each([
    ['for another URL', sign('wss://elsewhere.example.com/v1/relay')],
    ['for https', sign('https://voice.example.com/v1/relay')],
    ['that is none', 'x'],
  ])('refuses a signature %s with 401 before the upgrade, even beside the key', async (_, signature) => {
    await using rig = await startServerRig(undefined, options);
    const headers = { 'x-twilio-signature': signature, authorization: `Bearer ${options.apiKey}` };
    await expect(connectRelay(rig.url, '/v1/relay', headers)).rejects.toThrow('401');
    expect(rig.logLines.join('')).toContain('signature-wrong');
  });

  it('refuses who signs nothing and has no key', async () => {
    await using rig = await startServerRig(undefined, options);
    await expect(connectRelay(rig.url, '/v1/relay')).rejects.toThrow('401');
    await using open = await startServerRig(undefined, { publicUrl, twilioAuthToken: authToken });
    await expect(connectRelay(open.url, '/v1/relay')).rejects.toThrow('401');
  });

  it('opens for a signed URL for five minutes, which only the key gives', async () => {
    const clock = new SimulatedClock();
    await using rig = await startServerRig(undefined, { ...options, clock });
    expect((await fetch(`${rig.url}/v1/relay-url`, { method: 'POST' })).status).toBe(401);
    const headers = { authorization: `Bearer ${options.apiKey}` };
    const response = await fetch(`${rig.url}/v1/relay-url`, { method: 'POST', headers });
    const { url, lifetimeMs }: { url: string; lifetimeMs: number } = JSON.parse(await response.text());
    expect([url.startsWith('wss://voice.example.com/v1/relay?'), lifetimeMs]).toEqual([true, 300_000]);
    const target = url.slice('wss://voice.example.com'.length);
    await clock.advance(299_999);
    const client = await connectRelay(rig.url, target);
    client.close();
    await expect(connectRelay(rig.url, target.replace('until=', 'until=9'))).rejects.toThrow('401');
    await clock.advance(1);
    await expect(connectRelay(rig.url, target)).rejects.toThrow('401');
  });

  it('ends a call at once whose agent is not there, with the reason for what follows', async () => {
    await using rig = await startServerRig(undefined, options);
    const client = await connectRelay(rig.url, '/v1/relay', { authorization: `Bearer ${options.apiKey}` });
    client.send({ ...setup, customParameters: { agent: 'barber' } });
    expect(await client.next()).toEqual({ type: 'end', handoffData: '{"reason":"unknown-agent"}' });
    expect(await client.closed).toBe(1008);
    const fields = { CallStatus: 'in-progress', HandoffData: '{"reason":"unknown-agent"}' };
    expect((await post(rig.url, '/twilio/after?restarts=0', fields)).twiml).toContain('<Response><Hangup/></Response>');
  });

  it('ends a call with variables that its agent does not take', async () => {
    const refuse = () => {
      throw new AgentError('variables-invalid', 'no branch');
    };
    await using rig = await startServerRig(undefined, { opened: refuse });
    const client = await connectRelay(rig.url, '/v1/relay');
    client.send(setup);
    expect(await client.next()).toEqual({ type: 'end', handoffData: '{"reason":"variables-invalid"}' });
    expect(await client.closed).toBe(1008);
  });

  it('closes after too many bad messages, and other calls do not notice', async () => {
    await using rig = await startServerRig();
    const [bad, good] = [await connectRelay(rig.url, '/v1/relay'), await connectRelay(rig.url, '/v1/relay')];
    good.send({ ...setup, sessionId: 'VX2' });
    for (let count = 0; count <= 20; count++) bad.sendRaw('{');
    expect(await bad.closed).toBe(1008);
    good.send({ type: 'dtmf', digit: '1' });
    await good.roundTrip();
    expect(rig.calls.map((call) => call.received)).toEqual([[{ type: 'dtmf.pressed', turn: 1, digit: '1' }]]);
    good.close();
  });
});

describe('a relay whose connection is lost', () => {
  const answer: Script = (event, call) => {
    if (event.type !== 'transcript.updated') return;
    const text = `${event.text}, yes.`;
    call.report({ type: 'reply.updated', turn: event.turn, text });
    call.report({ type: 'reply.ended', turn: event.turn, text, heard: text, interrupted: false });
  };
  const isLogged = async (rig: ServerRig, word: string) => {
    while (!rig.logLines.some((line) => line.includes(word))) await new Promise((resolve) => setImmediate(resolve));
  };
  const prompt = (voicePrompt: string) => ({ type: 'prompt', voicePrompt, last: true });

  async function loseCall(rig: ServerRig): Promise<void> {
    const client = await connectRelay(rig.url, '/v1/relay');
    client.send(setup);
    client.send(prompt('for two'));
    expect([await client.next(), await client.next()]).toHaveLength(2);
    client.vanish();
    await isLogged(rig, '"call.lost"');
  }

  it('goes on where it was when the same telephone call is connected again, and says again what it said last', async () => {
    await using rig = await startServerRig(answer);
    await loseCall(rig);
    const again = await connectRelay(rig.url, '/v1/relay');
    again.send({ ...setup, sessionId: 'VX2' });
    expect([await again.next(), await again.next()]).toEqual([
      { type: 'text', token: 'for two, yes.', last: false },
      { type: 'text', token: '', last: true },
    ]);
    again.send(prompt('at eight'));
    expect(await again.next()).toEqual({ type: 'text', token: 'at eight, yes.', last: false });
    expect(rig.calls.map(({ received, countEnds }) => [received.length, countEnds])).toEqual([[2, 0]]);
    expect(rig.calls[0]?.received[1]).toMatchObject({ turn: 2 });
    expect(rig.calls[0]?.line).toEqual(['lost', 'back']);
    again.close();
    await again.closed;
    await isLogged(rig, '"call.ended"');
    expect([rig.calls[0]?.countEnds, await countCalls(rig)]).toEqual([1, 0]);
  });

  it('is taken from a socket that was lost without a word', async () => {
    await using rig = await startServerRig(answer);
    const [silent, again] = [await connectRelay(rig.url, '/v1/relay'), await connectRelay(rig.url, '/v1/relay')];
    silent.send(setup);
    silent.send(prompt('for two'));
    expect([await silent.next(), await silent.next()]).toHaveLength(2);
    again.send({ ...setup, sessionId: 'VX2' });
    expect(await again.next()).toMatchObject({ token: 'for two, yes.' });
    expect(await silent.closed).toBe(1000);
    again.send(prompt('at eight'));
    await again.next();
    expect(await again.next()).toMatchObject({ token: 'at eight, yes.' });
    expect(rig.calls.map(({ received, countEnds }) => [received.length, countEnds])).toEqual([[2, 0]]);
    expect(await countCalls(rig)).toBe(1);
  });

  it('is another call for another telephone call', async () => {
    await using rig = await startServerRig(answer);
    await loseCall(rig);
    const other = await connectRelay(rig.url, '/v1/relay');
    other.send({ ...setup, sessionId: 'VX2', callSid: 'CA2' });
    other.send(prompt('hello'));
    expect(await other.next()).toEqual({ type: 'text', token: 'hello, yes.', last: false });
    expect(rig.calls).toHaveLength(2);
  });

  it('ends after 20 seconds that nobody came in', async () => {
    const clock = new SimulatedClock();
    await using rig = await startServerRig(answer, { clock });
    await loseCall(rig);
    await clock.advance(19_999);
    expect(rig.calls[0]?.countEnds).toBe(0);
    await clock.advance(1);
    await isLogged(rig, '"call.ended"');
    expect([rig.calls[0]?.countEnds, await countCalls(rig)]).toEqual([1, 0]);
  });

  it('does not outlast a server that shuts down', async () => {
    await using rig = await startServerRig(answer);
    await loseCall(rig);
    await rig.server.drain(60_000);
    expect(rig.calls[0]?.countEnds).toBe(1);
  });

  it('ends by itself as it would have', async () => {
    await using rig = await startServerRig(answer);
    await loseCall(rig);
    rig.calls[0]?.break(new Error('broken'));
    await isLogged(rig, '"call.ended"');
    expect(await countCalls(rig)).toBe(0);
  });
});

async function countCalls(rig: ServerRig): Promise<unknown> {
  const health: { countCalls: unknown } = JSON.parse(await (await fetch(`${rig.url}/health`)).text());
  return health.countCalls;
}

describe("Twilio's webhooks", () => {
  it('start the relay, with the fields of the URL as parameters', async () => {
    await using rig = await startServerRig(undefined, options);
    const path = '/twilio/voice?agent=clinic&branch=a%26b';
    const { status, type, twiml } = await post(rig.url, path, { CallSid: 'CA1', From: '+15005550006' });
    const wanted = new twilio.twiml.VoiceResponse();
    const connect = wanted.connect({ action: `${publicUrl.origin}/twilio/after?agent=clinic&branch=a%26b&restarts=0` });
    const relay = connect.conversationRelay({
      url: 'wss://voice.example.com/v1/relay',
      dtmfDetection: true,
      interruptible: 'any',
      partialPrompts: true,
    });
    relay.parameter({ name: 'agent', value: 'clinic' });
    relay.parameter({ name: 'branch', value: 'a&b' });
    expect([status, type]).toEqual([200, 'text/xml; charset=utf-8']);
    // The library's type knows an older kind of this attribute.
    const report = ' reportInputDuringAgentSpeech="any"';
    expect(twiml).toContain(report);
    expect(twiml.replace(report, '').replaceAll('&#38;', '&amp;')).toBe(wanted.toString());
  });

  it('leave out what XML can not hold', async () => {
    await using rig = await startServerRig(undefined, options);
    const { twiml } = await post(rig.url, '/twilio/voice?bad=a%0B%00%EF%BF%BF%F0%9F%99%82%09b', { CallSid: 'CA1' });
    expect(twiml).toContain('<Parameter name="bad" value="a\u{1f642}\tb"/>');
  });

  it('are taken by GET, too', async () => {
    await using rig = await startServerRig(undefined, options);
    const path = '/twilio/voice?CallSid=CA1';
    const headers = { 'x-twilio-signature': sign(`${publicUrl.origin}${path}`) };
    const response = await fetch(`${rig.url}${path}`, { headers });
    expect([response.status, await response.text()]).toEqual([200, expect.not.stringContaining('<Parameter')]);
  });

  it('have a caller wait for a server that takes no calls yet, and not for ever', async () => {
    await using loading = await startServerRig(undefined, { ...options, isServing: false });
    const path = '/twilio/voice?agent=clinic';
    const first = await post(loading.url, path, { CallSid: 'CA1' });
    expect(first.twiml).toContain(
      `<Response><Pause length="2"/><Redirect method="POST">${publicUrl.origin}${path}&#38;waits=1</Redirect></Response>`,
    );
    const last = await post(loading.url, `${path}&waits=15`, { CallSid: 'CA1' });
    expect(last.twiml).toContain('<Hangup/>');
    const dropped = { CallStatus: 'in-progress', SessionStatus: 'failed' };
    expect((await post(loading.url, '/twilio/after?restarts=1', dropped)).twiml).toContain('restarts=1&#38;waits=1');
    loading.serve();
    const { twiml } = await post(loading.url, `${path}&waits=3`, { CallSid: 'CA1' });
    expect([twiml.includes('<ConversationRelay '), twiml.includes('waits')]).toEqual([true, false]);
  });

  it('are refused with 401 when signed for something else', async () => {
    await using rig = await startServerRig(undefined, options);
    const url = 'https://elsewhere.example.com/twilio/voice';
    expect((await post(rig.url, '/twilio/voice', { CallSid: 'CA1' }, url)).status).toBe(401);
  });

  it('are not there without the token', async () => {
    await using rig = await startServerRig(undefined, { publicUrl });
    expect((await post(rig.url, '/twilio/voice', {})).status).toBe(405);
  });

  it('connect a call again whose relay dropped, a few times', async () => {
    await using rig = await startServerRig(undefined, options);
    const path = (restarts: number) => `/twilio/after?agent=clinic&restarts=${restarts}`;
    const fields = { CallStatus: 'in-progress', SessionStatus: 'failed' };
    const { twiml } = await post(rig.url, path(2), fields);
    expect(twiml).toContain('<ConversationRelay ');
    expect(twiml).toContain('restarts=3');
    expect(twiml).toContain('<Parameter name="agent" value="clinic"/>');
    expect((await post(rig.url, path(3), fields)).twiml).toContain('<Response><Hangup/></Response>');
  });

  it('hang up when the agent did, and dial whom it named', async () => {
    await using rig = await startServerRig(undefined, options);
    const handOff = (handoff: object) =>
      post(rig.url, '/twilio/after?restarts=0', { CallStatus: 'in-progress', HandoffData: JSON.stringify(handoff) });
    expect((await handOff({ reason: 'agent-hung-up' })).twiml).toContain('<Response><Hangup/></Response>');
    for (const [to, noun] of [
      ['+15005550009', '<Number>+15005550009</Number>'],
      ['(500) 555-0009', '<Number>(500) 555-0009</Number>'],
      ['sip:desk@example.com?x=1&y=2', '<Sip>sip:desk@example.com?x=1&#38;y=2</Sip>'],
      ['sips:desk@example.com', '<Sip>sips:desk@example.com</Sip>'],
      ['client:front-desk', '<Client>front-desk</Client>'],
    ])
      expect((await handOff({ reason: 'transferred', to })).twiml).toContain(
        `<Response><Dial>${noun}</Dial></Response>`,
      );
    expect((await handOff({ reason: 'transferred', to: 'the manager' })).twiml).toContain('<Hangup/>');
  });
});
