import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBench } from '../../bench/main.ts';
import { summarise } from '../../bench/talk-figures.ts';
import { measureTreeBytes } from '../../bench/tree-size.ts';
import { defineAgent } from '../../src/agent/define-agent.ts';
import { percentile } from '../../src/base/percentile.ts';
import type { Measured, TurnRecord } from '../../src/playback/turn-log.ts';

describe('a percentile', () => {
  it('is the smallest value that the share of all values does not exceed', () => {
    const values = [40, 10, 30, 20];
    expect([0, 0.25, 0.26, 0.5, 0.75, 0.99, 1].map((share) => percentile(values, share))).toEqual([
      10, 10, 20, 20, 30, 40, 40,
    ]);
    expect(values).toEqual([40, 10, 30, 20]);
  });

  it('of nothing is null', () => {
    expect(percentile([], 0.5)).toBeNull();
  });
});

describe('bench', () => {
  it('refuses a name that it does not know', async () => {
    await expect(runBench(['talks'])).rejects.toMatchObject({
      code: 'usage',
      message:
        'no bench "talks"; there are calls, sockets, talk, engine, gpu, imported, load, exact, passes, constrain, model, calibrate, trace, viewer, dates, tasks',
    });
  });
});

describe('the figures of bench talk', () => {
  const agent = defineAgent({ name: 'scripted', instructions: 'You answer calls.' });
  const turn = (draft: Measured['draft'], totalMs: number, unexplainedMs: number): TurnRecord => ({
    turn: 1,
    caller: 'a',
    tools: [],
    reply: 'b',
    heard: 'b',
    interrupted: false,
    errors: [],
    measured: {
      firstTextMs: totalMs / 2,
      firstAudioMs: totalMs,
      totalMs,
      partsUs: { prefill: (totalMs - unexplainedMs) * 1000, unexplained: unexplainedMs * 1000 },
      draft,
      forwards: 0,
      steps: 0,
    },
  });

  it('hold first audio by class, and the unexplained rest in milliseconds and percent of its own turn', () => {
    const turns = [turn('hit', 10, 1), turn('hit', 20, 0), turn('missed', 200, 4)];
    expect(summarise([{ agent, turns }])).toMatchObject({
      summary: { turns: 3, hits: 2, missed: 1, firstTextMs: { hit: { p50: 5, p99: 10 } } },
      firstAudioMs: { hit: { p50: 10, p99: 20 }, missed: { p50: 200, p99: 200 }, tool: { p50: null, p99: null } },
      unexplainedP95: { ms: 4, percent: 10, ofBound: 1 },
    });
  });

  it('take no share of a turn that took no time', () => {
    expect(summarise([{ agent, turns: [turn('hit', 0, 0)] }]).unexplainedP95).toEqual({
      ms: 0,
      percent: 0,
      ofBound: 0,
    });
  });
});

describe('the size of the tree', () => {
  it('counts what a clone would have, and nothing that git ignores', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tree-'));
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    await mkdir(join(folder, 'node_modules'));
    await writeFile(join(folder, '.gitignore'), 'node_modules\n');
    await writeFile(join(folder, 'node_modules', 'big'), 'x'.repeat(5000));
    await writeFile(join(folder, 'näme'), 'x'.repeat(100));
    expect(await measureTreeBytes(folder)).toBe(113);
    await rm(folder, { recursive: true });
  });

  it('is unknown outside a git work tree', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tree-'));
    await mkdir(join(folder, 'a'));
    await writeFile(join(folder, 'a', 'file'), 'x');
    expect(await measureTreeBytes(folder)).toBeNull();
    await rm(folder, { recursive: true });
  });
});
