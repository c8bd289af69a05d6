// Real callers' words from the development dialogues in, the calls of fixtures/calls out: timed as a recogniser sends
// them.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, type Random } from '../src/base/random.ts';
import { ModelError } from '../src/errors.ts';
import { type Dialogue, readDialogues } from './dialogues.ts';
import { countWords, type FinalKind, MIN_WORDS_OF_CHANGED_FINAL, recognise } from './recogniser.ts';

const SEED = 1;
/** The Friday on which the callers of the Schema-Guided Dialogues live: their "March 5th" is a Tuesday. */
const STARTED_AT = '2019-03-01T18:00:00Z';
/** Silence between a final and the caller's next turn, where nobody waits for a reply. */
const PAUSE_MS = 1000;

interface Source {
  readonly title: string;
  readonly origin: string;
  readonly licence: string;
  readonly notice: string;
}

const sources = {
  sgd: {
    title: 'Schema-Guided Dialogue',
    origin: 'github.com/google-research-datasets/dstc8-schema-guided-dialogue',
    licence: 'CC BY-SA 4.0',
    notice:
      'Rastogi et al. 2020, "Towards Scalable Multi-Domain Conversational Agents: The Schema-Guided Dialogue Dataset". Changed: callers\' turns only, as timed partials. These files stay under CC BY-SA 4.0.',
  },
  star: {
    title: 'STAR',
    origin: 'github.com/RasaHQ/STAR',
    licence: 'MIT',
    notice:
      "Copyright (c) 2020 Rasa Technologies GmbH. Mosig, Mehri, Kober 2020. Changed: callers' turns only, as timed partials.",
  },
} as const satisfies Record<string, Source>;

interface Pick {
  readonly file: string;
  readonly agent: string;
  readonly source: keyof typeof sources;
  readonly id: string;
}

const picks: readonly Pick[] = [
  { file: 'restaurant', agent: 'restaurant', source: 'sgd', id: 'sgd-dev-4_00065' },
  { file: 'restaurant-2', agent: 'restaurant', source: 'sgd', id: 'sgd-dev-4_00064' },
  { file: 'restaurant-3', agent: 'restaurant', source: 'sgd', id: 'sgd-dev-4_00099' },
  { file: 'restaurant-4', agent: 'restaurant', source: 'sgd', id: 'sgd-dev-1_00000' },
  { file: 'restaurant-5', agent: 'restaurant', source: 'star', id: 'star-4107' },
  { file: 'clinic', agent: 'clinic', source: 'star', id: 'star-3671' },
  { file: 'clinic-2', agent: 'clinic', source: 'star', id: 'star-2165' },
  { file: 'clinic-3', agent: 'clinic', source: 'star', id: 'star-240' },
  { file: 'clinic-4', agent: 'clinic', source: 'star', id: 'star-311' },
];

export interface FixtureOptions {
  /** The folder with dev/. */
  readonly dataDir: string;
  /** The fixtures folder: calls/ and README.md are written there. */
  readonly toDir: string;
  readonly report: (line: string) => void;
}

/** Writes the same files whenever it runs. Throws ModelError where a dialogue is missing. */
export function writeFixtures({ dataDir, toDir, report }: FixtureOptions): void {
  const random = createRandom(SEED);
  const calls = picks.map((pick) => ({ pick, turns: callerTurns(findDialogue(dataDir, pick)) }));
  const kinds = drawKinds(
    calls.flatMap(({ turns }) => turns),
    random,
  );
  mkdirSync(join(toDir, 'calls'), { recursive: true });
  for (const { pick, turns } of calls) {
    writeFileSync(
      join(toDir, 'calls', `${pick.file}.jsonl`),
      renderCall(pick, turns, kinds.splice(0, turns.length), random),
    );
    report(`${pick.file}.jsonl: ${turns.length} turns of ${pick.id}`);
  }
  writeFileSync(
    join(toDir, 'README.md'),
    renderReadme(calls.map(({ pick, turns }) => ({ pick, count: turns.length }))),
  );
}

function findDialogue(dataDir: string, { source, id }: Pick): Dialogue {
  const file = join(dataDir, 'dev', `${source}.jsonl.br`);
  const dialogue = readDialogues(file).find((candidate) => candidate.id === id);
  if (dialogue === undefined) throw new ModelError('data-missing', `${file} has no dialogue ${id}`);
  return dialogue;
}

function callerTurns(dialogue: Dialogue): string[] {
  return dialogue.messages.flatMap((message) => (message.role === 'user' ? [message.text] : []));
}

/** A third of all turns ends late, a sixth is revised by its final: drawn among those that have words enough. */
function drawKinds(turns: readonly string[], random: Random): FinalKind[] {
  const eligible = turns.flatMap((text, index) => (countWords(text) >= MIN_WORDS_OF_CHANGED_FINAL ? [index] : []));
  const order = eligible.map((index) => ({ index, key: random() })).sort((a, b) => a.key - b.key);
  const kinds: FinalKind[] = turns.map(() => 'same');
  const countLate = Math.round(turns.length / 3);
  const countRevised = Math.round(turns.length / 6);
  for (const [rank, { index }] of order.slice(0, countLate + countRevised).entries())
    kinds[index] = rank < countLate ? 'late' : 'revised';
  return kinds;
}

function renderCall(pick: Pick, turns: readonly string[], kinds: readonly FinalKind[], random: Random): string {
  const { origin, licence } = sources[pick.source];
  const lines: object[] = [
    {
      type: 'header',
      version: 1,
      agent: pick.agent,
      source: `${origin} ${pick.id}`,
      licence,
      seed: SEED,
      startedAt: STARTED_AT,
    },
  ];
  let startMs = 0;
  for (const [index, text] of turns.entries()) {
    const turn = index + 1;
    const hearings = recognise(text, kinds[index] ?? 'same', random);
    lines.push({ type: 'speech.started', atMs: startMs, turn });
    for (const { atMs, text, state } of hearings)
      lines.push({ type: 'transcript.updated', atMs: startMs + atMs, turn, text, state });
    startMs += (hearings.at(-1)?.atMs ?? 0) + PAUSE_MS;
  }
  lines.push({ type: 'call.ended', atMs: startMs });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function renderReadme(calls: readonly { readonly pick: Pick; readonly count: number }[]): string {
  const rows = calls.map(
    ({ pick, count }) =>
      `| calls/${pick.file}.jsonl | ${pick.agent} | ${count} | ${sources[pick.source].title} | ${pick.id} | ${sources[pick.source].licence} |`,
  );
  const notices = Object.values(sources).map(
    ({ title, origin, licence, notice }) => `- **${title}** (${origin}, ${licence}). ${notice}`,
  );
  return `# Fixtures

Calls of real people's words, for the demo, the tests and the benchmarks. Written by \`npm run model -- fixtures\`; the same files each time.

| file | agent | caller turns | source | id | licence |
|---|---|---|---|---|---|
${rows.join('\n')}

${notices.join('\n')}

\`goldens.jsonl\`: 20 dialogues rendered as token ids, to which tokenizer and chat template are held. Their ids begin with their source: own (written for it), sgd and star as above,
tm3 (Taskmaster-3, Google LLC, CC BY 4.0), mwoz (MultiWOZ, (c) 2019 Pawel Budzianowski, MIT), sdc (Self-dialogue Corpus, (c) 2017, BSD-3-Clause), snips (SNIPS NLU benchmark, CC0 1.0),
nlu (NLU-Evaluation-Data, CC BY 4.0), hr (HR-MultiWOZ, (c) Amazon.com, Inc. or its affiliates, Apache-2.0), r8k (Restaurant-8k, PolyAI, CC BY 4.0).

## Timing

Only the caller's side is in the files: the agent named in the header answers with its own tools.

- Words come at 150 a minute, one partial each 250 ms while they are spoken: all words so far, lower case, no punctuation, a word from the moment that half of it is out.
- The final comes 300 ms after the last word has ended.
- Some words are first taken for another one, for one or two partials.
- In a third of the turns the last one or two words come only with the final; in a sixth the final changes a word.
- \`startedAt\` is the day on which the callers' dates are meant, a Friday.
- \`atMs\` counts on through a file, with a second between turns. A player keeps the times within a turn and lets the next turn begin when the reply to the last has ended.
`;
}
