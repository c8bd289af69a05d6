import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/events.ts';
import { nativeLimits } from '../../src/protocol/native-messages.ts';
import type { ScriptedCall } from '../support/scripted-call.ts';
import { parseServerMessage } from '../support/server-message-schema.ts';
import { startServerRig } from '../support/server-rig.ts';
import { connectWire, type Received } from '../support/wire-client.ts';

interface Exchange {
  readonly sent: string;
  readonly answers: readonly string[];
}

const doc = await readFile(new URL('../../docs/reference/native-wire.md', import.meta.url), 'utf8');
const exchanges = readExchanges(/```wire\n([\s\S]*?)```/.exec(doc)?.[1] ?? '');

/** Each line that the client sends, with the server's lines up to the next. */
function readExchanges(block: string): Exchange[] {
  const found: { sent: string; answers: string[] }[] = [];
  for (const line of block.trim().split('\n')) {
    if (line.startsWith('→ ')) found.push({ sent: line.slice(2), answers: [] });
    else found.at(-1)?.answers.push(line.slice(2));
  }
  return found;
}

/** What a call has to report for an answer; errors and the closing are the server's own. */
function toEvent(answer: string): CallEvent | undefined {
  const audio = /^\((\d+) bytes of PCM16\)$/.exec(answer);
  if (audio !== null) return { type: 'audio.delta', turn: 0, samples: new Int16Array(Number(audio[1]) / 2) };
  if (answer.startsWith('(')) return undefined;
  const message = parseServerMessage(answer);
  return message.type === 'error' || message.type === 'call.ready' ? undefined : message;
}

function toLine(received: Received): string {
  return 'bytes' in received ? `(${received.bytes.length} bytes of PCM16)` : received.json;
}

describe('docs/reference/native-wire.md', () => {
  it('shows an exchange that a server repeats word for word', async () => {
    expect(exchanges.length).toBeGreaterThan(10);
    const accepted = exchanges.filter(({ answers }) => !answers.some((line) => line.includes('"type":"error"')));
    const answer = (call: ScriptedCall) => {
      for (const line of accepted[call.received.length]?.answers ?? []) {
        const event = toEvent(line);
        if (event !== undefined) call.report(event);
      }
    };
    await using rig = await startServerRig((_, call) => answer(call), { opened: answer });
    const client = await connectWire(rig.url);
    for (const exchange of exchanges) {
      client.sendRaw(exchange.sent);
      for (const line of exchange.answers) {
        if (line.startsWith('(close ')) expect(`(close ${(await client.closed).code})`).toBe(line);
        else expect(toLine(await client.next())).toBe(line);
      }
    }
    expect(rig.calls[0]?.received).toHaveLength(accepted.length - 1);
  });

  it('states the limits that are enforced', () => {
    const {
      textLength,
      partyLength,
      silentMs,
      messageBytes,
      messagesPerSecond,
      countProblems,
      startTimeoutMs,
      unreadBytes,
    } = nativeLimits;
    const stated = [
      `| \`text\` of \`transcript.updated\` | ${textLength.toLocaleString('en-US')} characters |`,
      `| \`from\` and \`to\` of \`call.started\`, each | ${partyLength} characters |`,
      `| \`silentMs\` | ${silentMs / 1000} s |`,
      `| one message | ${messageBytes.toLocaleString('en-US')} bytes |`,
      `| messages and pings in any one second | ${messagesPerSecond} |`,
      `| refused messages on one socket | ${countProblems} |`,
      `| from the open socket to \`call.started\` | ${startTimeoutMs / 1000} s |`,
      `| sent by the server and not yet read | ${unreadBytes.toLocaleString('en-US')} bytes |`,
    ];
    for (const line of stated) expect(doc).toContain(line);
  });
});
