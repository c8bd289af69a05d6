// What went wrong, in words for somebody who has never seen a close code, with what to do about it. Pure.

import { nativeCloseCodes, nativeLimits, type ProblemCode, type ServerMessage } from '../protocol/native-messages.ts';

const problems: Readonly<Partial<Record<ProblemCode, string>>> = {
  'text-too-long': `That was longer than the ${nativeLimits.textLength} characters that one turn may have. Say it in two.`,
  'too-many-calls': 'All lines are busy. Wait for another call to end, then call again.',
  'unknown-agent': 'The server no longer has this agent. Reload the page to see which it has.',
  'call-failed': 'The call broke on the server; its log says why. Call again.',
  'server-draining': 'The server is shutting down. Start it again, then call again.',
};

/** For an `error` message of the server; `message` is its own wording. */
export function explainProblem(code: string, message: string): string {
  return lookUp(code) ?? `The server reports: ${message}.`;
}

const closings: Readonly<Record<number, string>> = {
  1006: 'The connection is gone. Check that the server is still running, then call again.',
  [nativeCloseCodes.policyBroken]:
    'The server closed the call because of what this page sent. Reload the page, then call again.',
  [nativeCloseCodes.callFailed]: 'The call broke on the server; its log says why. Call again.',
  [nativeCloseCodes.serverDraining]: 'The server is shutting down. Start it again, then call again.',
  [nativeCloseCodes.tryAgainLater]: 'All lines are busy. Wait for another call to end, then call again.',
};

/**
 * For the end of a call, whose reason is the code of a problem where there was one; undefined when it ended as calls
 * do.
 */
export function explainClosing(code: number, reason: string): string | undefined {
  if (code === nativeCloseCodes.callEnded) return undefined;
  return (
    lookUp(reason) ??
    closings[code] ??
    `The server closed the call with code ${code}${reason === '' ? '' : ` (${reason})`}. Call again.`
  );
}

type Closed = Extract<ServerMessage, { readonly type: 'call.closed' }>;

const reasons: Readonly<Record<Exclude<Closed['reason'], 'transferred'>, string>> = {
  'caller-hung-up': 'you hung up',
  'agent-hung-up': 'the agent hung up',
  'caller-silent': 'nobody had said anything for too long',
  'too-long': 'it had lasted as long as a call may',
  voicemail: 'a machine had answered',
  'agent-failed': 'the agent broke; the log of the server says why',
  'stt-failed': 'the server could not hear you any more',
};

/** How a call came to its end, as the second half of a sentence. */
export function explainReason(reason: Closed['reason'], to: string | undefined): string {
  if (reason === 'transferred') return to === undefined ? 'you were put through' : `you were put through to ${to}`;
  return reasons[reason];
}

function lookUp(code: string): string | undefined {
  return Object.entries(problems).find(([known]) => known === code)?.[1];
}

const microphoneFailures: Readonly<Record<string, string>> = {
  'not-allowed': 'The browser keeps the microphone to itself. Allow it for this page in the address bar, or type.',
  'audio-capture': 'No microphone was found. Plug one in, or type.',
  network: "The browser can't reach its maker's speech service. Type instead, or use a browser that has one.",
  'service-not-allowed': 'This browser has no speech service. Type instead, or use a browser that has one.',
  'language-not-supported': "The browser's speech service doesn't know this language. Type instead.",
};

export function explainMicrophone(code: string): string {
  return microphoneFailures[code] ?? `The browser's speech recognition stopped (${code}). Turn it on again, or type.`;
}

export const UNREACHABLE_NOTE = 'The server can’t be reached. Start it with “npm start”; this page is waiting for it.';
export const STARTING_NOTE = 'The server is still loading its model.';
export const REFUSED_KEY_NOTE =
  'The server doesn’t know this key. It is the value of REPARTEE_API_KEY where the server was started.';
export const SILENT_BROWSER_NOTE = 'This browser can’t play the voice here, so the call goes on in writing.';
