// Runs in the page: a speech recogniser that hears what a test dispatches as `new CustomEvent('heard', { detail })`.

class FakeRecognition {
  onresult = null;
  onend = null;
  #isRunning = false;

  constructor() {
    window.addEventListener('heard', ({ detail: { transcript, isFinal } }) => {
      if (!this.#isRunning) return;
      this.onresult?.({ resultIndex: 0, results: [Object.assign([{ transcript }], { isFinal })] });
    });
  }

  start() {
    this.#isRunning = true;
    document.documentElement.dataset.recognising = 'true';
  }

  abort() {
    this.#isRunning = false;
    document.documentElement.dataset.recognising = 'false';
    setTimeout(() => this.onend?.(), 0);
  }
}

Object.assign(window, { SpeechRecognition: FakeRecognition });
