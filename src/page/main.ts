// The call page: puts its parts together and moves between its five faces (body's data-state).

import { fetchHealth, fetchTicket } from './access.ts';
import { PageCall, VOICE_RATE_HZ } from './call.ts';
import { createCallStatus, formatDuration } from './call-status.ts';
import { createComposer } from './composer.ts';
import { createDraftView } from './draft-view.ts';
import { element, part } from './element.ts';
import { toHint } from './hints.ts';
import { startKeyForm } from './key-form.ts';
import { createMicrophoneView } from './microphone-view.ts';
import { createNotice } from './notice.ts';
import {
  explainMicrophone,
  REFUSED_KEY_NOTE,
  SILENT_BROWSER_NOTE,
  STARTING_NOTE,
  UNREACHABLE_NOTE,
} from './plain-words.ts';
import { openPlayer, type Player } from './player.ts';
import { createTranscript } from './transcript.ts';

type Face = 'closed' | 'locked' | 'idle' | 'connecting' | 'live';

const HEALTH_EVERY_MS = 1000;

const notice = createNotice();
const status = createCallStatus();
const draft = createDraftView();
const agents = part('agents', HTMLSelectElement);
const sound = part('sound', HTMLInputElement);
const callButton = part('call', HTMLButtonElement);
const hint = part('hint', HTMLElement);
const hintButton = part('hint-words', HTMLButtonElement);
const transcript = createTranscript(
  {
    list: part('transcript', HTMLElement),
    frame: part('frame', HTMLElement),
    announcer: part('announcer', HTMLElement),
  },
  () => answering,
);

let key: string | undefined;
let call: PageCall | undefined;
let startedMs = 0;
/** Who speaks in the call: another one, once it was handed over. */
let answering = '';
let watching: ReturnType<typeof setInterval> | undefined;
let brokenSave: string | undefined;

const composer = createComposer({
  changed: (text) => call?.hear(text),
  entered: finish,
});
const microphone = createMicrophoneView({
  started: () => call?.start(),
  heard(text) {
    composer.write(text);
    call?.hear(text);
  },
  finished: finish,
  failed: (code) => notice.show(explainMicrophone(code)),
});

function show(face: Face): void {
  document.body.dataset.state = face;
  agents.disabled = face !== 'idle';
  callButton.disabled = face === 'connecting';
}

function finish(text: string): void {
  composer.write('');
  hint.hidden = true;
  call?.finish(text);
}

/** Asks the server what it is, again and again until it can take a call. */
async function prepare(): Promise<void> {
  const health = await fetchHealth(key);
  if (health?.needsKey === true && key === undefined) {
    show('locked');
    status.say('Locked');
    return part('key', HTMLInputElement).focus();
  }
  if (health?.isReady !== true) {
    show('closed');
    status.say(health === undefined ? 'No server' : 'Starting…');
    if (call === undefined && !notice.isShown) notice.show(health === undefined ? UNREACHABLE_NOTE : STARTING_NOTE);
    setTimeout(prepare, HEALTH_EVERY_MS);
    return;
  }
  const chosen = agents.value;
  agents.replaceChildren(...health.agents.map((name) => element('option', '', name)));
  if (health.agents.includes(chosen)) agents.value = chosen;
  part('agent-choice', HTMLElement).hidden = health.agents.length < 2;
  if (document.body.dataset.state === 'closed') notice.show(undefined);
  show('idle');
  status.say('Ready');
  if (health.problems !== undefined) watchAgents(health.problems);
}

/** A save that can't be used is told here too, until the next one can. */
function watchAgents(problems: readonly string[]): void {
  const text = problems.length === 0 ? undefined : problems.join(' ');
  if (text !== brokenSave) notice.show(text);
  brokenSave = text;
  if (watching === undefined)
    watching = setInterval(async () => {
      const health = await fetchHealth(key);
      if (health?.problems !== undefined) watchAgents(health.problems);
    }, HEALTH_EVERY_MS);
}

async function startCall(): Promise<void> {
  if (call !== undefined || document.body.dataset.state !== 'idle') return;
  show('connecting');
  status.say('Connecting…');
  notice.show(undefined);
  const [player, ticket] = await Promise.all([
    sound.checked ? openVoice() : undefined,
    key === undefined ? undefined : fetchTicket(key),
  ]);
  if (key !== undefined && ticket === undefined) {
    key = undefined;
    void player?.close();
    notice.show(REFUSED_KEY_NOTE);
    return prepare();
  }
  transcript.clear();
  document.body.classList.add('has-transcript');
  call = new PageCall({
    pageUrl: location.href,
    agent: agents.value === '' ? undefined : agents.value,
    ticket,
    player,
    transcript,
    draft,
    events: {
      ready,
      handedOver,
      closedTurn: () => composer.write(''),
      speaking,
      failed: (text) => notice.show(text),
      ended,
    },
  });
}

/** Undefined, and said so, where the browser can't play. */
async function openVoice(): Promise<Player | undefined> {
  try {
    return await openPlayer(VOICE_RATE_HZ, (report) => {
      status.setPlayback(report);
      call?.advance(report);
    });
  } catch {
    notice.show(SILENT_BROWSER_NOTE);
    return undefined;
  }
}

function ready(agent: string): void {
  startedMs = performance.now();
  answering = agent;
  show('live');
  status.count('On a call');
  composer.setEnabled(true);
  const words = toHint(agent);
  hint.hidden = words === undefined;
  hintButton.textContent = `“${words}”`;
  hintButton.onclick = () => composer.demonstrate(words ?? '');
}

function handedOver(agent: string): void {
  answering = agent;
  transcript.note(`${agent} answers from here on.`);
}

function speaking(isSpeaking: boolean): void {
  status.setSpeaking(isSpeaking);
  microphone.setSpeaking(isSpeaking);
}

function ended(reason: string | undefined, text: string | undefined): void {
  call = undefined;
  microphone.stop();
  composer.setEnabled(false);
  hint.hidden = true;
  const why = reason === undefined ? '' : `: ${reason}`;
  if (startedMs > 0) transcript.note(`The call ended after ${formatDuration(performance.now() - startedMs)}${why}.`);
  startedMs = 0;
  notice.show(text);
  void prepare().then(() => callButton.focus());
}

callButton.addEventListener('click', () => void startCall());
part('hang-up', HTMLButtonElement).addEventListener('click', () => call?.hangUp());
startKeyForm(
  (accepted) => {
    key = accepted;
    void prepare();
  },
  (text) => notice.show(text),
);
void prepare();
