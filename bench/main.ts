// `npm run bench -- NAME`: measurements of this machine. Argv in, exit code out.

import { UsageError } from '../src/errors.ts';

const HELP = `usage: npm run bench -- NAME [--json] [OPTIONS]

  calls      fixtures/calls as load over real sockets, from another process; idle calls; a soak
  sockets    what a socket and a frame cost over each transport
  talk       all of fixtures/calls with speech: answers, their time, memory, event loop
  engine     replies, partials, calls and load of the model alone, beside llama.cpp
  gpu        one model on one device: replies alone and many at once, tokens a second, their price
  imported   an imported model's tokens, beside llama.cpp on the file that it was made from
  load       many calls on one engine at once: first words with and without drafts beside them
  exact      whether drafting and checking gives the words that writing token by token gives
  passes     how many forward passes tool calls and repairs take
  constrain  what keeping to a schema costs for each token
  dates      how many days and times that callers name are read right
  model      how good the model's acts, calls and replies are, beside those of people's dialogues
  tasks      whole calls of callers with goals: what was done, and what was said of it
  calibrate  how much to add to the model's odds of calling and waiting
  trace      what a turn's ledger, its recording and its spans cost
  viewer     how a long call opens and scrolls in the trace viewer

npm run bench -- NAME --help tells the options of each.
`;

/** Resolves to the exit code. Throws UsageError, RuntimeError. */
export async function runBench(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  switch (name) {
    case undefined:
    case '--help':
    case '-h':
      process.stdout.write(HELP);
      return 0;
    case 'talk': {
      const { benchTalk } = await import('./talk.ts');
      return benchTalk(rest);
    }
    case 'calls': {
      const { benchCalls } = await import('./calls.ts');
      await benchCalls(rest);
      return 0;
    }
    case 'sockets': {
      const { benchSockets } = await import('./sockets.ts');
      await benchSockets(rest);
      return 0;
    }
    case 'engine': {
      const { benchEngine } = await import('./engine.ts');
      await benchEngine(rest);
      return 0;
    }
    case 'exact': {
      const { benchExact } = await import('./exact.ts');
      return benchExact(rest);
    }
    case 'passes': {
      const { benchPasses } = await import('./passes.ts');
      return benchPasses(rest);
    }
    case 'constrain': {
      const { benchConstrain } = await import('./constrain.ts');
      await benchConstrain(rest);
      return 0;
    }
    case 'dates': {
      const { benchDates } = await import('./dates.ts');
      await benchDates(rest);
      return 0;
    }
    case 'load': {
      const { benchEngineLoad } = await import('./engine-load.ts');
      await benchEngineLoad(rest);
      return 0;
    }
    case 'imported': {
      const { benchImported } = await import('./imported.ts');
      await benchImported(rest);
      return 0;
    }
    case 'gpu': {
      const { benchGpu } = await import('./gpu.ts');
      await benchGpu(rest);
      return 0;
    }
    case 'model': {
      const { benchModel } = await import('./model.ts');
      await benchModel(rest);
      return 0;
    }
    case 'tasks': {
      const { benchTasks } = await import('./tasks.ts');
      await benchTasks(rest);
      return 0;
    }
    case 'calibrate': {
      const { benchCalibrate } = await import('./calibrate.ts');
      await benchCalibrate(rest);
      return 0;
    }
    case 'trace': {
      const { benchTrace } = await import('./trace.ts');
      await benchTrace(rest);
      return 0;
    }
    case 'viewer': {
      const { benchViewer } = await import('./viewer.ts');
      await benchViewer(rest);
      return 0;
    }
    default:
      throw new UsageError(
        `no bench "${name}"; there are calls, sockets, talk, engine, gpu, imported, load, exact, passes, constrain, model, calibrate, trace, viewer, dates, tasks`,
      );
  }
}
