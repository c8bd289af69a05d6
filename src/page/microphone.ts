// The browser's own speech recognition, where there is one: words out, as the caller speaks. Its maker hears the
// caller.

export interface MicrophoneEvents {
  /** A sound that may become words. */
  started(): void;
  /** All words of the utterance so far. */
  heard(text: string): void;
  finished(text: string): void;
  changed(isOn: boolean): void;
  /** It turned itself off. */
  failed(code: string): void;
}

export interface Microphone {
  readonly isOn: boolean;
  toggle(): void;
  /** While paused nothing is heard: without headphones the microphone would hear the agent. */
  setPaused(isPaused: boolean): void;
  stop(): void;
}

interface RecognitionEvent {
  readonly resultIndex: number;
  readonly results: SpeechRecognitionResultList;
}

interface Recognition {
  continuous: boolean;
  interimResults: boolean;
  lang: string;
  start(): void;
  abort(): void;
  onspeechstart: (() => void) | null;
  onresult: ((event: RecognitionEvent) => void) | null;
  onerror: ((event: { readonly error: string }) => void) | null;
  onend: (() => void) | null;
}

type RecognitionConstructor = new () => Recognition;

declare global {
  interface Window {
    readonly SpeechRecognition?: RecognitionConstructor;
    readonly webkitSpeechRecognition?: RecognitionConstructor;
  }
}

/** Recognisers end by themselves every now and then; quicker than this they would only end again. */
const RESTART_AFTER_MS = 250;
/** Silence and our own pauses are no failures. */
const harmless: ReadonlySet<string> = new Set(['no-speech', 'aborted']);

/** Undefined where the browser has no speech recognition. */
export function createMicrophone(language: string, events: MicrophoneEvents): Microphone | undefined {
  const Constructor = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  if (Constructor === undefined) return undefined;
  const recognition = new Constructor();
  recognition.continuous = true;
  recognition.interimResults = true;
  recognition.lang = language;
  let isOn = false;
  let isPaused = false;
  let isRunning = false;
  let restart: ReturnType<typeof setTimeout> | undefined;

  const listen = () => {
    clearTimeout(restart);
    if (!isOn || isPaused || isRunning) return;
    isRunning = true;
    recognition.start();
  };
  const turn = (on: boolean) => {
    if (isOn === on) return;
    isOn = on;
    if (on) listen();
    else recognition.abort();
    events.changed(on);
  };
  recognition.onspeechstart = () => {
    if (isOn && !isPaused) events.started();
  };
  recognition.onresult = ({ resultIndex, results }) => {
    if (!isOn || isPaused) return;
    let interim = '';
    for (let index = resultIndex; index < results.length; index++) {
      const result = results[index];
      const words = result?.[0]?.transcript ?? '';
      if (result?.isFinal) events.finished(words.trim());
      else interim += words;
    }
    if (interim.trim() !== '') events.heard(interim.trim());
  };
  recognition.onerror = ({ error }) => {
    if (harmless.has(error)) return;
    turn(false);
    events.failed(error);
  };
  recognition.onend = () => {
    isRunning = false;
    restart = setTimeout(listen, RESTART_AFTER_MS);
  };

  return {
    get isOn() {
      return isOn;
    },
    toggle: () => turn(!isOn),
    setPaused(paused) {
      if (isPaused === paused) return;
      isPaused = paused;
      if (paused && isRunning) recognition.abort();
      else listen();
    },
    stop: () => turn(false),
  };
}
