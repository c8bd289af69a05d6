// The engine in its caller's thread: sequences over one device. Takes token ids, gives token ids; never knows where the
// device runs.
import { EngineError } from '../../errors.ts';
import { createCall } from '../constraints/call.ts';
import type { CompileThread, CompileTools } from '../constraints/compile-thread.ts';
import { createCopySlot } from '../constraints/copy.ts';
import { createCopyBias } from '../constraints/copy-bias.ts';
import { createGivenSlot } from '../constraints/given.ts';
import { createReply } from '../constraints/reply.ts';
import { createSampler } from '../constraints/sample.ts';
import { createSpeakerLabel } from '../constraints/speaker-label.ts';
import { createToolPrograms } from '../constraints/tool-programs.ts';
import { compileToolValues, type Program } from '../constraints/tools.ts';
import { createVocabulary } from '../constraints/vocabulary.ts';
import { prefillAll } from '../decoding/context.ts';
import { decode } from '../decoding/decode.ts';
import { maxTokensOf } from '../decoding/progress.ts';
import { type CostModel, createCostModel } from '../forward/cost.ts';
import type { Device } from '../forward/device.ts';
import { Kv } from '../forward/kv.ts';
import { createKvPool } from '../forward/kv-pool.ts';
import { createPasses, Meter, type PassContext } from '../forward/pass.ts';
import { createRecentWait } from '../forward/recent-wait.ts';
import { MAX_POSITIONS_TOGETHER } from '../forward/scheduler.ts';
import type { Urgency } from '../forward/urgency.ts';
import type { Manifest } from '../manifest.ts';
import { dialogueOf } from '../marks.ts';
import type { Dialect } from '../prompt/dialect.ts';
import { createDraftMemory, type DraftMemory } from '../proposals/draft-memory.ts';
import { type NgramTable, noPhrases } from '../proposals/ngram-table.ts';
import type { Act, DraftRequest, DraftState, Engine, EngineStats, PromptPrefix, Sequence } from '../sequence.ts';
import { createTokenTraits } from '../tokenizer/token-traits.ts';
import { checkPrefix, checkRequest, roomTokensFor } from './check-request.ts';
import { CHUNK_TOKENS, createLocalSequence, type LocalSequence } from './local-sequence.ts';
import { slide } from './slide.ts';

export interface LocalEngineOptions {
  readonly device: Device;
  readonly manifest: Manifest;
  /** The tokenizer, and what its tokens mean. */
  readonly dialect: Dialect;
  /** @default none */
  readonly phrases?: NgramTable;
  /** @default one that knows nothing before the first forward */
  readonly costs?: CostModel;
  /** @default this thread, which waits */
  readonly compiler?: CompileThread;
  /** For keys and values of all sequences; shared prompt prefixes come on top. @default without limit */
  readonly kvBudgetBytes?: number;
  /** Of deadlines and of what is measured. @default the machine's clock */
  readonly nowMs?: () => number;
}

export interface LocalEngine extends Engine {
  open(promptPrefix: PromptPrefix): LocalSequence;
}

/** A prompt prefix with its tools compiled and, once prefilled, the KV of its prefix. */
interface Prepared {
  readonly tools: Program;
  readonly hasTools: boolean;
  readonly countPrefix: number;
  readonly prefix: Kv;
}

/** A usual step: what is waited for where others wait. */
const [stepTokens, stepPastTokens] = [16, 512];
/** Weight of the newest forward in the moving average. */
const NEWEST_SHARE = 0.1;

export function createLocalEngine(options: LocalEngineOptions): LocalEngine {
  const { device, manifest, dialect, phrases = noPhrases, costs = createCostModel() } = options;
  const { kvBudgetBytes = Number.POSITIVE_INFINITY, nowMs = () => performance.now() } = options;
  const { tokenizer, marks, callSyntax } = dialect;
  const stepLanes = Math.min(device.lanes?.count ?? 1, MAX_POSITIONS_TOGETHER / stepTokens);
  const traits = createTokenTraits(tokenizer);
  const label = createSpeakerLabel(tokenizer);
  const vocabulary = createVocabulary(tokenizer);
  const pool = createKvPool(kvBudgetBytes);
  const sequences = new Set<Sequence>();
  const promptPrefixes = new WeakMap<PromptPrefix, Prepared>();
  const compileHere: CompileTools = async (tools) => compileToolValues(tools, vocabulary.isWritable);
  const programs = createToolPrograms(options.compiler?.compile ?? compileHere, vocabulary, callSyntax);
  const waits = createRecentWait(nowMs);
  let countRunning = 0;
  let countForwards = 0;
  let forwardMs = 0;
  let isClosed = false;
  const { runPass, scheduler } = createPasses(device, manifest, marks, nowMs, (report) => {
    costs.observe(report.countNew, report.countPast, report.forwardMs);
    waits.add(report.waitedMs);
    forwardMs = countForwards === 0 ? report.forwardMs : mix(forwardMs, report.forwardMs);
    countForwards += report.countLanes;
  });

  function checkOpen(): void {
    if (isClosed) throw new EngineError('engine-closed', 'the engine is closed');
  }

  /** What those who wait now take together. */
  function queueMs(): number {
    const passMs = costs.forwardMs(stepLanes * stepTokens, stepPastTokens);
    return (scheduler.countUrgent() * passMs) / (stepLanes * device.maxAtOnce);
  }

  function stats(): EngineStats {
    return {
      device: device.name,
      countPassRestarts: device.countRestarts?.() ?? 0,
      countSequences: sequences.size,
      countWaiting: scheduler.countWaiting(),
      countForwards,
      forwardMs,
      waitMs: Math.max(waits.longestMs(), queueMs()),
      kvBytes: pool.sizeBytes,
    };
  }

  async function prepareTools(promptPrefix: PromptPrefix, signal?: AbortSignal): Promise<Prepared> {
    const tools = await programs.programOf(promptPrefix.tools, signal);
    const hasTools = promptPrefix.tools.length > 0;
    // Another draft may have waited for the same.
    const prepared = promptPrefixes.get(promptPrefix) ?? {
      tools,
      hasTools,
      countPrefix: promptPrefix.prefix.length,
      prefix: new Kv(manifest.config, device.createKvMemory()),
    };
    promptPrefixes.set(promptPrefix, prepared);
    return prepared;
  }

  /** What may be chosen: a call only where there is something to call. */
  function possibleActs(acts: readonly Act[], prepared: Prepared): Act[] {
    const possible = acts.filter((act) => act !== 'call' || prepared.hasTools);
    if (acts.length > 0 && possible.length === 0)
      throw new EngineError('act-unavailable', 'only a call may be chosen, and there are no tools: allow say');
    return possible;
  }

  /** Leaves room for the longest that may follow. */
  function window(request: DraftRequest, { countPrefix }: Prepared): readonly number[] {
    const roomTokens = roomTokensFor(maxTokensOf(request, 'call'), manifest);
    return slide(request.context, { roomTokens, countPrefix, callerTurns: marks.callerTurns });
  }

  async function* run(
    asked: DraftRequest,
    promptPrefix: PromptPrefix,
    where: PassContext,
    memory: DraftMemory,
    use: (countTokens: number) => void,
  ): AsyncGenerator<DraftState> {
    const prepared = promptPrefixes.get(promptPrefix) ?? (await prepareTools(promptPrefix, where.signal));
    const request = asked.isSliding ? { ...asked, context: window(asked, prepared) } : asked;
    const dialogue = () => dialogueOf(request.context, marks);
    const copied = () => createCopySlot(dialogue(), vocabulary);
    const given = request.given;
    const program = given ? prepared.tools.given(given) : prepared.tools;
    const { kv } = where;
    const { prefix } = prepared;
    const acts = possibleActs(request.acts, prepared);
    checkRequest(request, acts, manifest, marks);
    use(request.context.length + maxTokensOf(request, 'call'));
    kv.expect(request.context.length + 1);
    if (kv.length === 0) kv.copyFrom(prefix, prefix.countShared(request.context));
    yield* decode({
      runPass,
      where,
      manifest,
      marks,
      request,
      tokenizer,
      phrases,
      costs,
      nowMs,
      memory,
      acts,
      createGuide: (act, maxTokens) =>
        act === 'call'
          ? createCall({
              program,
              tokenizer,
              maxTokens,
              copied,
              given: (key) => createGivenSlot(given?.[key] ?? [], tokenizer),
              copyBias: createCopyBias({ decode: tokenizer.decode, dialogue }),
            })
          : createReply({
              traits,
              label,
              marks,
              maxTokens,
              sampler: request.sampling && createSampler(request.sampling),
            }),
    });
  }

  function open(promptPrefix: PromptPrefix): LocalSequence {
    checkOpen();
    const kv = new Kv(manifest.config, device.createKvMemory());
    const memory = createDraftMemory();
    let countTokens = 0;
    const use = (count: number) => {
      countTokens = count;
      pool.use(kv, count);
    };
    const sequence = createLocalSequence({
      kv,
      nowMs,
      isCrowded: () => countRunning > 1,
      run: (request, where) => run(request, promptPrefix, where, memory, use),
      begun: () => countRunning++,
      ended: () => countRunning--,
      rested: () => pool.rest(kv),
      resumed: () => pool.use(kv, countTokens),
      closed() {
        sequences.delete(sequence);
        pool.remove(kv);
      },
    });
    sequences.add(sequence);
    pool.add(kv);
    return sequence;
  }

  return {
    async prepare(promptPrefix) {
      checkOpen();
      checkPrefix(promptPrefix, manifest);
      const { prefix } = promptPrefixes.get(promptPrefix) ?? (await prepareTools(promptPrefix));
      const asked: Urgency = { isDraft: false, dueMs: nowMs() };
      const where: PassContext = {
        kv: prefix,
        urgency: () => asked,
        chunkTokens: () => CHUNK_TOKENS,
        signal: undefined,
        meter: new Meter(nowMs),
      };
      prefix.rewind(prefix.countShared(promptPrefix.prefix));
      await prefillAll(runPass, where, promptPrefix.prefix);
    },

    open,

    stats,

    async close() {
      isClosed = true;
      for (const sequence of sequences) sequence.close();
      await options.compiler?.close();
      await scheduler.idle();
      await device.close();
    },
  };
}

function mix(average: number, newest: number): number {
  return (1 - NEWEST_SHARE) * average + NEWEST_SHARE * newest;
}
