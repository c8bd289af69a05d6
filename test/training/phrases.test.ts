import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hashFile, loadManifest } from '../../src/engine/manifest.ts';
import { loadPhrases, readPhrases } from '../../src/engine/proposals/ngram-table.ts';
import { countPhrases, encodePhrases, writePhrases } from '../../training/phrases.ts';
import { encodeTokenFile } from '../../training/token-file.ts';
import { manifest } from '../support/small-vocabulary.ts';

const { user, say, end } = manifest.specials;

const tableOf = (replies: readonly (readonly number[])[], least = 1) =>
  readPhrases(encodePhrases(countPhrases(replies, least)));

it('knows what followed most often, by the longest end of the words that it has seen', () => {
  const phrases = tableOf([
    [user, say, 20, 21, end],
    [user, say, 20, 21, end],
    [user, say, 30, 21, 22, end],
  ]);
  expect(phrases.next([user, say], 2)?.id).toBe(20);
  expect(phrases.next([99, 21], 2)?.id).toBe(end);
  expect(phrases.next([30, 21], 2)?.id).toBe(22);
  expect(phrases.next([99], 1)).toBeUndefined();
  expect(phrases.next([], 0)).toBeUndefined();
});

it('is the surer the more often it saw the same, and never certain', () => {
  const shareAfter = (count: number) =>
    tableOf(Array.from({ length: count }, () => [user, say, 20, end])).next([user, say], 2)?.share ?? 0;
  expect([shareAfter(1), shareAfter(3), shareAfter(30)].map((share) => Math.round(share * 100))).toEqual([25, 62, 95]);
});

it('leaves out what came too rarely', () => {
  const replies = [1, 2, 3].map(() => [user, say, 20, end]);
  expect(tableOf(replies, 3).next([user, say], 2)?.id).toBe(20);
  expect(tableOf(replies, 4).next([user, say], 2)).toBeUndefined();
});

it('refuses a file that is no table', () => {
  const bytes = encodePhrases(countPhrases([[user, say, 20, end]], 1));
  expect(() => readPhrases(bytes.subarray(0, bytes.length - 1))).toThrow('phrases.bin is no table of phrases');
  expect(() => readPhrases(new Uint8Array(3))).toThrow('npm run model -- phrases');
});

it('writes the table of a folder of token files, and enters it in the manifest', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'phrases-'));
  const say20 = { kind: 'say', ids: [20, 21] } as const;
  const bytes = encodeTokenFile(Array.from({ length: 10 }, () => [{ kind: 'userWritten', ids: [40] }, say20]));
  writeFileSync(join(dir, 'train-x.tokens'), bytes);
  const graph = join(dir, 'graph.onnx');
  writeFileSync(graph, 'a graph');
  const file = { name: 'graph.onnx', sizeBytes: 7, sha256: await hashFile(graph) };
  writeFileSync(join(dir, 'model.json'), JSON.stringify({ ...manifest, files: [file, file] }));
  const lines: string[] = [];
  writePhrases({ tokensDir: dir, modelDir: dir, report: (line) => lines.push(line) });
  const first = readFileSync(join(dir, 'phrases.bin'));
  writePhrases({ tokensDir: dir, modelDir: dir, report: () => {} });
  expect(readFileSync(join(dir, 'phrases.bin'))).toEqual(first);
  const written = await loadManifest(dir);
  expect(written.files.map(({ name }) => name)).toEqual(['graph.onnx', 'graph.onnx', 'phrases.bin']);
  expect((await loadPhrases(dir, written)).next([user, say, 20], 3)?.id).toBe(21);
  expect((await loadPhrases(dir, manifest)).next([user, say, 20], 3)).toBeUndefined();
  expect(lines).toEqual([`phrases.bin: 9 phrases of 10 replies, ${first.length} bytes`]);
  writeFileSync(join(dir, 'train-x.tokens'), bytes.subarray(0, bytes.length - 1));
  const write = (tokensDir: string) => writePhrases({ tokensDir, modelDir: dir, report: () => {} });
  expect(() => write(dir)).toThrow(
    /train-x\.tokens: \d+ bytes, but its head says \d+; write it again by npm run model/,
  );
  expect(() => write(join(dir, 'none'))).toThrow(/none has no train-\*\.tokens/);
  rmSync(join(dir, 'train-x.tokens'));
  expect(() => write(dir)).toThrow('npm run model -- tokens');
  rmSync(dir, { recursive: true });
});
