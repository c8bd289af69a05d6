import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readByteTable } from '../../src/engine/constraints/byte-dfa.ts';
import {
  canEndNumber,
  canFinish,
  createNumberTable,
  type NumberRules,
  nextCharacters,
} from '../../src/engine/constraints/number.ts';
import { createTextTable, startState } from '../../src/engine/constraints/text.ts';
import { buildTrie } from '../../src/engine/constraints/trie.ts';
import { countRuns } from '../support/count-runs.ts';
import { tokenizer } from '../support/small-vocabulary.ts';

const text = createTextTable(tokenizer);

it('shares the beginnings of token sequences', () => {
  const trie = buildTrie([
    [[12, 7], 'calls'],
    [[12, 9], 'callback'],
    [[12], 'call'],
  ]);
  expect([...trie.children.keys()]).toEqual([12]);
  const inner = trie.children.get(12);
  expect(inner?.value).toBe('call');
  expect([...(inner?.children ?? [])].map(([id, node]) => [id, node.value])).toEqual([
    [7, 'calls'],
    [9, 'callback'],
  ]);
});

it('lets through exactly the token sequences that make a JSON string', () => {
  const ids = fc.array(fc.integer({ min: 17, max: tokenizer.countTokens - 1 }), { maxLength: 12 });
  const legalish = fc.array(fc.constantFrom(...tokenizer.encode('a"\\n é€🙂u'), ...tokenizer.encode(' th",')), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.oneof(ids, legalish), (tokens) => {
      let state = startState;
      let countCharacters = 0;
      for (const id of tokens) {
        if (state < 0) break;
        countCharacters += text.countCharacters(state, id);
        state = text.next(state, id);
      }
      const isAccepted = state === startState;
      const bytes = Uint8Array.from(tokens.flatMap((id) => [...tokenizer.tokenBytes(id)]));
      const parsed = parseContent(bytes);
      expect(isAccepted).toBe(parsed !== undefined);
      if (parsed !== undefined) expect(countCharacters).toBe(Array.from(parsed).length);
    }),
    { numRuns: countRuns(1000) },
  );
});

/** The string with these bytes between its quotes; no \u, no DEL: the table leaves them out. */
function parseContent(bytes: Uint8Array): string | undefined {
  try {
    const content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (content.includes('\u007f') || /(^|[^\\])(\\\\)*\\u/.test(content)) return undefined;
    const value: unknown = JSON.parse(`"${content}"`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

const bound = fc.oneof(
  fc.integer({ min: -120, max: 120 }),
  fc.integer({ min: -1200, max: 1200 }).map((n) => n / 10),
  fc.integer({ min: -12_000, max: 12_000 }).map((n) => n / 100),
);
const cents = fc.integer({ min: -100_000, max: 100_000 });
const numberRules: fc.Arbitrary<NumberRules> = fc.record({
  isInteger: fc.boolean(),
  min: fc.oneof(bound, fc.constant(Number.NEGATIVE_INFINITY)),
  max: fc.oneof(bound, fc.constant(Number.POSITIVE_INFINITY)),
  isMinExclusive: fc.boolean(),
  isMaxExclusive: fc.boolean(),
});

it('writes only numbers within the bounds, and never writes itself into a corner', () => {
  fc.assert(
    fc.property(numberRules, fc.array(fc.nat(9), { minLength: 20, maxLength: 20 }), (rules, picks) => {
      fc.pre(canFinish(rules, '') || canFinish(rules, '-'));
      let prefix = '';
      for (const pick of picks) {
        const next = nextCharacters(rules, prefix);
        if (next.length === 0) break;
        prefix += next[pick % next.length];
      }
      const last = [...prefix]
        .map((_, index) => prefix.slice(0, prefix.length - index))
        .find((part) => canEndNumber(rules, part));
      if (nextCharacters(rules, prefix).length === 0) expect(canEndNumber(rules, prefix)).toBe(true);
      if (last !== undefined) {
        const value: unknown = JSON.parse(last);
        expect(value).toBeGreaterThanOrEqual(rules.min);
        expect(value).toBeLessThanOrEqual(rules.max);
        if (rules.isInteger) expect(Number.isInteger(value)).toBe(true);
      }
    }),
    { numRuns: countRuns(700) },
  );
});

it('can write a bound of two decimals, unless it is excluded', () => {
  fc.assert(
    fc.property(cents, fc.nat(300), fc.boolean(), fc.boolean(), (low, span, isMinExclusive, isMaxExclusive) => {
      const [min, max] = [low / 100, (low + span) / 100];
      const rules = { isInteger: false, min, max, isMinExclusive, isMaxExclusive };
      const canWrite = (value: number) => {
        const prefixes = Array.from(String(value), (_, index) => String(value).slice(0, index + 1));
        return canEndNumber(rules, String(value)) && prefixes.every((prefix) => canFinish(rules, prefix));
      };
      const isOpen = isMinExclusive || isMaxExclusive;
      expect(canWrite(min)).toBe(!isMinExclusive && (span > 0 || !isMaxExclusive));
      expect(canWrite(max)).toBe(!isMaxExclusive && (span > 0 || !isMinExclusive));
      expect(createNumberTable(rules, () => true) !== undefined).toBe(span > 0 || !isOpen);
    }),
    { numRuns: 300, examples: [[410, 0, false, false]] },
  );
});

it('can write every integer within small bounds, and no other', () => {
  fc.assert(
    fc.property(fc.integer({ min: -130, max: 130 }), fc.nat(60), (min, span) => {
      const rules = { isInteger: true, min, max: min + span, isMinExclusive: false, isMaxExclusive: false };
      const written: number[] = [];
      const explore = (prefix: string) => {
        if (canEndNumber(rules, prefix)) written.push(Number(prefix));
        for (const character of nextCharacters(rules, prefix)) explore(prefix + character);
      };
      explore('');
      expect(written.sort((a, b) => a - b)).toEqual(Array.from({ length: span + 1 }, (_, index) => min + index));
    }),
    { numRuns: 60 },
  );
});

it('has one automaton that writes the same numbers, and knows how far the nearest one is', () => {
  fc.assert(
    fc.property(numberRules, fc.array(fc.nat(11), { minLength: 22, maxLength: 22 }), (rules, picks) => {
      const table = createNumberTable(rules, () => true);
      const dfa = table && readByteTable(table);
      expect(dfa !== undefined).toBe(canFinish(rules, '') || canFinish(rules, '-'));
      if (!dfa) return;
      let state = 0;
      let prefix = '';
      for (const pick of picks) {
        const next = nextCharacters(rules, prefix);
        const steps = Array.from('-.0123456789').filter((c) => dfa.step(state, c.charCodeAt(0)) >= 0);
        expect(steps.sort()).toEqual([...next].sort());
        expect(dfa.isFinal(state)).toBe(canEndNumber(rules, prefix));
        const nearest = steps.map((c) => dfa.distance(dfa.step(state, c.charCodeAt(0))));
        expect(dfa.distance(state)).toBe(dfa.isFinal(state) ? 0 : 1 + Math.min(...nearest));
        const character = next[pick % next.length];
        if (character === undefined) break;
        state = dfa.step(state, character.charCodeAt(0));
        prefix += character;
      }
    }),
    { numRuns: 50 },
  );
});
