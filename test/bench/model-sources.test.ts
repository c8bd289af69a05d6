import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { drawDialogues, findSources } from '../../bench/model-sources.ts';

const dir = mkdtempSync(join(tmpdir(), 'repartee-sources-'));
afterAll(() => rmSync(dir, { recursive: true }));

const line = (id: string) =>
  `${JSON.stringify({
    id,
    tools: [],
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'Hello!' },
    ],
  })}\n`;
const lines = Array.from({ length: 20 }, (_, index) => line(`d${index}`)).join('');
mkdirSync(join(dir, 'dev'));
writeFileSync(join(dir, 'dev', 'star.jsonl.br'), brotliCompressSync(lines));
writeFileSync(join(dir, 'dev', 'sgd.jsonl'), lines);
writeFileSync(join(dir, 'dev', 'README.md'), 'no dialogues');
writeFileSync(join(dir, 'broken.jsonl'), `${line('a')}{"id": "b", "tools": [], "messages": 3}\n`);

const silent = () => {};

describe('the sources of an evaluation', () => {
  it('are the files named, by what their names begin with', () => {
    const files = [join(dir, 'dev', 'star.jsonl.br'), join(dir, 'broken.jsonl')];
    expect(findSources(files, dir, silent).map(({ name }) => name)).toEqual(['star', 'broken']);
  });

  it('are else all of the development data', () => {
    expect(findSources([], dir, silent).map(({ name }) => name)).toEqual(['sgd', 'star']);
  });

  it('are else the sample of the repository, and that is said', () => {
    const said: string[] = [];
    const names = findSources([], undefined, (text) => said.push(text)).map(({ name }) => name);
    expect(names).toContain('sgd');
    expect(names).toContain('multiwoz');
    expect(said.join()).toMatch(/REPARTEE_DATA is not set: evaluating the sample in .*fixtures\/eval/);
  });

  it('are missing where the folder is', () => {
    expect(() => findSources([], join(dir, 'nowhere'), silent)).toThrow(/nowhere\/dev does not exist/);
  });

  it('give so many dialogues, the same ones for a seed', () => {
    const [source] = findSources([join(dir, 'dev', 'star.jsonl.br')], undefined, silent);
    const draw = (limit: number, seed: number) =>
      source === undefined ? [] : drawDialogues(source, limit, seed).map(({ id }) => id);
    expect(draw(5, 1)).toEqual(draw(5, 1));
    expect(draw(5, 1)).not.toEqual(draw(5, 2));
    expect(draw(5, 1)).toEqual(draw(9, 1).slice(0, 5));
    expect(draw(Number.POSITIVE_INFINITY, 1).length).toBe(20);
  });

  it('name file and line of a dialogue that is none', () => {
    const [source] = findSources([join(dir, 'broken.jsonl')], undefined, silent);
    expect(() => source && drawDialogues(source, 1, 1)).toThrow(/broken\.jsonl:2: "messages" is 3, expected a list/);
  });
});
