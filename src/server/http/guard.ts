// Who may ask: Host, Origin and key of a request in, a refusal or nothing out. Knows no route and no socket.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from './http-context.ts';

const hostPattern = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;

/** Is this name or address one that only this machine reaches? Takes IPv6 with or without brackets. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
}

/** Refuses a request that was addressed to, or comes from a page of, anything but loopback and `publicUrl`. */
export function refuseForeign(headers: IncomingHttpHeaders, publicUrl: URL | undefined): Refusal | undefined {
  return refuseForeignHost(headers, publicUrl) ?? refuseForeignOrigin(headers, publicUrl);
}

export function refuseForeignHost({ host = '' }: IncomingHttpHeaders, publicUrl: URL | undefined): Refusal | undefined {
  if (isOwnHost(host, publicUrl)) return undefined;
  return {
    status: 403,
    code: 'foreign-host',
    message: `Host ${JSON.stringify(host)} is neither loopback nor the public URL of this server: name it by --public-url`,
  };
}

export function refuseForeignOrigin(headers: IncomingHttpHeaders, publicUrl: URL | undefined): Refusal | undefined {
  if (headers.origin !== undefined && !isOwnOrigin(headers.origin, publicUrl))
    return {
      status: 403,
      code: 'foreign-origin',
      message: `Origin ${JSON.stringify(headers.origin)} is neither loopback nor the public URL of this server: name it by --public-url`,
    };
  return undefined;
}

/** Compares `Authorization: Bearer …` with the key, in a time that tells nothing of either. */
export function hasKey(headers: IncomingHttpHeaders, apiKey: string): boolean {
  return isKey(/^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1] ?? '', apiKey);
}

/** In a time that tells nothing of either. */
export function isKey(given: string, apiKey: string): boolean {
  return timingSafeEqual(sha256(given), sha256(apiKey));
}

/** Can it be sent as a bearer token (RFC 6750, section 2.1)? */
export function isBearerToken(text: string): boolean {
  return /^[A-Za-z0-9._~+/-]+=*$/.test(text);
}

/** Why a request without the right key is refused: none was sent, or another one. */
export function toKeyRefusal({ authorization }: IncomingHttpHeaders): Refusal {
  const how = 'send Authorization: Bearer with the API key of this server';
  return authorization === undefined
    ? { status: 401, code: 'key-missing', message: how }
    : { status: 401, code: 'key-wrong', message: `the key that was sent is not this server's: ${how}` };
}

function isOwnHost(host: string, publicUrl: URL | undefined): boolean {
  const name = hostPattern.exec(host)?.[1];
  if (name === undefined) return false;
  return (
    isLoopback(name) || (publicUrl !== undefined && toUrl(`${publicUrl.protocol}//${host}`)?.host === publicUrl.host)
  );
}

function isOwnOrigin(origin: string, publicUrl: URL | undefined): boolean {
  const url = toUrl(origin);
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return isLoopback(url.hostname) || url.origin === publicUrl?.origin;
}

function toUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
