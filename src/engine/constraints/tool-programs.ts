// Takes tools, gives what may be written for a call of them: compiled once for all prompts with the same tools, and
// only while someone waits for it.
import { EngineError } from '../../errors.ts';
import type { CallSyntax } from '../prompt/call-syntax.ts';
import type { ToolSchema } from '../sequence.ts';
import { schemaLimits, tooLarge } from './budget.ts';
import type { CompileTools } from './compile-thread.ts';
import { assembleTools, type Program } from './tools.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface ToolPrograms {
  /** At once where it is known. Throws or rejects with EngineError, or with the signal's reason. */
  programOf(tools: readonly ToolSchema[], signal?: AbortSignal): Program | Promise<Program>;
}

/** The longest unused are forgotten first; a prompt that is in use keeps its own. */
const MAX_KEPT_PROGRAMS = 16;
/** A refusal for these reasons is one of the schema itself, and stays. */
const lastingCodes = ['schema-unsupported', 'schema-too-deep', 'schema-too-large', 'tool-duplicate'];

type Known = { readonly program: Program } | { readonly error: EngineError };

interface Job {
  readonly compiled: Promise<Program>;
  readonly stopping: AbortController;
  countWaiting: number;
}

/** `syntax`: how a call is written around its arguments. @default ` name {…}` */
export function createToolPrograms(compile: CompileTools, vocabulary: Vocabulary, syntax?: CallSyntax): ToolPrograms {
  const known = new Map<string, Known>();
  const jobs = new Map<string, Job>();
  const none = assembleTools([], vocabulary, syntax);

  function keep(key: string, found: Known): void {
    known.delete(key);
    known.set(key, found);
    const [oldest] = known.keys();
    if (known.size > MAX_KEPT_PROGRAMS && oldest !== undefined) known.delete(oldest);
  }

  async function run(key: string, tools: readonly ToolSchema[], signal: AbortSignal): Promise<Program> {
    try {
      const program = assembleTools(await compile(tools, signal), vocabulary, syntax);
      keep(key, { program });
      return program;
    } catch (error) {
      if (error instanceof EngineError && lastingCodes.includes(error.code)) keep(key, { error });
      throw error;
    } finally {
      if (jobs.get(key)?.stopping.signal === signal) jobs.delete(key);
    }
  }

  function start(key: string, tools: readonly ToolSchema[]): Job {
    const stopping = new AbortController();
    const job: Job = { compiled: run(key, tools, stopping.signal), stopping, countWaiting: 0 };
    jobs.set(key, job);
    return job;
  }

  function wait(key: string, job: Job, signal: AbortSignal | undefined): Promise<Program> {
    job.countWaiting++;
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(signal?.reason);
        if (--job.countWaiting > 0) return;
        if (jobs.get(key) === job) jobs.delete(key);
        job.stopping.abort();
      };
      signal?.addEventListener('abort', leave, { once: true });
      job.compiled.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
    });
  }

  return {
    programOf(tools, signal) {
      signal?.throwIfAborted();
      if (tools.length === 0) return none;
      const key = toKey(tools);
      const found = known.get(key);
      if (found) {
        keep(key, found);
        if ('error' in found) throw found.error;
        return found.program;
      }
      return wait(key, jobs.get(key) ?? start(key, tools), signal);
    },
  };
}

function toKey(tools: readonly ToolSchema[]): string {
  const key = JSON.stringify(tools.map(({ name, parameters }) => [name, parameters]));
  if (key.length > schemaLimits.sizeBytes)
    throw tooLarge('tools', `${key.length} characters of JSON Schema, the most is ${schemaLimits.sizeBytes}`);
  return key;
}
