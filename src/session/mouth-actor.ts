// Speaks one reply: the conversation's commands to an utterance of the mouth, its reports back.

import { fromCallback } from 'xstate';
import type { MouthCommand } from '../conversation/events.ts';
import type { CallEvent } from '../events.ts';
import type { Mouth } from '../mouth/mouth.ts';
import type { CallObserver } from './observer.ts';

export function createMouthActor(mouth: Mouth, observer: CallObserver, report: (event: CallEvent) => void) {
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
      observer.mouthReported(turn, event);
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
