import type { Output } from './output.ts';

/** The output of a text-only call: what was sent was heard. */
export function createTextOutput(): Output {
  return {
    start(report) {
      let heard = '';
      let isFinished = false;
      let isStopped = false;
      return {
        grow(text, isFinal) {
          if (isFinished || isStopped) return;
          isFinished = isFinal;
          if (text !== heard) {
            heard = text;
            report({ type: 'heard.grew', heard });
          }
          if (isFinal && !isStopped) report({ type: 'utterance.finished' });
        },
        advance: () => undefined,
        stop: () => {
          isStopped = true;
        },
      };
    },
    close: () => undefined,
  };
}
