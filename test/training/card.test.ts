import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderModelBench } from '../../bench/model-table.ts';
import { writeCard } from '../../training/card.ts';

const share = { accuracy: 0.805, accuracyInterval: [0.727, 0.929] } as const;
const figures = {
  acts: { n: 77, ...share, recall: { say: 0.939, call: 0.636, wait: null }, sayOrCall: 0.864, wouldWait: 0 },
  calls: {
    n: 11,
    name: 0.636,
    exact: 0.091,
    exactInterval: [0, 0.333],
    arguments: { n: 20, precision: 0.656, recall: 0.512 },
    slots: {},
    givenAct: { name: 0.9, exact: 0.27 },
    jsonValid: 1,
  },
  replies: {
    n: 33,
    entities: 20,
    entityRecall: 0.25,
    entityRecallInterval: null,
    chrf: 0.221,
    distinct2: 0.687,
    rep4: 0,
    empty: 0,
    truncated: 0,
    lengthError: 6.06,
    arLoss: 0.59,
  },
  endOfTurn: { n: 70, auc: 0.946, thresholds: [] },
  speed: { forwards: 7.824, tokens: 15.48, tokensPerForward: 1.98, msP50: 312.5 },
} as const;
const bench = {
  settings: {
    machine: { cpu: 'AMD EPYC', cores: 2, node: '20.20.2', loadAverage: 0.1, date: '2026-11-26' },
    model: 'repartee-s 0.1.0',
    users: 'recognised',
    efforts: ['low', 'autoregressive'],
    limit: 3,
    seed: 1,
    sources: {},
  },
  sources: { sgd: { low: figures, autoregressive: { ...figures, speed: { ...figures.speed, forwards: 15.48 } } } },
  curve: [],
} as const;
const card = '# A model\n\n<!-- measured -->\nold\n<!-- /measured -->\n\n## Limits\n';

let dir = '';
const fileOf = (name: string) => join(dir, name);
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'repartee-card-'));
  writeFileSync(fileOf('bench.json'), JSON.stringify(bench));
  writeFileSync(fileOf('README.md'), card);
});
afterEach(() => rmSync(dir, { recursive: true }));
const write = () => writeCard({ from: fileOf('bench.json'), cardFile: fileOf('README.md') });

describe('a model card', () => {
  it('takes its tables from the bench and keeps its words, however often it is filled', () => {
    write();
    const once = readFileSync(fileOf('README.md'), 'utf8');
    write();
    expect(readFileSync(fileOf('README.md'), 'utf8')).toBe(once);
    expect(once).toMatch(/^# A model\n\n<!-- measured -->\nMeasured by .*3 dialogues a source at most, seed 1/);
    expect(once).toMatch(/<!-- \/measured -->\n\n## Limits\n$/);
    expect(once).not.toContain('old');
    expect(once).toContain('| sgd | 77 | .805 (.727–.929) | .939 | .636 | – | .946 |\n');
    expect(once).toContain(
      '| sgd | low | 11 | .636 | .091 (0–.333) | 1 | 33 | .250 | .221 | 0 | 0 | .590 | 15.48 | 7.82 | 312.5 |\n',
    );
    expect(once).toContain('| sgd | autoregressive |');
  });

  it('reads what the bench writes', () => {
    expect(renderModelBench(bench)).toContain('| sgd | 77 | .805 (.727–.929) |');
  });

  it('stays as it was where the bench or a mark is missing', () => {
    writeFileSync(fileOf('bench.json'), '{"sources":');
    expect(write).toThrow(/bench\.json is no JSON/);
    writeFileSync(fileOf('bench.json'), JSON.stringify({ ...bench, sources: { sgd: { low: {} } } }));
    expect(write).toThrow(/bench\.json has no "acts\.n": is it of npm run bench -- model --json/);
    rmSync(fileOf('bench.json'));
    expect(write).toThrow(/can't read .*bench\.json/);
    expect(readFileSync(fileOf('README.md'), 'utf8')).toBe(card);
    writeFileSync(fileOf('bench.json'), JSON.stringify(bench));
    writeFileSync(fileOf('README.md'), '# No marks');
    expect(write).toThrow(/README\.md lacks <!-- measured -->/);
  });
});
