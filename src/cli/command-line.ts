// `repartee`: argv in, exit code out. 0: done; 1: failed, with one line that says why; 2: the command line makes no
// sense.

import { toMessage, UsageError } from '../errors.ts';
import { readVersion } from '../runtime/version.ts';

export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Print the stacks of errors too. */
  readonly isDebugging: boolean;
}

interface Command {
  readonly summary: string;
  /** Resolves to the exit code. Throws UsageError, RuntimeError. */
  readonly run: (argv: readonly string[]) => Promise<number>;
}

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  [
    'init',
    {
      summary: "write a small project of one's own: an agent, its test, ready to start",
      run: async (argv) => (await import('./init.ts')).runInit(argv),
    },
  ],
  [
    'start',
    {
      summary: 'serve agents over WebSockets, and the page to call them',
      run: async (argv) => (await import('./start.ts')).runStart(argv),
    },
  ],
  [
    'talk',
    {
      summary: 'play recorded callers in the terminal, or be one, with the ledger of each turn',
      run: async (argv) => (await import('./talk.ts')).runTalk(argv),
    },
  ],
  [
    'trace',
    {
      summary: 'show a recorded call: in the terminal, as figures, as one HTML file',
      run: async (argv) => (await import('./trace.ts')).runTrace(argv),
    },
  ],
  [
    'doctor',
    {
      summary: 'tell what of the machine runs the model, what is missing, and the line that gets it',
      run: async (argv) => (await import('./doctor.ts')).runDoctor(argv),
    },
  ],
  [
    'replay',
    {
      summary: 'tell the conversation a recorded call again, and see that it does the same',
      run: async (argv) => (await import('./replay.ts')).runReplay(argv),
    },
  ],
  [
    'model',
    {
      summary: 'make a model folder of a published checkpoint',
      run: async (argv) => (await import('./model.ts')).runModel(argv),
    },
  ],
]);

const help = `usage: repartee COMMAND [OPTION…]

${[...commands].map(([name, { summary }]) => `  ${name.padEnd(7)}${summary}`).join('\n')}

  repartee COMMAND --help tells the options of a command.
  repartee --version      tells the version.

With REPARTEE_DEBUG=1 errors come with their stacks.
`;

/** Runs one command line; every error ends as an exit code and a line on `err`. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === '--help' || name === '-h' || name === 'help') {
    terminal.out(help);
    return 0;
  }
  if (name === '--version') {
    terminal.out(`${await readVersion()}\n`);
    return 0;
  }
  const command = name === undefined ? undefined : commands.get(name);
  if (command === undefined) {
    terminal.err(name === undefined ? help : `repartee: there is no command "${name}"; see repartee --help\n`);
    return 2;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    const line = toMessage(error).replaceAll(/\s*\n\s*/g, ' ');
    const isUsage = error instanceof UsageError;
    terminal.err(`repartee ${name}: ${line}${isUsage ? `; see repartee ${name} --help` : ''}\n`);
    if (terminal.isDebugging && error instanceof Error) terminal.err(`${error.stack}\n`);
    return isUsage ? 2 : 1;
  }
}
