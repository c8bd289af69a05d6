import { describe, expect, it } from 'vitest';
import { hasKey, isLoopback, refuseForeign } from '../../../src/server/http/guard.ts';

const publicUrl = new URL('https://voice.example.com');

describe('isLoopback', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.8.9.10', '::1', '[::1]'])('takes %s', (name) => {
    expect(isLoopback(name)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '', '10.0.0.1', 'localhost.example.com', '127.0.0.1.nip.io', 'x127.0.0.1', '::10'])(
    'refuses %j',
    (name) => {
      expect(isLoopback(name)).toBe(false);
    },
  );
});

describe('refuseForeign', () => {
  it.each(['127.0.0.1:8787', 'localhost', 'localhost:1', '[::1]:8787', 'voice.example.com', 'voice.example.com:443'])(
    'takes Host %s',
    (host) => {
      expect(refuseForeign({ host }, publicUrl)).toBeUndefined();
    },
  );

  it.each([
    undefined,
    '',
    'evil.example',
    'evil.example:8787',
    'localhost.evil.example',
    '127.0.0.1@evil.example',
    'evil.example#localhost',
    'localhost/evil',
    'localhost:8787:1',
    'voice.example.com:8443',
    'voice.example.com.evil.example',
  ])('refuses Host %s', (host) => {
    expect(refuseForeign(host === undefined ? {} : { host }, publicUrl)).toMatchObject({
      status: 403,
      code: 'foreign-host',
    });
  });

  it.each(['http://localhost:5173', 'http://127.0.0.1:8787', 'http://[::1]', 'https://voice.example.com'])(
    'takes Origin %s',
    (origin) => {
      expect(refuseForeign({ host: 'localhost', origin }, publicUrl)).toBeUndefined();
    },
  );

  it.each([
    '',
    'null',
    'https://evil.example',
    'http://localhost.evil.example',
    'http://voice.example.com',
    'https://voice.example.com:8443',
    'file://localhost',
    'localhost',
  ])('refuses Origin %j', (origin) => {
    expect(refuseForeign({ host: 'localhost', origin }, publicUrl)).toMatchObject({
      status: 403,
      code: 'foreign-origin',
    });
  });

  it('takes nothing but loopback where there is no public URL', () => {
    expect(refuseForeign({ host: 'voice.example.com' }, undefined)?.code).toBe('foreign-host');
    const origin = 'https://voice.example.com';
    expect(refuseForeign({ host: 'localhost', origin }, undefined)?.code).toBe('foreign-origin');
  });
});

describe('hasKey', () => {
  it('takes the key as bearer, in either case of the scheme', () => {
    expect(hasKey({ authorization: 'Bearer open-sesame' }, 'open-sesame')).toBe(true);
    expect(hasKey({ authorization: 'bearer open-sesame' }, 'open-sesame')).toBe(true);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer open',
    'Bearer open-sesame2',
    'Basic open-sesame',
    'open-sesame',
  ])('refuses %s', (authorization) => {
    expect(hasKey(authorization === undefined ? {} : { authorization }, 'open-sesame')).toBe(false);
  });
});
