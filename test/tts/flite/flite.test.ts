import { beforeAll, describe, expect, it } from 'vitest';
import { createFlite, type Flite } from '../../../src/tts/flite/flite.ts';

let flite: Flite;
beforeAll(async () => {
  flite = await createFlite('kal16');
});

describe('a clause that Flite can not say', () => {
  it.each([
    ['Здравствуйте!', 'U+0417'],
    ['您好，欢迎致电。', 'U+60A8'],
    ['नमस्ते', 'U+0928'],
  ])('%s is an error that names its first letter, not silence', (text, code) => {
    expect(() => flite.speak(text)).toThrow(
      expect.objectContaining({ code: 'voice-failed', message: expect.stringContaining(code) }),
    );
  });

  it('of signs alone is silence', () => {
    const { samples, words } = flite.speak('… 👍');
    expect([samples.length, words.map(({ endMs }) => endMs)]).toEqual([0, [0, 0]]);
  });
});

it('says what it can of a clause in two scripts', () => {
  expect(flite.speak('Hello Здравствуйте').samples.length).toBeGreaterThan(4000);
});
