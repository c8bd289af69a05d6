import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readReplyPoints } from '../../bench/reply-points.ts';
import { loadManifest } from '../../src/engine/manifest.ts';

const root = join(import.meta.dirname, '../..');

it('finds every reply of the golden dialogues that answers something, with the context before it', async () => {
  const manifest = await loadManifest(join(root, 'models/repartee-s'));
  const { say, call, end, bos } = manifest.specials;
  const points = readReplyPoints(join(root, 'fixtures/goldens.jsonl'));
  expect(points.filter((point) => point.act === 'say').length).toBeGreaterThan(40);
  expect(points.filter((point) => point.act === 'call').length).toBeGreaterThan(10);
  for (const { context, promptPrefix, reply } of points) {
    expect(context[0]).toBe(bos);
    expect(context.at(-1)).toBe(end);
    expect(context.slice(0, promptPrefix.prefix.length)).toEqual(promptPrefix.prefix);
    expect(reply.length).toBeGreaterThan(0);
    expect(reply.some((id) => id === end || id === say || id === call)).toBe(false);
  }
});
