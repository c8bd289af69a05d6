import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runRepartee } from '../support/built-program.ts';
import { spansOf } from '../support/collector.ts';

// A real collector, built by: cd test/collector && go mod tidy && go build -o /tmp/otelcol . (minutes, 200 MB of modules)
const collector = process.env.OTELCOL;
const origin = 'http://127.0.0.1:14318';

it.skipIf(collector === undefined)(
  'sends spans that the collector of OpenTelemetry takes and understands',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'repartee-collector-'));
    const out = join(folder, 'out.json');
    const config = {
      receivers: { otlp: { protocols: { http: { endpoint: new URL(origin).host } } } },
      exporters: { file: { path: out } },
      service: {
        telemetry: { metrics: { level: 'none' } },
        pipelines: { traces: { receivers: ['otlp'], exporters: ['file'] } },
      },
    };
    await writeFile(join(folder, 'config.yaml'), JSON.stringify(config));
    const child = spawn(collector ?? '', ['--config', join(folder, 'config.yaml')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      await new Promise<void>((resolve, reject) => {
        child.stderr.on('data', (chunk) => /Everything is ready/.test(String(chunk)) && resolve());
        child.on('exit', () => reject(new Error('the collector ended')));
      });
      const sent = await runRepartee(['trace', 'fixtures/traces/clinic.jsonl', '--otlp', origin]);
      expect(sent).toMatchObject({ exitCode: 0, err: '' });
      child.removeAllListeners('exit');
      child.kill('SIGTERM');
      await new Promise((resolve) => child.on('exit', resolve));
      const batches = (await readFile(out, 'utf8')).trimEnd().split('\n');
      const spans = batches.flatMap((line) => spansOf(JSON.parse(line)));
      expect(sent.out).toBe(`${origin} took ${spans.length} spans\n`);
      const roots = spans.filter(({ parentSpanId }) => !parentSpanId);
      expect(roots.map(({ name }) => name)).toEqual(['call clinic']);
      expect(spans.filter(({ name }) => name === 'invoke_agent clinic').length).toBe(7);
    } finally {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true });
    }
  },
);
