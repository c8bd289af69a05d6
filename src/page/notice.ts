// One line that says what went wrong and what to do.

import { part } from './element.ts';

export interface Notice {
  /** Undefined takes it away. */
  show(text: string | undefined): void;
  readonly isShown: boolean;
}

export function createNotice(): Notice {
  const box = part('notice', HTMLElement);
  const words = part('notice-text', HTMLElement);
  const show = (text: string | undefined) => {
    words.textContent = text ?? '';
    box.hidden = text === undefined;
  };
  part('notice-close', HTMLButtonElement).addEventListener('click', () => show(undefined));
  return {
    show,
    get isShown() {
      return !box.hidden;
    },
  };
}
