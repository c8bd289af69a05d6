// The line that the caller types on. Every change is reported at once; pacing is not its business.

import { nativeLimits } from '../protocol/native-messages.ts';
import { part } from './element.ts';

export interface Composer {
  /** Puts words there as if they had been typed, without reporting them. */
  write(text: string): void;
  /**
   * Types the words one by one, reporting each; stops when the caller types. Ends with the caret behind the last one.
   */
  demonstrate(text: string): void;
  setEnabled(isEnabled: boolean): void;
}

export interface ComposerEvents {
  changed(text: string): void;
  entered(text: string): void;
}

/** Unhurried speech. */
const DEMONSTRATED_WORD_MS = 260;

export function createComposer(events: ComposerEvents): Composer {
  const form = part('composer', HTMLFormElement);
  const field = part('words', HTMLTextAreaElement);
  const send = part('send', HTMLButtonElement);
  field.maxLength = nativeLimits.textLength;
  let demonstration: ReturnType<typeof setTimeout> | undefined;

  const stop = () => clearTimeout(demonstration);
  const enter = () => {
    stop();
    const text = field.value.trim();
    if (text === '') return;
    field.value = '';
    events.entered(text);
  };
  field.addEventListener('input', () => {
    stop();
    events.changed(field.value);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    enter();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    enter();
    field.focus();
  });

  return {
    write(text) {
      stop();
      field.value = text;
    },
    demonstrate(text) {
      stop();
      const words = text.split(' ');
      const type = (count: number) => {
        field.value = words.slice(0, count).join(' ');
        events.changed(field.value);
        if (count < words.length) demonstration = setTimeout(type, DEMONSTRATED_WORD_MS, count + 1);
      };
      field.focus();
      type(1);
    },
    setEnabled(isEnabled) {
      stop();
      field.disabled = !isEnabled;
      send.disabled = !isEnabled;
      field.value = '';
      if (isEnabled) field.focus();
    },
  };
}
