// The microphone's button, and what a caller should know before pressing it.

import { part } from './element.ts';
import { createMicrophone, type Microphone, type MicrophoneEvents } from './microphone.ts';

export interface MicrophoneView {
  /** The agent speaks: without headphones the microphone would hear it. */
  setSpeaking(isSpeaking: boolean): void;
  stop(): void;
}

export function createMicrophoneView(
  events: Pick<MicrophoneEvents, 'started' | 'heard' | 'finished' | 'failed'>,
): MicrophoneView {
  const button = part('microphone', HTMLButtonElement);
  const row = part('microphone-row', HTMLElement);
  const state = part('microphone-state', HTMLElement);
  const headphones = part('headphones', HTMLInputElement);
  let isSpeaking = false;

  const update = (microphone: Microphone) => {
    const isPaused = isSpeaking && !headphones.checked;
    microphone.setPaused(isPaused);
    button.setAttribute('aria-pressed', String(microphone.isOn));
    state.textContent = microphone.isOn ? (isPaused ? 'Paused while the agent speaks.' : 'Listening.') : '';
  };
  const microphone = createMicrophone(document.documentElement.lang, {
    ...events,
    changed: () => microphone && update(microphone),
  });
  button.hidden = microphone === undefined;
  row.hidden = microphone === undefined;
  button.addEventListener('click', () => microphone?.toggle());
  headphones.addEventListener('change', () => microphone && update(microphone));
  return {
    setSpeaking(speaking) {
      isSpeaking = speaking;
      if (microphone !== undefined) update(microphone);
    },
    stop: () => microphone?.stop(),
  };
}
