// Twilio's side of a telephone call in HTTP: the TwiML that starts ConversationRelay, and what follows when that is
// over.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { toTransferTarget } from '../../agent/transfer-target.ts';
import { unreachable } from '../../errors.ts';
import { RELAY_PATH } from '../../protocol/relay-messages.ts';
import type { Log } from '../log.ts';
import type { Headers, HttpContext, HttpEnv } from './http-context.ts';
import { limitBody } from './limit-body.ts';

/** Where a telephone number's webhook points to, and where Twilio asks what comes after the relay. */
const VOICE_PATH = '/twilio/voice';
const AFTER_PATH = '/twilio/after';

export interface TwilioOptions {
  readonly authToken: string;
  readonly publicUrl: URL;
  readonly log: Log;
  /** Calls are taken now. */
  readonly isReady: () => boolean;
}

const MAX_BODY_BYTES = 65_536;
/** A relay that breaks at once would be started for ever. */
const MAX_RESTARTS = 3;
/** What a caller waits for a server that loads its model, or makes room for another: so many times so long. */
const MAX_WAITS = 15;
const WAIT_S = 2;
/** Of the server's own among the query's fields. */
const ownFields: readonly string[] = ['restarts', 'waits'];

const handoffSchema = z.object({ reason: z.string(), to: z.string().optional() });

/** Is `signature` what Twilio signs this URL and these form fields with? In a time that tells nothing of either. */
export function isTwilioSigned(
  authToken: string,
  signature: string | undefined,
  url: string,
  fields: Iterable<readonly [string, string]> = [],
): boolean {
  const signed = [...fields].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat();
  const wanted = createHmac('sha1', authToken)
    .update([url, ...signed].join(''))
    .digest();
  const given = Buffer.from(signature ?? '', 'base64');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Routes of the two paths. */
export function createTwilioRoutes({ authToken, publicUrl, log, isReady }: TwilioOptions): Hono<HttpEnv> {
  const relayUrl = `${publicUrl.origin.replace(/^http/, 'ws')}${RELAY_PATH}`;
  const app = new Hono<HttpEnv>();
  const limit = limitBody(MAX_BODY_BYTES, (context) => send(context, 413, ''));
  for (const path of [VOICE_PATH, AFTER_PATH]) {
    app.get(path, answer);
    app.post(path, limit, answer);
    app.all(path, (context) => send(context, 405, '', { allow: 'GET, POST' }));
  }
  return app;

  async function answer(context: HttpContext): Promise<Response> {
    const { req } = context;
    const sent = context.env?.target ?? req.url.slice(new URL(req.url).origin.length);
    const target = new URL(sent, publicUrl);
    const isPost = req.method === 'POST';
    const fields = new URLSearchParams(isPost ? await req.text() : '');
    if (!isTwilioSigned(authToken, req.header('x-twilio-signature'), `${publicUrl.origin}${sent}`, fields)) {
      context.set('refusalCode', 'signature-wrong');
      return send(context, 401, '');
    }
    const asked = isPost ? fields : target.searchParams;
    const countRestarts = Number(target.searchParams.get('restarts') ?? 0);
    return send(context, 200, req.path === VOICE_PATH ? connect(0, target) : after(asked, countRestarts, target));
  }

  /** The same request again in a while: a refusal would end the call by a message of Twilio's. */
  function wait(target: URL): string {
    const countWaits = Number(target.searchParams.get('waits') ?? 0);
    log('relay.waits', { countWaits });
    if (countWaits >= MAX_WAITS) return toTwiml('<Say>Please call again later.</Say><Hangup/>');
    const query = new URLSearchParams(target.searchParams);
    query.set('waits', String(countWaits + 1));
    const again = `${publicUrl.origin}${target.pathname}?${query}`;
    return toTwiml(`<Pause length="${WAIT_S}"/><Redirect method="POST">${escapeXml(again)}</Redirect>`);
  }

  /** Query fields of the webhook's URL become custom parameters: `?agent=clinic`. */
  function connect(countRestarts: number, target: URL): string {
    if (!isReady()) return wait(target);
    const parameters = [...target.searchParams].filter(([name]) => !ownFields.includes(name) && !/^[A-Z]/.test(name));
    const query = new URLSearchParams([...parameters, ['restarts', String(countRestarts)]]);
    const action = `${publicUrl.origin}${AFTER_PATH}?${query}`;
    const nested = parameters.map(
      ([name, value]) => `<Parameter name="${escapeXml(name)}" value="${escapeXml(value)}"/>`,
    );
    return toTwiml(
      `<Connect action="${escapeXml(action)}"><ConversationRelay url="${escapeXml(relayUrl)}" dtmfDetection="true" interruptible="any" reportInputDuringAgentSpeech="any" partialPrompts="true">` +
        `${nested.join('')}</ConversationRelay></Connect>`,
    );
  }

  /** The agent ended it: as it asked to. Nobody did, and the caller is still there: the relay starts again. */
  function after(asked: URLSearchParams, countRestarts: number, target: URL): string {
    const handoff = readHandoff(asked.get('HandoffData'));
    if (handoff?.to !== undefined) return dial(handoff.to);
    if (handoff !== undefined || asked.get('CallStatus') === 'completed') return toTwiml('<Hangup/>');
    log('relay.dropped', { countRestarts, sessionStatus: asked.get('SessionStatus')?.slice(0, 20) });
    return countRestarts < MAX_RESTARTS ? connect(countRestarts + 1, target) : toTwiml('<Hangup/>');
  }
}

/** Twilio tells a number, an address and a client apart by the noun. */
function dial(to: string): string {
  const target = toTransferTarget(to);
  switch (target?.kind) {
    case 'number':
      return toTwiml(`<Dial><Number>${escapeXml(target.number)}</Number></Dial>`);
    case 'sip':
      return toTwiml(`<Dial><Sip>${escapeXml(target.uri)}</Sip></Dial>`);
    case 'client':
      return toTwiml(`<Dial><Client>${escapeXml(target.name)}</Client></Dial>`);
    case undefined:
      return toTwiml('<Hangup/>');
    default:
      return unreachable(target);
  }
}

function readHandoff(text: string | null): z.infer<typeof handoffSchema> | undefined {
  try {
    return handoffSchema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

function toTwiml(verbs: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`;
}

function escapeXml(text: string): string {
  // What XML can't hold, escaped or not, is left out.
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function send(context: HttpContext, status: 200 | 401 | 405 | 413, body: string, headers: Headers = {}): Response {
  return context.body(body, status, {
    'content-type': 'text/xml; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
}
