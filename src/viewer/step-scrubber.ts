// The model's steps of one turn, one at a time: the sentence as it stood then, with what the step fixed.

import { formatMs, formatShare } from '../trace/ledger/ledger-parts.ts';
import { type Turn, toSteps } from './call-model.ts';
import { button, element } from './dom.ts';
import { toPieces } from './step-words.ts';

export interface StepScrubber {
  readonly element: HTMLElement;
  /** Goes to the first step of a draft. */
  show(draft: number): void;
  /** Goes by so many steps, where one can see them. */
  moveInSight(countSteps: number): void;
}

const PLAY_EVERY_MS = 220;

export function createStepScrubber(turn: Turn): StepScrubber {
  const steps = toSteps(turn);
  const userSpeechEndedMs = turn.userSpeechEndedMs ?? turn.startMs;
  const slider = element('input', 'step-slider');
  slider.type = 'range';
  slider.min = '0';
  slider.max = String(Math.max(0, steps.length - 1));
  slider.setAttribute('aria-label', 'Step of the model');
  const words = element('p', 'step-words');
  const about = element('p', 'step-about');
  const asked = element('p', 'step-asked');
  let playing: ReturnType<typeof setInterval> | undefined;

  const play = button('step-play', 'Play', () => (playing === undefined ? start() : stop()));
  const back = button('step-move', '‹', () => move(-1));
  back.setAttribute('aria-label', 'Step before');
  const next = button('step-move', '›', () => move(1));
  next.setAttribute('aria-label', 'Next step');

  function start(): void {
    if (Number(slider.value) >= steps.length - 1) go(0);
    play.textContent = 'Pause';
    playing = setInterval(() => {
      if (!made.isConnected || Number(slider.value) >= steps.length - 1) stop();
      else go(Number(slider.value) + 1);
    }, PLAY_EVERY_MS);
  }

  function stop(): void {
    clearInterval(playing);
    playing = undefined;
    play.textContent = 'Play';
  }

  function go(index: number): void {
    slider.value = String(Math.min(steps.length - 1, Math.max(0, index)));
    const step = steps[Number(slider.value)];
    if (step === undefined) return;
    const pieces = toPieces(step.text, step.fixed);
    words.replaceChildren(...pieces.map(({ text, kind }) => element('span', `piece-${kind}`, text)));
    if (pieces.length === 0) words.append(element('span', 'piece-open', '…'));
    words.dataset.act = step.act;
    const draft = turn.drafts.find((one) => one.steps.includes(step));
    const sinceMs = step.atMs - userSpeechEndedMs;
    const when = sinceMs < 0 ? `${formatMs(-sinceMs)} before zero` : `${formatMs(sinceMs)} after zero`;
    const facts = [`step ${Number(slider.value) + 1} of ${steps.length}`, when];
    if (step.draft > 0) facts.push(`draft ${step.draft}, forward ${step.step}`);
    if (step.stage !== '') facts.push(step.stage);
    if (step.tookUs > 0) facts.push(formatMs(step.tookUs / 1000));
    if (step.pEndOfTurn > 0) facts.push(`end of turn ${formatShare(step.pEndOfTurn)}`);
    for (const [name, confidence] of Object.entries(step.confidences))
      facts.push(`sure of ${name.replaceAll('_', ' ')}: ${formatShare(confidence)}`);
    about.textContent = facts.join(' · ');
    slider.setAttribute('aria-valuetext', `${facts.join(', ')}: ${step.text}`);
    asked.replaceChildren(element('span', 'asked-label', 'answering '), `“${draft?.words ?? ''}”`);
  }

  function move(countSteps: number): void {
    stop();
    go(Number(slider.value) + countSteps);
  }

  slider.addEventListener('input', () => {
    stop();
    go(Number(slider.value));
  });
  const controls = element('div', 'step-controls', play, back, slider, next);
  const made = element(
    'section',
    'scrubber',
    element('h3', '', 'How the sentence came about'),
    asked,
    words,
    controls,
    about,
  );
  if (steps.length === 0)
    made.replaceChildren(element('p', 'quiet', 'This file holds no steps of the model for this turn.'));
  else go(steps.length - 1);
  return {
    element: made,
    show(draft) {
      stop();
      const index = steps.findIndex((step) => step.draft === draft);
      if (index >= 0) go(index);
      made.scrollIntoView({ block: 'nearest' });
      slider.focus({ preventScroll: true });
    },
    moveInSight(countSteps) {
      made.scrollIntoView({ block: 'nearest' });
      move(countSteps);
    },
  };
}
