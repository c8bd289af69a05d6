// The offline commands behind `npm run model`: argv in, exit code out. Knows nothing of calls.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RuntimeError, toMessage, UsageError } from '../src/errors.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const modelDir = join(root, 'models', 'repartee-s');

/** Dialogues made up for training. */
const COUNT_SYNTHETIC = 9000;

const text = { type: 'string' } as const;

const HELP = `usage: npm run model -- COMMAND [OPTIONS]

  base     write the shipped weights as a checkpoint that training starts from
             --from DIR        default models/repartee-s
             --to FILE         default .cache/base/weights.safetensors
  tokens   write token files for training from the dialogues in $REPARTEE_DATA
             --to DIR          default .cache/tokens
  export   write a checkpoint as a model folder for the runtime
             --from FILE       a checkpoint (weights.safetensors)
             --to DIR          default models/repartee-s
             --metrics FILE    a JSON object of dev metrics for the manifest
             --gguf DIR        instead of a folder for the runtime, GGUF files (Q8_0, Q4_0) for llama.cpp
  phrases  count what agents go on to say in the training dialogues, for the runtime's candidates
             --tokens DIR      default .cache/tokens
             --to DIR          default models/repartee-s
  card     fill the measured tables of a model's README
             --from FILE       what npm run bench -- model --json printed
             --to FILE         default models/repartee-s/README.md
  fixtures write the calls of real people's words, and the sample for evaluation, from the dialogues in $REPARTEE_DATA
             --to DIR          default fixtures

Training itself is Python: see models/training/README.md.
`;

async function run(argv: readonly string[]): Promise<void> {
  const [command, ...rest] = argv;
  switch (command) {
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      console.log(HELP);
      return;
    case 'base': {
      const { values } = parse(() => parseArgs({ args: rest, options: { from: text, to: text } }));
      const { writeBase } = await import('./base.ts');
      const to = values.to ?? join(root, '.cache', 'base', 'weights.safetensors');
      return writeBase({ from: values.from ?? modelDir, to });
    }
    case 'tokens': {
      const { values } = parse(() => parseArgs({ args: rest, options: { to: text } }));
      const { createSyntheticDialogues } = await import('./synthetic/dialogues.ts');
      const { writeTokens } = await import('./tokens.ts');
      const toDir = values.to ?? join(root, '.cache', 'tokens');
      const tokenizerFile = join(modelDir, 'tokenizer.json');
      const synthetic = createSyntheticDialogues(COUNT_SYNTHETIC);
      return writeTokens({ dataDir: dataDir(), synthetic, tokenizerFile, toDir, report });
    }
    case 'export': {
      const { values } = parse(() =>
        parseArgs({ args: rest, options: { from: text, to: text, metrics: text, gguf: text } }),
      );
      const { from, to = modelDir, metrics, gguf } = values;
      if (from === undefined) throw new UsageError('export needs --from FILE, a checkpoint');
      if (gguf !== undefined) {
        const { writeGguf } = await import('./gguf.ts');
        return writeGguf({ from, toDir: gguf });
      }
      const { exportModel } = await import('./export.ts');
      await exportModel({ from, to, ...(metrics === undefined ? {} : { metricsFile: metrics }) });
      return;
    }
    case 'phrases': {
      const { values } = parse(() => parseArgs({ args: rest, options: { tokens: text, to: text } }));
      const { writePhrases } = await import('./phrases.ts');
      const tokensDir = values.tokens ?? join(root, '.cache', 'tokens');
      return writePhrases({ tokensDir, modelDir: values.to ?? modelDir, report });
    }
    case 'card': {
      const { values } = parse(() => parseArgs({ args: rest, options: { from: text, to: text } }));
      if (values.from === undefined) throw new UsageError('card needs --from FILE, of npm run bench -- model --json');
      const { writeCard } = await import('./card.ts');
      return writeCard({ from: values.from, cardFile: values.to ?? join(modelDir, 'README.md') });
    }
    case 'fixtures': {
      const { values } = parse(() => parseArgs({ args: rest, options: { to: text } }));
      const { writeFixtures } = await import('./fixtures.ts');
      const { writeSample } = await import('./sample.ts');
      const toDir = values.to ?? join(root, 'fixtures');
      writeFixtures({ dataDir: dataDir(), toDir, report });
      return writeSample({ dataDir: dataDir(), toDir: join(toDir, 'eval'), report });
    }
    default:
      throw new UsageError(`no command "${command}"; try: npm run model -- --help`);
  }
}

function dataDir(): string {
  const dir = process.env.REPARTEE_DATA;
  if (dir) return dir;
  throw new UsageError(
    'REPARTEE_DATA is not set: give the folder with train/, dev/ and text/ (models/training/README.md)',
  );
}

function report(line: string): void {
  console.log(line);
}

/** A wrong option is the user's error, said in one line. */
function parse<Parsed>(read: () => Parsed): Parsed {
  try {
    return read();
  } catch (cause) {
    throw new UsageError(toMessage(cause));
  }
}

run(process.argv.slice(2)).catch((error: unknown) => {
  const isExplained = error instanceof RuntimeError || (error instanceof Error && 'syscall' in error);
  console.error(isExplained ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
