// `repartee bench imported`: an imported model beside llama.cpp on the file that it was made from, token by token.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseOptions, toWhole } from '../src/arguments.ts';
import { createEngine } from '../src/engine/engine.ts';
import { loadManifest } from '../src/engine/manifest.ts';
import { openDialect } from '../src/engine/prompt/dialects.ts';
import { UsageError } from '../src/errors.ts';
import { packagePath } from '../src/package-path.ts';
import { listCallFiles, readCall } from '../src/playback/call-files.ts';
import { openPublishedRival } from './engine-llama.ts';
import { describeMachine } from './machine.ts';

const HELP = `usage: repartee bench imported --model DIR --gguf FILE [--prompts N] [--tokens N] [--json]

Asks an imported model what callers of fixtures/calls said, each by itself, token by token, and has llama.cpp say of each
token, behind the ones before it, whether it is the likeliest by the GGUF file that the model was made from. llama.cpp is
installed into .cache when it is first needed.

  --model DIR   the model folder
  --gguf FILE   what it was imported from
  --prompts N   how many (default 50)
  --tokens N    most tokens of a reply (default 16)
  --json        one JSON object
`;

const INSTRUCTIONS = 'You are a friendly phone agent. Answer in one short sentence.';

/** Throws UsageError, RuntimeError. */
export async function benchImported(argv: readonly string[]): Promise<void> {
  const options = parseOptions(argv, {
    model: { type: 'string' },
    gguf: { type: 'string' },
    prompts: { type: 'string', default: '50' },
    tokens: { type: 'string', default: '16' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (options.help) return void process.stdout.write(HELP);
  const { model: modelDir, gguf } = options;
  if (modelDir === undefined || gguf === undefined) throw new UsageError('--model and --gguf are both needed');
  const maxTurns = toWhole('--prompts', options.prompts, 1, 1000);
  const maxTokens = toWhole('--tokens', options.tokens, 1, 500);
  const manifest = await loadManifest(modelDir);
  const dialect = openDialect(manifest.dialect, await readFile(join(modelDir, 'tokenizer.json'), 'utf8'));
  const prompt = dialect.createPrompt(manifest.prompt);
  const prefix = prompt.renderPrefix({ instructions: INSTRUCTIONS, tools: [] });
  const machine = describeMachine();
  const engine = await createEngine({ modelDir });
  const rival = await openPublishedRival(gguf);
  const turns = (await readCallers()).slice(0, maxTurns);
  const sequence = engine.open({ prefix, tools: [] });
  const judged: (readonly boolean[])[] = [];
  for (const text of turns) {
    const context = [...prefix, ...prompt.renderMessages([{ role: 'user', text }], [])];
    let tokens: readonly number[] = [];
    for await (const state of sequence.draft({
      context,
      effort: 'autoregressive',
      acts: ['say'],
      priority: 'committed',
      maxTokens,
    }))
      tokens = state.tokens;
    judged.push(await rival.judge(context, tokens));
  }
  sequence.close();
  await engine.close();
  await rival.close();
  const figures = toFigures(judged);
  const settings = {
    machine,
    model: manifest.origin,
    weights: manifest.source?.weights,
    beside: rival.release,
    maxTokens,
  };
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ settings, ...figures })}\n`
      : `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load average ${machine.loadAverage}, ${machine.date}
${settings.model}, weights ${settings.weights ?? 'as trained'}, beside ${settings.beside}
${figures.prompts} prompts, ${figures.tokens} tokens of ${maxTokens} each at most
the likeliest by llama.cpp, too: ${figures.sameTokens} of the tokens, ${figures.sameFirst} of the first ones
whole replies the same: ${figures.sameReplies}
`,
  );
}

/** The last words of each turn of fixtures/calls, in the order of files and turns. */
export async function readCallers(): Promise<readonly string[]> {
  const files = await listCallFiles(packagePath('fixtures/calls'));
  const calls = await Promise.all(files.map((file) => readCall(file, () => undefined)));
  return calls.flatMap(({ events }) =>
    events.flatMap((event) => (event.type === 'transcript.updated' && event.state === 'final' ? [event.text] : [])),
  );
}

/** Shares in hundredths. */
export function toFigures(judged: readonly (readonly boolean[])[]) {
  const all = judged.flat();
  const share = (part: number, whole: number) => (whole === 0 ? null : Math.round((100 * part) / whole) / 100);
  const written = judged.filter((reply) => reply.length > 0);
  return {
    prompts: judged.length,
    tokens: all.length,
    sameTokens: share(all.filter(Boolean).length, all.length),
    sameFirst: share(written.filter(([first]) => first).length, written.length),
    sameReplies: share(written.filter((reply) => reply.every(Boolean)).length, written.length),
  };
}
