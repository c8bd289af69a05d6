import { expect, it } from 'vitest';
import { createCopyMatcher } from '../../../src/engine/constraints/copy-matcher.ts';

const echo = createCopyMatcher(['a table in san jose', '{"name": "Rosie McCann\'s", "city": "San Ramon"}']);

it('follows words of the dialogue from the start of any of them, whatever their case', () => {
  const san = echo.follow(echo.starts, 'San');
  expect(san).toHaveLength(2);
  expect(echo.follow(san, ' J')).toHaveLength(1);
  expect(echo.follow(san, ' R')).toHaveLength(1);
  expect(echo.follow(san, ' F')).toHaveLength(0);
});

it('begins no copy within a word', () => {
  expect(echo.follow(echo.starts, 'ose')).toEqual([]);
});

it('goes from no stretch into the next', () => {
  const end = echo.follow(echo.starts, 'jose');
  expect(echo.follow(end, '{')).toEqual([]);
});

it('is whole where a word ends, not within one', () => {
  expect(echo.isWhole(echo.follow(echo.starts, 'San Jo'))).toBe(false);
  expect(echo.isWhole(echo.follow(echo.starts, 'San Jose'))).toBe(true);
  expect(echo.isWhole(echo.follow(echo.starts, 'McCann'))).toBe(true);
  expect(echo.isWhole(echo.starts)).toBe(false);
});

it('has nothing to follow before anyone has spoken', () => {
  expect(createCopyMatcher([]).starts).toEqual([]);
});

it('takes vowel signs for letters, and each character for a word where a script puts no spaces', () => {
  const mixed = createCopyMatcher(['दो दिन बाद', '订一个房间']);
  expect(mixed.follow(mixed.starts, 'न')).toEqual([]);
  expect(mixed.isWhole(mixed.follow(mixed.starts, 'द'))).toBe(false);
  expect(mixed.isWhole(mixed.follow(mixed.starts, 'दिन'))).toBe(true);
  expect(mixed.isWhole(mixed.follow(mixed.starts, '房间'))).toBe(true);
});
