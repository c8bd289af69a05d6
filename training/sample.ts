// Development dialogues in, the sample of fixtures/eval out: what a model is evaluated on where no other data is at
// hand.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../src/base/random.ts';
import { ModelError } from '../src/errors.ts';
import { readLines } from './dialogues.ts';

const SEED = 1;

interface Part {
  readonly source: string;
  readonly count: number;
  readonly title: string;
  readonly origin: string;
  readonly licence: string;
  readonly notice: string;
}

/** Taskmaster's two sets of model sessions and the chit-chat are left out. */
const parts: readonly Part[] = [
  {
    source: 'sgd',
    count: 15,
    title: 'Schema-Guided Dialogue',
    origin: 'github.com/google-research-datasets/dstc8-schema-guided-dialogue',
    licence: 'CC BY-SA 4.0',
    notice:
      'Google LLC. Rastogi et al. 2020, "Towards Scalable Multi-Domain Conversational Agents: The Schema-Guided Dialogue Dataset"; wordings of some tools: Lee et al. 2022, "SGD-X". Changed: converted to tool calls. This file stays under CC BY-SA 4.0 (creativecommons.org/licenses/by-sa/4.0).',
  },
  {
    source: 'star',
    count: 12,
    title: 'STAR',
    origin: 'github.com/RasaHQ/STAR',
    licence: 'MIT',
    notice:
      'Copyright (c) 2020 Rasa Technologies GmbH, under the MIT License below. Mosig, Mehri, Kober 2020. Changed: converted to tool calls.',
  },
  {
    source: 'tm3',
    count: 6,
    title: 'Taskmaster-3 (TicketTalk)',
    origin: 'github.com/google-research-datasets/Taskmaster',
    licence: 'CC BY 4.0',
    notice:
      'Google LLC. Byrne, Krishnamoorthi, Ganesh et al. Changed: converted to tool calls (creativecommons.org/licenses/by/4.0).',
  },
  {
    source: 'tm4',
    count: 6,
    title: 'Taskmaster-4',
    origin: 'github.com/google-research-datasets/Taskmaster',
    licence: 'CC BY 4.0',
    notice:
      'Google LLC. Byrne, Krishnamoorthi, Ganesh et al. Changed: converted to tool calls (creativecommons.org/licenses/by/4.0).',
  },
  {
    source: 'multiwoz',
    count: 8,
    title: 'MultiWOZ 2.1',
    origin: 'github.com/thu-coai/ConvLab-2',
    licence: 'MIT',
    notice:
      'Copyright (c) 2019 Paweł Budzianowski, under the MIT License below. Changed: calls rebuilt from the annotated belief state.',
  },
  {
    source: 'hr',
    count: 3,
    title: 'HR-MultiWOZ',
    origin: 'github.com/amazon-science/hr-multiwoz-tod-llm-agent',
    licence: 'Apache-2.0',
    notice:
      'Copyright Amazon.com, Inc. or its affiliates, under the Apache License 2.0 (LICENSE). Changed: converted to tool calls.',
  },
  {
    source: 'snips',
    count: 3,
    title: 'SNIPS NLU benchmark',
    origin: 'github.com/sonos/nlu-benchmark',
    licence: 'CC0 1.0',
    notice: 'Coucke et al. 2018, "Snips Voice Platform", arXiv:1805.10190. Changed: converted to tool calls.',
  },
  {
    source: 'nlu',
    count: 3,
    title: 'NLU-Evaluation-Data',
    origin: 'github.com/xliuhw/NLU-Evaluation-Data',
    licence: 'CC BY 4.0',
    notice:
      'Liu, Eshghi, Swietojanski, Rieser, IWSDS 2019. Changed: converted to tool calls (creativecommons.org/licenses/by/4.0).',
  },
  {
    source: 'r8k',
    count: 2,
    title: 'Restaurant-8k',
    origin: 'github.com/PolyAI-LDN/task-specific-datasets',
    licence: 'CC BY 4.0',
    notice:
      'PolyAI. Coope, Farghly, Gerz, Vulic, Henderson 2020, "Span-ConveRT". Changed: converted to tool calls, a question put before short answers (creativecommons.org/licenses/by/4.0).',
  },
  {
    source: 'spc',
    count: 2,
    title: 'Synthetic-Persona-Chat',
    origin: 'github.com/google-research-datasets/Synthetic-Persona-Chat',
    licence: 'CC BY 4.0',
    notice:
      'Google LLC. Jandaghi et al. 2023. Written by a language model. Changed: first speaker taken as the caller (creativecommons.org/licenses/by/4.0).',
  },
];

export interface SampleOptions {
  /** The folder with dev/. */
  readonly dataDir: string;
  readonly toDir: string;
  readonly report: (line: string) => void;
}

/** Writes the same files whenever it runs. Throws ModelError where a source has too few dialogues. */
export function writeSample({ dataDir, toDir, report }: SampleOptions): void {
  mkdirSync(toDir, { recursive: true });
  for (const { source, count } of parts) {
    const lines = drawLines(join(dataDir, 'dev', `${source}.jsonl.br`), count);
    writeFileSync(join(toDir, `${source}.jsonl`), lines.map((line) => `${line}\n`).join(''));
    report(`${source}.jsonl: ${count} dialogues`);
  }
  writeFileSync(join(toDir, 'README.md'), renderReadme());
}

function drawLines(file: string, count: number): string[] {
  const random = createRandom(SEED);
  const lines = readLines(file);
  if (lines.length < count)
    throw new ModelError('data-missing', `${file} has ${lines.length} dialogues, ${count} are drawn`);
  return lines
    .map((line) => ({ line, key: random() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ line }) => line);
}

function renderReadme(): string {
  const rows = parts.map(
    ({ source, count, title, origin, licence }) => `| ${source}.jsonl | ${count} | ${title} | ${origin} | ${licence} |`,
  );
  const notices = parts.map(({ source, title, notice }) => `- **${source}**: ${title}. ${notice}`);
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  return `# A sample of dialogues to evaluate a model on

${total} dialogues that no model here was trained on, drawn once by \`npm run model -- fixtures\` from the development data. \`npm run bench -- model\` takes them
where REPARTEE_DATA is not set. One dialogue a line: instructions, tools (JSON Schema), messages with calls and their results.

| file | dialogues | source | from | licence |
|---|---|---|---|---|
${rows.join('\n')}

${notices.join('\n')}

## The MIT License (star.jsonl, multiwoz.jsonl)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY,
WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;
}
