// The composition root: chooses the real parts and hands out calls.

import type { Agent } from '../agent/agent.ts';
import { allAgents } from '../agent/handoffs.ts';
import { systemClock } from '../base/clock.ts';
import type { DeviceName } from '../engine/device-name.ts';
import type { DraftState, Engine, EngineStats } from '../engine/sequence.ts';
import { checkLoad, isBusy } from '../engine/serving/load.ts';
import type { CallEvent, CallParties } from '../events.ts';
import { createPacedOutput } from '../output/paced-output.ts';
import { createSpokenOutput } from '../output/spoken-output.ts';
import { createTextOutput } from '../output/text-output.ts';
import { type Completions, createCompletions } from '../server/completions/completions.ts';
import type { AuthorFailure } from '../session/author-code.ts';
import { type Call, startCall } from '../session/call.ts';
import { checkVariables } from '../session/call-agents.ts';
import { type HeardCall, hearCall } from '../session/heard-call.ts';
import { prepareAgent } from '../session/prepare-agent.ts';
import { createPromptPrefixes } from '../session/prompt-prefixes.ts';
import type { Stt } from '../stt/stt.ts';
import type { CallHeader } from '../trace/format/call-file.ts';
import { type CallSink, openAll } from '../trace/store/call-sink.ts';
import type { Voice } from '../tts/voice.ts';
import { loadModel } from './loaded-model.ts';
import { readAgents } from './read-agents.ts';
import type { RemoteModels } from './remote-models.ts';
import { toShortHash } from './short-hash.ts';
import { readVersion } from './version.ts';
import { checkVoices, createVoices } from './voices.ts';

export interface PartsOptions {
  /** @default the package's models/repartee-s */
  readonly modelDir?: string;
  /** What runs the model. @default 'auto' */
  readonly device?: DeviceName;
  /** A Flite voice, or another one, which is closed with the parts; null: calls are text only. @default 'slt' */
  readonly voice?: string | Voice | null;
  /** The models over the network. @default agents that name one are written by the local model */
  readonly remote?: RemoteModels;
  /** Hears callers who come as audio. @default calls of such callers are refused */
  readonly stt?: Stt;
  /** What writes replies, in tokens of the model folder; closed with the parts. @default the model of that folder */
  readonly engine?: Engine;
  /** One line about something that works, but not as its author may think. */
  readonly warn?: (line: string) => void;
  /** Told of what tools and hooks threw. @default nobody is */
  readonly authorFailed?: (failure: AuthorFailure) => void;
  /** Told of each draft of the engine, when it is over, its last state. @default nobody is */
  readonly draftEnded?: (last: DraftState) => void;
  /** Where calls are written down. @default nowhere */
  readonly sinks?: readonly CallSink[];
}

export interface CallRequest {
  readonly callId: string;
  /** Undefined where the client took no audio. */
  readonly audio: { readonly rateHz: number } | null;
  /** The caller's voice comes as audio, for speech-to-text. @default false */
  readonly hearsCaller?: boolean;
  /** Without audio: the client speaks the words itself. @default false */
  readonly clientSynthesizes?: boolean;
  /** Who calls whom. @default nobody knows */
  readonly parties?: CallParties;
  /** What the call brings along; the agent checks it. @default {} */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Whose words the caller speaks and on which day, if they are recorded ones: the trace says so too. */
  readonly origin?: CallOrigin;
  readonly report: (event: CallEvent) => void;
}

export type CallOrigin = Pick<CallHeader, 'source' | 'licence' | 'today'>;

/** What a process holds once, whatever the number of its calls. */
export interface Parts {
  /**
   * Loads agent modules and prefills what their calls begin with; keys are the agents' names. Throws AgentError,
   * EngineError.
   */
  loadAgents(files: readonly string[]): Promise<ReadonlyMap<string, Agent>>;
  /**
   * Prefills what the calls of a new version begin with, and go on with when they are handed over. Throws EngineError.
   */
  prepare(agent: Agent): Promise<void>;
  /** Starts a call with an agent of `loadAgents`. Throws AgentError `variables-invalid`, EngineError `engine-busy`. */
  openCall(agent: Agent, request: CallRequest): Call | HeardCall;
  /** Replies for HTTP clients, by the same engine. */
  readonly completions: Completions;
  stats(): EngineStats;
  /** Would a turn of another call wait too long? */
  isBusy(): boolean;
  close(): Promise<void>;
}

/** Loads the model and the voice. Throws ModelError, EngineError. */
export async function createParts(options: PartsOptions = {}): Promise<Parts> {
  const {
    modelDir,
    voice: asked = 'slt',
    engine: given,
    remote,
    warn = () => undefined,
    draftEnded,
    sinks = [],
  } = options;
  const startingVoices = asked === null ? Promise.resolve(undefined) : createVoices(asked, warn);
  const loadingModel = loadModel(modelDir, {
    warn,
    ...(options.device ? { device: options.device } : {}),
    ...(draftEnded ? { draftEnded } : {}),
    ...(given ? { engine: given } : {}),
  });
  const [{ engine, tokenizer, prompt, hash: modelHash, name: modelName }, voices, version] = await Promise.all([
    loadingModel,
    startingVoices,
    readVersion(),
  ]).catch(async (error: unknown) => {
    // A thread that still loads its model when the process ends would abort it.
    await Promise.allSettled([
      loadingModel.then((model) => model.engine.close()),
      startingVoices.then((started) => started?.close()),
    ]);
    throw error;
  });
  const promptPrefixOf = createPromptPrefixes(prompt);

  async function prepare(agent: Agent): Promise<void> {
    checkVoices(agent);
    await remote?.prepare(agent);
    await voices?.prepare(agent);
    await prepareAgent(agent, { engine, prompt }, promptPrefixOf, warn);
  }

  return {
    async loadAgents(files) {
      const agents = await readAgents(files, modelDir);
      for (const agent of agents.values()) await prepare(agent);
      return agents;
    },
    prepare,
    openCall(agent, request) {
      const { callId, audio, hearsCaller = false, clientSynthesizes = false } = request;
      const { parties = {}, variables = {}, origin = {}, report } = request;
      checkLoad(engine.stats());
      // A call that is refused is none, and leaves no file.
      checkVariables(agent, variables);
      const hasAudio = audio !== null && voices !== undefined;
      const { name, effort } = agent;
      const written = remote?.chatOf(agent)?.model;
      const header = {
        ...origin,
        agent: name,
        agentHash: toShortHash(
          allAgents(agent)
            .map((one) => `${promptPrefixOf(one, '').prefix.join()} ${one.instructions}`)
            .join(),
        ),
        modelHash,
        ...(written === undefined ? {} : { model: written }),
        repartee: version,
        effort,
        hasAudio,
        machine: engine.stats().device,
        ...(allAgents(agent).some(({ redact }) => redact.length > 0) ? ({ redacted: 'fields' } as const) : {}),
      };
      const recording = openAll(sinks, callId, header);
      try {
        const call = startCall({
          model: { engine, tokenizer, prompt },
          clock: systemClock,
          agent,
          promptPrefixOf,
          callId,
          parties,
          variables,
          output: hasAudio
            ? createSpokenOutput({ voice: voices.voiceOf(undefined), voiceOf: voices.voiceOf, clock: systemClock })
            : clientSynthesizes
              ? createPacedOutput(systemClock)
              : createTextOutput(),
          hasAudio,
          report,
          ...(remote ? { chatOf: remote.chatOf } : {}),
          ...(options.authorFailed ? { authorFailed: options.authorFailed } : {}),
          ...(recording ? { recording } : {}),
        });
        const close = () => recording?.close();
        call.ended.then(close, close);
        return hearsCaller && options.stt !== undefined ? hearCall(call, options.stt) : call;
      } catch (error) {
        void recording?.close();
        throw error;
      }
    },
    completions: createCompletions({ engine, tokenizer, prompt, modelName }),
    stats: () => engine.stats(),
    isBusy: () => isBusy(engine.stats()),
    close: async () => {
      voices?.close();
      await engine.close();
    },
  };
}
