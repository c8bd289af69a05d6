import type { Mouth } from './mouth.ts';

/** The mouth of a text-only call: what was sent was heard. */
export function createTextMouth(): Mouth {
  return {
    start(report) {
      let heard = '';
      let isOver = false;
      return {
        grow(text, isFinal) {
          if (isOver) return;
          if (text !== heard) {
            heard = text;
            report({ type: 'heard.grew', heard });
          }
          if (!isFinal) return;
          isOver = true;
          report({ type: 'utterance.finished' });
        },
        advance: () => undefined,
        stop: () => {
          isOver = true;
        },
      };
    },
    close: () => undefined,
  };
}
