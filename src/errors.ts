/**
 * An error with a stable `code`; its message carries the value, the limit and the fix. Imports nothing.
 * @example
 * ```ts
 * if (error instanceof RuntimeError) log.warn({ code: error.code, reason: error.message });
 * ```
 */
export class RuntimeError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/**
 * A module file (an agent) that can't be used: which file, which field, why, and what to change.
 * @example
 * ```ts
 * expect(() => defineAgent({ ...options, maxSteps: 0 })).toThrow(AgentError); // maxSteps: …, got 0
 * ```
 */
export class AgentError extends RuntimeError {}

/**
 * A model folder that can't be used: missing, damaged, or made for another version.
 * @example
 * ```ts
 * if (error instanceof ModelError) console.error(`${error.code}: give another folder with --model`);
 * ```
 */
export class ModelError extends RuntimeError {}

/**
 * The engine can't do what was asked: too long a context, an unsupported schema, a closed sequence, a dead worker.
 * @example
 * ```ts
 * await expect(startTestCall(agent)).rejects.toThrow(EngineError); // a tool's pattern that no model could be held to
 * ```
 */
export class EngineError extends RuntimeError {}

/**
 * Text-to-speech that can't speak: an unknown voice, a full queue, a dead worker.
 * @example
 * ```ts
 * await createServer({ agents: [agent], voice: 'nobody' }).catch((error) => error instanceof VoiceError); // true
 * ```
 */
export class VoiceError extends RuntimeError {}

/**
 * A message on a wire that breaks its protocol. `isFatal`: the connection can't go on.
 * @example
 * ```ts
 * if (error instanceof ProtocolError && error.isFatal) socket.close(1002, error.code);
 * ```
 */
export class ProtocolError extends RuntimeError {
  readonly isFatal: boolean;

  constructor(code: string, message: string, isFatal = false) {
    super(code, message);
    this.isFatal = isFatal;
  }
}

/**
 * A tool that failed: it threw, ran out of time, or returned what can't be sent on.
 * @example
 * ```ts
 * if (isHoliday(day)) throw new ToolError(HOLIDAY, 'we are closed on that day'); // told to the model, with its code
 * ```
 */
export class ToolError extends RuntimeError {}

/** A command line that makes no sense: the CLI prints the message and exits with 2. */
export class UsageError extends RuntimeError {
  constructor(message: string) {
    super('usage', message);
  }
}

export function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function unreachable(value: never): never {
  throw new RuntimeError('unreachable', `unexpected value ${JSON.stringify(value)}`);
}
