import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findErrorCodes, pageFile, readMeanings, renderErrorPage } from './error-page.ts';

describe('docs/reference/errors.md', () => {
  const meanings = readMeanings();
  const told = meanings.flatMap(({ codes }) => Object.keys(codes));

  it('tells of every code that the sources raise', () => {
    const { raised } = findErrorCodes();
    expect(raised.size).toBeGreaterThan(100);
    expect([...raised].filter((code) => !told.includes(code))).toEqual([]);
  });

  it('tells of no code that the sources do not know, and of none twice', () => {
    const { quoted } = findErrorCodes();
    expect(told.filter((code) => !quoted.has(code))).toEqual([]);
    expect(told.filter((code, index) => told.indexOf(code) !== index)).toEqual([]);
  });

  it('is what npm run docs writes', () => {
    expect(readFileSync(pageFile, 'utf8')).toBe(renderErrorPage(meanings));
  });
});
