import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLongCall } from '../../bench/long-call.ts';
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

  it('says what a model over the network cost, of each turn and in all', async () => {
    const tokens = { inputTokens: 900, cachedTokens: 0, outputTokens: 100 };
    const bill = { type: 'draft.billed', atMs: 9e5, turn: 1, draft: 1, model: 'mercury-2.5', use: 'kept', ...tokens };
    const paid = join(folder, 'paid.jsonl');
    await writeFile(paid, `${makeLongCall(2, 1)}${JSON.stringify({ ...bill, usd: 0.0002 })}\n`);
    const { out } = await runRepartee(['trace', paid]);
    expect(out.match(/^ {3}paid {2}kept \$0\.0002 \(1,000 tokens\)$/gm)).toHaveLength(1);
    expect(out.trimEnd().split('\n').at(-1)).toBe('the whole call: kept $0.0002 (1,000 tokens)');
    const { bills } = JSON.parse((await runRepartee(['trace', paid, '--json'])).out);
    expect(bills).toMatchObject({ kept: { answers: 1, usd: 0.0002 }, thrownAway: { answers: 0 } });
  });

  it('gives percentiles of each stage over several calls, and the turn that took most', async () => {
    const other = join(folder, 'other.jsonl');
    await writeFile(other, makeLongCall(4, 2));
    const { out } = await runRepartee(['trace', file, other]);
    expect(out).toMatch(
      /^2 calls, 7 turns\n\nmilliseconds +turns +p50 +p95 +p99 +max +budget +over +slowest\ntotal +7 /,
    );
    const json = (await runRepartee(['trace', file, other, '--json'])).out.trimEnd().split('\n');
    const [first, second, last] = json.map((line) => JSON.parse(line));
    expect([first.id, second.id]).toEqual(['call', 'other']);
    const totals = [...first.turns, ...second.turns].map(({ totalMs }: { totalMs: number }) => totalMs);
    expect(last.stages[0]).toMatchObject({ stage: 'total', count: 7, maxMs: Math.max(...totals) });
    expect((await runRepartee(['trace', file, other, '--html', join(folder, 'x.html')])).exitCode).toBe(2);
    const both = await runRepartee(['trace', file, '--json', '--html', join(folder, 'x.html')]);
    expect(both).toMatchObject({ exitCode: 2, err: expect.stringContaining('expected one of --json, --html') });
  });

  it('prints the JSON Schema that docs/ publishes, and every line of every fixture keeps to it', async () => {
    const { out } = await runRepartee(['trace', '--schema']);
    const published = await readFile('docs/reference/trace-format.schema.json', 'utf8');
    expect(JSON.parse(published)).toEqual(JSON.parse(out));
    const isValid = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(published));
    for (const name of await readdir('fixtures/traces')) {
      const lines = (await readFile(join('fixtures/traces', name), 'utf8')).trimEnd().split('\n');
      for (const line of lines) expect([isValid(JSON.parse(line)), line]).toEqual([true, line]);
      expect(isValid({ ...JSON.parse(lines[1] ?? ''), extra: 1 })).toBe(false);
    }
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
