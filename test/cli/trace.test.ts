import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLongCall } from '../../src/bench/long-call.ts';
import { runRepartee } from '../support/built-program.ts';
import { startCollector } from '../support/collector.ts';

let folder = '';
let file = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repartee-trace-'));
  file = join(folder, 'call.jsonl');
  await writeFile(file, makeLongCall(3, 1));
});
afterAll(() => rm(folder, { recursive: true }));

describe('repartee trace', () => {
  it('prints each turn with its words and its ledger', async () => {
    const { exitCode, out } = await runRepartee(['trace', file]);
    expect(exitCode).toBe(0);
    expect(out.match(/^ caller {2}/gm)).toHaveLength(3);
    expect(out.match(/ms to first audio/g)).toHaveLength(3);
  });

  it('gives its figures as one JSON object', async () => {
    const { out } = await runRepartee(['trace', file, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      id: 'call',
      agent: 'restaurant',
      hasEnded: true,
      turns: [{ turn: 1 }, {}, {}],
    });
  });

  it('sends its spans to a collector, and fails where it does not take them', async () => {
    const collector = await startCollector();
    const origin = collector.url.origin;
    const sent = await runRepartee(['trace', file, '--otlp', origin]);
    expect(sent).toMatchObject({ exitCode: 0, out: `${origin} took ${collector.spans().length} spans\n`, err: '' });
    expect(collector.spans().filter(({ name }) => name === 'invoke_agent restaurant')).toHaveLength(3);
    collector.state.answer = (_, response) => void response.writeHead(400).end();
    const refused = await runRepartee(['trace', file, '--otlp', origin]);
    expect(refused.exitCode).toBe(1);
    expect(refused.err).toContain(`repartee trace: ${origin} took 0 spans of `);
    await collector[Symbol.asyncDispose]();
  });

  it('names the line of a damaged file, and what is wrong with a command line', async () => {
    const damaged = join(folder, 'damaged.jsonl');
    await writeFile(damaged, '{"type":"header","version":1,"agent":"a"}\nno\n{}\n');
    expect(await runRepartee(['trace', damaged])).toMatchObject({
      exitCode: 1,
      err: `repartee trace: ${damaged}: line 2 is not JSON\n`,
    });
    expect((await runRepartee(['trace'])).exitCode).toBe(2);
    const unwritable = join(folder, 'nowhere', 'out.html');
    const { exitCode, err } = await runRepartee(['trace', file, '--html', unwritable]);
    expect([exitCode, err.trim().split('\n').length]).toEqual([1, 1]);
    expect(err).toContain(unwritable);
  });
});
