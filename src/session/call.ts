// One call: wires ear, conversation, engine, tools and mouth together. The picture of ARCHITECTURE.md in code.

import { createActor, fromCallback } from 'xstate';
import type { Agent, CallContext } from '../agent/agent.ts';
import type { Clock } from '../base/clock.ts';
import type { MouthCommand } from '../conversation/events.ts';
import { conversationMachine } from '../conversation/machine.ts';
import { createTextEar } from '../ears/text-ear.ts';
import type { Setting } from '../engine/sequence.ts';
import { RuntimeError, toMessage } from '../errors.ts';
import type { CallEvent, CallerEvent } from '../events.ts';
import type { Mouth } from '../mouth/mouth.ts';
import { createModelWriter, type ModelParts } from './model-writer.ts';
import { createToolRunner } from './tool-runner.ts';
import { createTurnMeter, type TurnMeter } from './turn-meter.ts';

export interface CallOptions {
  readonly model: ModelParts;
  readonly clock: Clock;
  readonly agent: Agent;
  /** What the agent's calls begin with (toSetting): one object for all of them, so that its prefill is shared. */
  readonly setting: Setting;
  readonly callId: string;
  readonly mouth: Mouth;
  /** The wire carries audio: a turn's total runs to its first frame. */
  readonly hasAudio: boolean;
  /** Takes every event of the call, in order; must not throw. */
  readonly report: (event: CallEvent) => void;
}

export interface Call {
  receive(event: CallerEvent): void;
  /** Ends the call whatever it is doing; idempotent. Resolves when nothing of it is left. */
  end(): Promise<void>;
  /** Rejects with RuntimeError `call-failed` when the conversation itself broke. */
  readonly ended: Promise<void>;
}

/** Starts a call: its first events are `call.ready` and the greeting. */
export function startCall(options: CallOptions): Call {
  const { model, clock, agent, callId, mouth, report } = options;
  const context: CallContext = { callId, state: {} };
  const ear = createTextEar();
  const meter = createTurnMeter(clock, options.hasAudio, report);
  const actor = createActor(
    conversationMachine.provide({
      actors: {
        writer: createModelWriter(model, agent, options.setting, clock, meter),
        tool: createToolRunner(context, clock),
        mouth: createMouthActor(mouth, meter, report),
      },
    }),
    { clock, input: { agent, callId } },
  );

  actor.on('*', (event) => {
    if (event.type !== 'turn.committed' && event.type !== 'turn.taken-back' && event.type !== 'reply.written')
      report(event);
    meter.observe(event);
  });
  const ended = new Promise<void>((resolve, reject) => {
    const finish = (settle: () => void) => {
      mouth.close();
      void runHook(agent.onCallEnd, context, report).then(settle);
    };
    actor.subscribe({
      complete: () => finish(resolve),
      error: (cause) => finish(() => reject(new RuntimeError('call-failed', 'the call failed', { cause }))),
    });
  });
  // Whoever opened the call decides whether its failure matters.
  ended.catch(() => undefined);

  report({ type: 'call.ready', callId, agent: agent.name });
  actor.start();
  void runHook(agent.onCallStart, context, report);

  return {
    receive: (said) => {
      const { event, problem } = ear(said);
      if (problem) report({ type: 'error', ...problem });
      if (event && actor.getSnapshot().status === 'active') actor.send(event);
    },
    end: () => {
      if (actor.getSnapshot().status === 'active') actor.send({ type: 'call.ended' });
      return ended;
    },
    ended,
  };
}

function createMouthActor(mouth: Mouth, meter: TurnMeter, report: (event: CallEvent) => void) {
  return fromCallback<MouthCommand, { turn: number }>(({ input: { turn }, receive, sendBack }) => {
    let isAudible = false;
    let isOver = false;
    const utterance = mouth.start((event) => {
      switch (event.type) {
        case 'clause.cut':
        case 'clause.spoken':
          break;
        case 'audio.started':
          isAudible = true;
          report({ type: 'audio.started', turn });
          break;
        case 'audio.framed':
          report({ type: 'audio.framed', turn, samples: event.samples });
          break;
        case 'audio.ended':
          report({ type: 'audio.ended', turn });
          break;
        case 'heard.grew':
          sendBack({ type: 'reply.heard', heard: event.heard });
          break;
        case 'utterance.finished':
          isOver = true;
          sendBack(event);
          break;
        case 'utterance.failed':
          sendBack(event);
      }
      meter.mouthReported(event);
    });
    receive((command) => {
      if (command.type === 'grow') utterance.grow(command.text, command.isFinal);
      else utterance.advance(command.playedMs);
    });
    return () => {
      utterance.stop();
      if (isAudible && !isOver) report({ type: 'playout.cleared', turn });
    };
  });
}

/** A hook that throws is reported; the call goes on. */
async function runHook(
  hook: Agent['onCallStart'],
  context: CallContext,
  report: (event: CallEvent) => void,
): Promise<void> {
  try {
    await hook?.(context);
  } catch (error) {
    report({ type: 'error', code: 'hook-failed', message: toMessage(error) });
  }
}
