import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../../src/engine/tokenizer/tokenizer.ts';
import { parseTokenizerFile } from '../../../src/engine/tokenizer/tokenizer-file.ts';

const json = readFileSync(new URL('../../../models/repartee-s/tokenizer.json', import.meta.url), 'utf8');
const tokenizer = loadTokenizer(json);
const special = new Set(Object.values(tokenizer.specials));

/** What encoding can't keep, by the characters' bytes: derived from the vocabulary, not from the code under test. */
const bytesWithTokens = new Set<number>();
for (let id = special.size; id < tokenizer.countTokens; id++) {
  const bytes = tokenizer.tokenBytes(id);
  if (bytes.length === 1) bytesWithTokens.add(bytes[0] ?? -1);
}
const isKept = (character: string) => Array.from(Buffer.from(character)).every((byte) => bytesWithTokens.has(byte));
const keptText = (text: string) =>
  Array.from(Buffer.from(text).toString('utf8'), (c) => (isKept(c) ? c : /\p{Cc}/u.test(c) ? '' : '\uFFFD')).join('');

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom(' ', '  ', '\n', "it's", "I'LL", '12', '½', '\u0085', '\uFEFF', 'é', '日本', '<call>', '🙂'))
    .map((p) => p.join('')),
);

describe('the tokenizer', () => {
  it('gives back every text that its bytes can say, with control characters dropped and others replaced', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(keptText(text));
      }),
      { numRuns: 500 },
    );
  });

  it('drops the control characters that have no token and replaces other such characters', () => {
    expect(tokenizer.decode(tokenizer.encode('a\u0004b\u{50000}c'))).toBe('ab\uFFFDc');
  });

  it('never turns text into a special token', () => {
    const typed = Object.keys(tokenizer.specials).map((name) => `<${name}>`);
    fc.assert(
      fc.property(fc.array(fc.oneof(anyText, fc.constantFrom(...typed, '<|im_end|>', '<|endoftext|>'))), (parts) => {
        const ids = tokenizer.encode(parts.join(''));
        expect(ids.filter((id) => special.has(id))).toEqual([]);
        expect(ids.every((id) => id < tokenizer.countTokens)).toBe(true);
      }),
    );
  });

  it('never shows a broken character at the end of a prefix, and what it shows only grows', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const ids = tokenizer.encode(text);
        const whole = tokenizer.decode(ids);
        for (let count = 0; count <= ids.length; count++) {
          const prefix = tokenizer.decode(ids.slice(0, count));
          expect(whole.startsWith(prefix)).toBe(true);
        }
      }),
    );
  });

  it('holds a character back until its last byte has come', () => {
    const ids = tokenizer.encode('🙂');
    expect(ids.length).toBeGreaterThan(1);
    expect(tokenizer.decode(ids.slice(0, -1))).toBe('');
    expect(tokenizer.decode(ids)).toBe('🙂');
  });

  it('splits digits one by one', () => {
    expect(tokenizer.encode(' 2019').length).toBe(5);
  });

  it('leaves specials out of decoded text', () => {
    expect(tokenizer.decode([tokenizer.specials.say, ...tokenizer.encode(' Hello'), tokenizer.specials.end])).toBe(
      ' Hello',
    );
  });

  it('encodes a long word without spaces as it encodes a short one, in time that grows about as its length', () => {
    // Of the processor, not of the clock: who else is at it does not count.
    const encodeUs = (text: string) => {
      const started = process.cpuUsage();
      tokenizer.encode(text);
      return process.cpuUsage(started).user;
    };
    const word = (countLetters: number) => 'abcdefghij'.repeat(countLetters / 10);
    expect(tokenizer.decode(tokenizer.encode(word(20_000)))).toBe(word(20_000));
    const quickestUs = (countLetters: number) => Math.min(...[1, 2, 3, 4, 5].map(() => encodeUs(word(countLetters))));
    const shortUs = quickestUs(20_000);
    const longUs = quickestUs(320_000);
    // 16 times the letters; a quadratic merge would take 256 times as long.
    expect(longUs / shortUs).toBeLessThan(100);
  });

  it('merges by rank alone, as the slow definition does', () => {
    const { merges, tokens } = parseTokenizerFile(json);
    const rankOf = new Map(merges.map((merge, rank) => [merge, rank]));
    const slow = (word: string) => {
      let parts = Array.from(word);
      for (;;) {
        const ranks = parts.slice(1).map((part, i) => rankOf.get(`${parts[i]} ${part}`) ?? Number.POSITIVE_INFINITY);
        const best = ranks.indexOf(Math.min(...ranks));
        if (best < 0 || ranks[best] === Number.POSITIVE_INFINITY) return parts.map((part) => tokens.indexOf(part));
        parts = [...parts.slice(0, best), `${parts[best]}${parts[best + 1]}`, ...parts.slice(best + 2)];
      }
    };
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,40}$/), (word) => {
        expect(tokenizer.encode(word)).toEqual(slow(word));
      }),
      { numRuns: 60 },
    );
  });

  it('names the range when asked for a token that is not there', () => {
    expect(() => tokenizer.tokenBytes(tokenizer.countTokens)).toThrow(/token 18142 is not in 0..18141/);
  });
});
