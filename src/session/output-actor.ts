// Speaks one reply: the conversation's commands to an utterance of the output, its reports back.

import { fromCallback } from 'xstate';
import type { OutputCommand } from '../conversation/events.ts';
import { unreachable } from '../errors.ts';
import type { CallEvent } from '../events.ts';
import type { Output, OutputEvent, Utterance } from '../output/output.ts';
import type { CallObserver } from '../recording/observer.ts';

export function createOutputActor(output: Output, observer: CallObserver, report: (event: CallEvent) => void) {
  return fromCallback<OutputCommand, { turn: number }>(({ input: { turn }, receive, sendBack }) => {
    let isAudible = false;
    let isOver = false;
    let heard = '';
    /** What was heard before the utterance at hand: a paused reply goes on with a new one. */
    let base = '';
    let utterance: Utterance | undefined = output.start(take);

    function take(event: OutputEvent): void {
      switch (event.type) {
        case 'clause.cut':
        case 'clause.spoken':
          break;
        case 'audio.started':
          isAudible = true;
          report({ type: 'audio.started', turn });
          break;
        case 'audio.delta':
          report({ type: 'audio.delta', turn, samples: event.samples });
          break;
        case 'audio.ended':
          report({ type: 'audio.ended', turn });
          break;
        case 'heard.grew':
          heard = base + event.heard;
          sendBack({ type: 'reply.heard', heard });
          observer.outputReported(turn, { type: 'heard.grew', heard });
          return;
        case 'utterance.finished':
          isOver = true;
          sendBack(event);
          break;
        case 'utterance.failed':
          sendBack(event);
          break;
        default:
          unreachable(event);
      }
      observer.outputReported(turn, event);
    }

    function silence(): void {
      utterance?.stop();
      utterance = undefined;
      if (isAudible && !isOver) report({ type: 'playback.clear', turn });
      isAudible = false;
    }

    function grow(text: string, isFinal: boolean, voice?: string): void {
      if (utterance === undefined) {
        base = heard;
        utterance = output.start(take);
      }
      utterance.grow(text.slice(base.length), isFinal, voice);
    }

    receive((command) => {
      switch (command.type) {
        case 'grow':
          return grow(command.text, command.isFinal, command.voice);
        case 'pause':
          return silence();
        case 'playback.position':
          return utterance?.advance(command.playedMs);
        default:
          return unreachable(command);
      }
    });
    return silence;
  });
}
