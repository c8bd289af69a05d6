import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listCallFiles, readCall } from '../../src/playback/call-files.ts';
import { runRepartee } from '../support/built-program.ts';

const folder = join(import.meta.dirname, '../../fixtures/traces');
const changed = join(tmpdir(), `repartee-replay-${process.pid}.jsonl`);
afterAll(() => rm(changed, { force: true }));

describe('the fixture traces', () => {
  it('are three whole recordings with speech, small, of free sources', async () => {
    const files = await listCallFiles(folder);
    expect(files).toHaveLength(3);
    for (const file of files) {
      const { header, events } = await readCall(file, (line) => expect.unreachable(line));
      expect(header).toMatchObject({ hasAudio: true, licence: 'MIT' });
      const types = new Set(events.map(({ type }) => type));
      for (const type of ['draft.stepped', 'draft.ended', 'turn.measured', 'audio.peaks', 'machine.told'] as const)
        expect(types).toContain(type);
      expect((await readFile(file)).length).toBeLessThan(200_000);
      for (const event of events) {
        if (event.type === 'draft.ended') expect(event.savedUs + event.neededUs + event.wastedUs).toBe(event.modelUs);
        if (event.type !== 'turn.measured') continue;
        const paintedUs = event.stretches?.reduce((sum, [, fromUs, toUs]) => sum + toUs - fromUs, 0) ?? 0;
        expect(paintedUs + (event.partsUs.unexplained ?? 0)).toBe(Math.round(event.totalMs * 1000));
        expect(event.loop?.aloneUs).toBe((event.loop?.waitedUs ?? 0) + (event.loop?.savedUs ?? 0));
      }
    }
  });
});

describe('repartee replay', () => {
  it('has the fixture traces over again, bit for bit', async () => {
    const { exitCode, out } = await runRepartee(['replay', ...(await listCallFiles(folder))]);
    expect(out.match(/^\S+: told \d+ events, said \d+, the same$/gm)).toHaveLength(3);
    expect(exitCode).toBe(0);
  });

  it('fails on the first difference, and shows it', async () => {
    const text = await readFile(join(folder, 'restaurant-5.jsonl'), 'utf8');
    await writeFile(changed, text.replace(/("type":"reply.ended".*"interrupted":)false/, '$1true'));
    const { exitCode, out } = await runRepartee(['replay', changed]);
    expect([exitCode, out]).toEqual([1, expect.stringContaining('another call:\n  at ')]);
    expect(out).toMatch(/recorded .*"interrupted":true.*\n {2}replayed .*"interrupted":false/);
  });

  it('says what it needs', async () => {
    const caller = join(folder, '../calls/clinic.jsonl');
    expect(await runRepartee(['replay'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('expected a file'),
    });
    expect(await runRepartee(['replay', caller])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('clinic holds the caller alone'),
    });
  });
});
