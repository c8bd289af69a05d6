// One call: wires input, conversation, engine, tools and output together. The picture of ARCHITECTURE.md in code.

import { type ActorRefFrom, createActor } from 'xstate';
import type { Agent } from '../agent/agent.ts';
import { type CallAction, createCallContext, type Values } from '../agent/call-context.ts';
import type { Clock } from '../base/clock.ts';
import type { Emitted, MachineEvent } from '../conversation/events.ts';
import { conversationMachine } from '../conversation/machine.ts';
import type { PromptPrefix } from '../engine/sequence.ts';
import { RuntimeError, ToolError } from '../errors.ts';
import { isMark } from '../events/vocabulary.ts';
import type { CallEvent, CallerEvent, CallParties, CloseReason } from '../events.ts';
import { createTranscriptInput } from '../input/transcript-input.ts';
import type { Output } from '../output/output.ts';
import type { CallObserver } from '../recording/observer.ts';
import { createRecorder } from '../recording/recorder.ts';
import { createRemoteMeter } from '../recording/remote-meter.ts';
import { createTurnMeter } from '../recording/turn-meter.ts';
import type { Chat } from '../remote/chat.ts';
import type { CallWriter } from '../trace/format/call-file.ts';
import { coverFields } from '../trace/format/redact-fields.ts';
import type { ModelParts } from './agent-sequence.ts';
import { type AuthorFailure, createAuthorCode, outsideAuthorCode } from './author-code.ts';
import { type CallAgents, createCallAgents } from './call-agents.ts';
import { createCallInstructions } from './call-instructions.ts';
import { toTranscript } from './call-transcript.ts';
import { type HookRunner, readGreeting, runHook } from './hooks.ts';
import { createModelWriter } from './model-writer.ts';
import { nothingRead, type Opening, readOpening } from './opening.ts';
import { createOutputActor } from './output-actor.ts';
import { limitsOf } from './prepare-agent.ts';
import type { PromptPrefixOf } from './prompt-prefixes.ts';
import { createRemoteWriter } from './remote-writer.ts';
import { createToolRunner, toKey } from './tool-runner.ts';
import { createTurnHooks } from './turn-hooks.ts';

export interface CallOptions {
  readonly model: ModelParts;
  readonly clock: Clock;
  readonly agent: Agent;
  readonly promptPrefixOf: PromptPrefixOf;
  readonly callId: string;
  /** What the call brings along, as it came: the agent checks it. @default {} */
  readonly variables?: Values;
  /** Who calls whom. @default nobody knows */
  readonly parties?: CallParties;
  readonly output: Output;
  /** The wire carries audio: a turn's total runs to its first frame. */
  readonly hasAudio: boolean;
  /** The model over the network that writes for an agent; undefined: the local one does. @default it does for all */
  readonly chatOf?: (agent: Agent) => Chat | undefined;
  /** Takes every event of the call, in order; must not throw. */
  readonly report: (event: CallEvent) => void;
  /** Told of what tools and hooks threw; must not throw. @default nobody is */
  readonly authorFailed?: (failure: AuthorFailure) => void;
  /** Writes the call down. @default nobody does */
  readonly recording?: CallWriter;
}

export interface Call {
  receive(event: CallerEvent): void;
  /** The caller's connection is gone, but may come back: silence is not theirs until it does. */
  loseLine(): void;
  regainLine(): void;
  /** The caller can't be heard any more: the apology is said, and the call ends. `message`: why, for the client. */
  loseHearing(message: string): void;
  /** Ends the call whatever it is doing; idempotent. Resolves when nothing of it is left. */
  end(): Promise<void>;
  /** Rejects with RuntimeError `call-failed` when the conversation itself broke. */
  readonly ended: Promise<void>;
}

/** Lines that an agent's code wants said, and that are not said yet. */
const MAX_QUEUED_LINES = 20;

/** Starts a call: its first events are `call.ready` and the greeting. Throws AgentError `variables-invalid`. */
export function startCall(options: CallOptions): Call {
  const { model, clock, agent, callId, output } = options;
  const { agents, factsOf, agentNamed } = createCallAgents(agent, callId, options.variables ?? {}, options.parties);
  const recording = options.recording && coverNamed(options.recording, agents, factsOf);
  const recorder = recording && createRecorder(recording, clock);
  const report = (event: CallEvent) => {
    recorder?.said(event);
    options.report(event);
  };
  const input = createTranscriptInput();
  const { chatOf } = options;
  const remote = chatOf && agents.some(chatOf) ? createRemoteMeter(report) : undefined;
  const meter = createTurnMeter(clock, options.hasAudio, (event, userSpeechEndedMs, stretches, loop) => {
    recorder?.measured(event, userSpeechEndedMs, stretches, loop);
    report(event);
    hooks.observe(event);
  });
  const observer: CallObserver = {
    asked(request) {
      meter.asked(request);
      recorder?.asked(request);
    },
    answered(answer) {
      meter.modelWorked(answer.draft.id, answer.state, answer.before);
      recorder?.answered(answer);
    },
    outputReported(turn, event) {
      meter.outputReported(event);
      recorder?.outputReported(turn, event);
    },
  };
  let closeReason: CloseReason = 'caller-hung-up';

  report({ type: 'call.ready', callId, agent: agent.name });
  const author = createAuthorCode(callId, options.authorFailed ?? (() => undefined), () =>
    tell({ type: 'agent.failed' }),
  );
  const hooksOf = (one: Agent): HookRunner => ({
    run: (hook, work) => author.run(one.name, hook, work),
    failed(hook, cause) {
      report({ type: 'error', code: 'hook-failed', message: `${hook} of ${one.name} failed` });
      author.failed(one.name, hook, 'hook-failed', cause);
    },
  });
  const instructions = createCallInstructions({
    model,
    promptPrefixOf: options.promptPrefixOf,
    factsOf,
    clock,
    author,
    limitsOf: (one) => limitsOf(one, model.prompt.limits),
  });
  const taken = new Set<Agent>();
  const waiting: MachineEvent[] = [];
  let answering = agent;
  let actor: ActorRefFrom<typeof conversationMachine> | undefined;

  /** Without what its model is to be, an agent can't answer. */
  function lackInstructions(one: Agent, cause: unknown): void {
    hooksOf(one).failed('instructions', cause);
    tell({ type: 'agent.failed' });
  }

  function promptPrefixOf(one: Agent): PromptPrefix | Promise<PromptPrefix> {
    const fail = (cause: unknown): never => {
      lackInstructions(one, cause);
      throw cause;
    };
    try {
      const promptPrefix = instructions.promptPrefixOf(one);
      return promptPrefix instanceof Promise ? promptPrefix.catch(fail) : promptPrefix;
    } catch (cause) {
      return fail(cause);
    }
  }

  function checkQueue(): void {
    const count = actor?.getSnapshot().context.queuedLines.length ?? 0;
    if (count >= MAX_QUEUED_LINES)
      throw new ToolError('action-invalid', `say: ${count} lines wait to be said, and ${MAX_QUEUED_LINES} may`);
  }

  function send(one: Agent, action: CallAction): void {
    if (action.type === 'say') checkQueue();
    if (action.type === 'update-instructions') instructions.update(one, action.text);
    else outsideAuthorCode(() => tell({ type: 'action.requested', action }));
  }

  const readTranscript = () => toTranscript(actor?.getSnapshot().context.lines ?? []);
  const contextOf = (one: Agent) => createCallContext(factsOf(one), (action) => send(one, action), readTranscript);
  const running = new Set<Promise<void>>();
  const hooks = createTurnHooks({
    answering: () => answering,
    contextOf,
    run(one, name, hook) {
      // What the hook is told of goes out, and becomes part of the transcript, before it.
      const run = Promise.resolve().then(() => runHook(name, hook, clock, hooksOf(one)));
      running.add(run);
      void run.then(() => running.delete(run));
    },
  });

  /** Each agent's hooks run once in a call. */
  function take(one: Agent): void {
    if (taken.has(one)) return;
    taken.add(one);
    void runHook('onCallStart', () => one.onCallStart?.(contextOf(one)), clock, hooksOf(one));
  }

  /** What comes before the agent is ready waits; a caller who hangs up waits for nothing. */
  function tell(event: MachineEvent): void {
    if (actor === undefined && event.type === 'agent.failed') waiting.unshift(event);
    else if (actor === undefined) waiting.push(event);
    else if (actor.getSnapshot().status === 'active') actor.send(event);
    if (actor === undefined && event.type === 'call.ended') begin(nothingRead);
  }

  /** The writes of whoever answers get their keys, for those who reconcile what became of one. */
  function withKey(event: Emitted): Emitted {
    if (event.type !== 'tool.started') return event;
    const isWrite = answering.tools.some(({ name, effect }) => name === event.name && effect === 'write');
    return isWrite ? { ...event, idempotencyKey: toKey(callId, event.turn, event) } : event;
  }

  function observe(said: Emitted): void {
    const event = withKey(said);
    if (event.type === 'agent.changed') answering = agentNamed(event.agent);
    if (event.type === 'call.closed') closeReason = event.reason;
    if (isMark(event)) recorder?.said(event);
    else report(event);
    meter.observe(event);
    remote?.observe(event);
    hooks.observe(event);
    if (event.type === 'agent.changed') take(answering);
  }

  let settleEnded: { resolve: () => void; reject: (error: RuntimeError) => void } | undefined;
  const ended = new Promise<void>((resolve, reject) => {
    settleEnded = { resolve, reject };
  });
  function finish(settle: () => void): void {
    output.close();
    const endings = [...taken].map((one) =>
      runHook('onCallEnd', () => one.onCallEnd?.(contextOf(one), closeReason), clock, hooksOf(one)),
    );
    void Promise.all([...endings, ...running, remote?.settled()]).then(() => {
      remote?.close();
      recorder?.close();
      settle();
    });
  }
  // Whoever opened the call decides whether its failure matters.
  ended.catch(() => undefined);

  function writerFrom(first: PromptPrefix) {
    const beginning = { first, promptPrefixOf };
    if (remote === undefined || chatOf === undefined) return createModelWriter(model, agent, beginning, observer);
    // What an agent's instructions fail with ends the call here, too.
    const instructionsOf = async (one: Agent) => {
      await promptPrefixOf(one);
      return instructions.textOf(one);
    };
    return createRemoteWriter({ parts: model, beginning, observer, chatOf, instructionsOf, meter: remote, clock });
  }

  function begin({ greeting, first = options.promptPrefixOf(agent, '') }: Opening): void {
    if (actor !== undefined) return;
    const machine = conversationMachine.provide({
      actors: {
        writer: writerFrom(first),
        tool: createToolRunner(factsOf, clock, send, author, readTranscript),
        output: createOutputActor(output, observer, report),
      },
    });
    const started = createActor(machine, {
      clock,
      input: { agent, callId, greeting },
      ...(recorder && {
        inspect: (seen) => {
          if (seen.type === '@xstate.event' && seen.actorRef === started && isOwn(seen.event))
            recorder.told(seen.event);
        },
      }),
    });
    actor = started;
    started.on('*', observe);
    started.subscribe({
      complete: () => finish(() => settleEnded?.resolve()),
      error: (cause) =>
        finish(() => settleEnded?.reject(new RuntimeError('call-failed', 'the call failed', { cause }))),
    });
    started.start();
    take(agent);
    for (const event of waiting.splice(0)) tell(event);
  }

  readOpening(
    () => promptPrefixOf(agent),
    () => readGreeting(agent, factsOf(agent), clock, hooksOf(agent)),
    begin,
  );

  return {
    receive: (said) => {
      meter.callerReported(said);
      const { event, problem } = input(said);
      if (problem) report({ type: 'error', ...problem });
      if (event) remote?.heard(event);
      if (event) tell(event);
      if (event) hooks.heard(event);
    },
    loseLine: () => tell({ type: 'line.lost' }),
    regainLine: () => tell({ type: 'line.back' }),
    loseHearing(message) {
      report({ type: 'error', code: 'stt-failed', message });
      tell({ type: 'stt.failed' });
    },
    end: () => {
      tell({ type: 'call.ended' });
      return ended;
    },
    ended,
  };
}

/** Without the values of what any of the agents may not have written down. */
function coverNamed(recording: CallWriter, agents: readonly Agent[], factsOf: CallAgents['factsOf']): CallWriter {
  const names = agents.flatMap(({ redact }) => redact);
  if (names.length === 0) return recording;
  const values = agents.flatMap((agent) => {
    const { from, to, variables } = factsOf(agent);
    const parties: Values = { from, to };
    // A number is often said and kept without its plus.
    return names.flatMap((name) => [variables[name], parties[name], String(parties[name] ?? '').replace(/^\+/, '')]);
  });
  return coverFields(recording, names, values);
}

/** Beginnings and ends of actors are the library's own. */
function isOwn(event: { readonly type: string }): event is MachineEvent {
  return !event.type.startsWith('xstate.');
}
