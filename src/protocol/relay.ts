// ConversationRelay: the telephone network hears and speaks, words go both ways. Its prompts and keys become a call's
// turns, the replies its tokens. Knows no socket and no call.

import { takeHeard } from '../base/words.ts';
import { unreachable } from '../errors.ts';
import type { CallEvent, CallerEvent, CallParties } from '../events.ts';
import type { CallStarted, Problem } from './native-messages.ts';
import { parseRelayMessage, type RelayMessage, type RelayReply } from './relay-messages.ts';
import type { Reading, Wire } from './wire.ts';

type Setup = Extract<RelayMessage, { type: 'setup' }>;

const noEvents: Reading = { kind: 'events', events: [] };

/** Connected again, such a call would be refused again. */
const fatalCodes: ReadonlySet<string> = new Set(['unknown-agent', 'variables-invalid'] satisfies Problem['code'][]);

/** The output takes no more for spoken than there is, and than there was time for. */
const WHOLE_REPLY_MS = 3_600_000;

/** The newest one: all of it that went out. */
interface Reply {
  readonly turn: number;
  readonly text: string;
  /** Its last token went out. */
  readonly isEnded: boolean;
  readonly isUninterruptible: boolean;
  /** It needs no telling that its speech is over. */
  readonly isSpoken: boolean;
}

/** The wire of one socket. Its custom parameter `agent` chooses the agent; the others are the call's variables. */
export function createRelayWire(): Wire {
  let isStarted = false;
  /** The caller's newest turn. */
  let turn = 0;
  let isTurnOpen = false;
  /** Prompts of the open turn had words. */
  let hasWords = false;
  let reply: Reply = { turn: 0, text: '', isEnded: true, isUninterruptible: false, isSpoken: true };

  /** Words and keys belong to the turn that is open; without one they open the next. */
  function openTurn(): number {
    if (!isTurnOpen) {
      turn++;
      hasWords = false;
    }
    isTurnOpen = true;
    return turn;
  }

  /**
   * The network would have stopped a reply that it was still speaking, and said so: all of one that it did not stop was
   * spoken, or none where its voice had not begun; the output knows how much there was time for. Over a protected one
   * it goes on.
   */
  function endSpeech(): readonly CallerEvent[] {
    const { turn: spoken, isEnded, isUninterruptible, isSpoken } = reply;
    if (!isEnded || isUninterruptible || isSpoken) return [];
    return [{ type: 'playback.position', turn: spoken, playedMs: WHOLE_REPLY_MS }];
  }

  function toEvents(message: Exclude<RelayMessage, { type: 'setup' }>): readonly CallerEvent[] {
    switch (message.type) {
      case 'prompt': {
        const { voicePrompt: text, last = true } = message;
        // Without words the last prompt says that those before it were all.
        if (text.trim() === '' && !(last && isTurnOpen && hasWords)) return [];
        const heard = {
          type: 'transcript.updated',
          turn: openTurn(),
          text,
          state: last ? 'final' : 'interim',
        } as const;
        hasWords = true;
        if (last) isTurnOpen = false;
        return [...endSpeech(), heard];
      }
      case 'dtmf':
        return [...endSpeech(), { type: 'dtmf.pressed', turn: openTurn(), digit: message.digit }];
      case 'interrupt':
        reply = { ...reply, isSpoken: true };
        // In the reply's own words: the network's copy may differ in space, case and spelling.
        return [
          {
            type: 'playback.interrupted',
            turn: reply.turn,
            heard: takeHeard(reply.text, message.utteranceUntilInterrupt ?? ''),
          },
        ];
      case 'error':
      case 'info':
        return [];
      default:
        return unreachable(message);
    }
  }

  function grow(text: string): readonly RelayReply[] {
    const token = text.startsWith(reply.text) ? text.slice(reply.text.length) : text;
    reply = { ...reply, text };
    return token === '' ? [] : [toText(token, false)];
  }

  function toText(token: string, last: boolean): RelayReply {
    return { type: 'text', token, last, ...(reply.isUninterruptible ? { interruptible: false } : {}) };
  }

  /** The network waits for the last token of what it speaks. */
  function end(replyTurn: number): readonly RelayReply[] {
    if (replyTurn !== reply.turn || reply.isEnded) return [];
    reply = { ...reply, isEnded: true };
    return [toText('', true)];
  }

  function toReplies(event: CallEvent): readonly RelayReply[] {
    switch (event.type) {
      case 'reply.updated':
        // Whoever is answered has ended a turn, be it by keys that nobody said were the last.
        if (event.turn === turn) isTurnOpen = false;
        if (event.turn !== reply.turn || reply.isEnded)
          reply = { turn: event.turn, text: '', isEnded: false, isUninterruptible: false, isSpoken: false };
        reply = { ...reply, isUninterruptible: event.isUninterruptible === true };
        return grow(event.text);
      case 'reply.resumed': {
        const { text } = reply;
        if (event.turn !== reply.turn) return [];
        reply = { ...reply, text: event.heard, isEnded: false };
        return grow(text);
      }
      case 'reply.completed':
        return end(event.turn);
      case 'reply.ended': {
        const frames = end(event.turn);
        if (event.turn === reply.turn) reply = { ...reply, isSpoken: true };
        return frames;
      }
      case 'sound.requested':
        return [{ type: 'play', source: event.source }];
      case 'digits.requested':
        return [{ type: 'sendDigits', digits: event.digits }];
      case 'language.requested':
        return [{ type: 'language', ttsLanguage: event.language, transcriptionLanguage: event.language }];
      case 'error':
        return fatalCodes.has(event.code) ? [{ type: 'end', handoffData: JSON.stringify({ reason: event.code }) }] : [];
      case 'call.closed': {
        const { reason, transfer } = event;
        return [{ type: 'end', handoffData: JSON.stringify({ reason, ...transfer }) }];
      }
      default:
        return [];
    }
  }

  return {
    read(text) {
      const parsed = parseRelayMessage(text);
      if (!parsed.ok) return { kind: 'problem', problem: parsed.problem };
      const { message } = parsed;
      if (message.type === 'setup')
        return isStarted
          ? toProblem('call-already-started', 'setup came twice')
          : { kind: 'start', start: toStart(message), resumeKey: message.callSid };
      if (!isStarted) return toProblem('call-not-started', `${message.type} came before setup`);
      const events = toEvents(message);
      return events.length === 0 ? noEvents : { kind: 'events', events };
    },
    startCall() {
      isStarted = true;
    },
    write: (event) => toReplies(event).map(toFrame),
    repeat() {
      const { text, isEnded } = reply;
      if (text === '') return [];
      const frames = [toText(text, false)];
      if (isEnded) frames.push(toText('', true));
      return frames.map(toFrame);
    },
    readBinary: () => undefined,
    isSpeaking: true,
    isStartedOnce: true,
  };
}

function toStart({ sessionId, customParameters, from, to, direction }: Setup): CallStarted {
  const { agent, ...variables } = customParameters ?? {};
  const isCallId = sessionId !== undefined && /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(sessionId);
  return {
    type: 'call.started',
    version: 1,
    variables,
    from: from || undefined,
    to: to || undefined,
    direction: toDirection(direction),
    ...(agent === undefined ? {} : { agent }),
    ...(isCallId ? { callId: sessionId } : {}),
  };
}

/** Networks differ: "outbound-api", "outgoing". */
function toDirection(named: Setup['direction']): CallParties['direction'] {
  if (named?.startsWith('in')) return 'inbound';
  return named?.startsWith('out') ? 'outbound' : undefined;
}

function toFrame(reply: RelayReply): string {
  return JSON.stringify(reply);
}

function toProblem(code: Problem['code'], message: string): Reading {
  return { kind: 'problem', problem: { code, message } };
}
