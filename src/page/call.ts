// One call of the page: the caller's words to the wire, the wire's messages to the views. Knows no element.

import type { ClientMessage, ServerMessage } from '../protocol/native-messages.ts';
import type { PlaybackReport } from './audio-playback.ts';
import { type CallerTurns, createCallerTurns, type Timers } from './caller-turns.ts';
import type { DraftView } from './draft-view.ts';
import { explainClosing, explainProblem, explainReason } from './plain-words.ts';
import type { Player } from './player.ts';
import type { Transcript } from './transcript.ts';
import { openWire, type Wire } from './wire.ts';

export const VOICE_RATE_HZ = 16000;

export interface CallOptions {
  readonly pageUrl: string;
  /** Undefined: the server's first one. */
  readonly agent: string | undefined;
  readonly ticket: string | undefined;
  /** Undefined: the call goes on in writing. */
  readonly player: Player | undefined;
  readonly transcript: Transcript;
  readonly draft: DraftView;
  readonly events: CallEvents;
}

export interface CallEvents {
  ready(agent: string): void;
  /** Another agent answers from here on. */
  handedOver(agent: string): void;
  /** The agent took the words that the caller was still adding to. */
  closedTurn(): void;
  /** The agent's voice is, or isn't, in the room. */
  speaking(isSpeaking: boolean): void;
  failed(text: string): void;
  /**
   * Once. `reason`: how it came to its end, where the server said so. `text`: what to do, unless the call ended as
   * calls do.
   */
  ended(reason: string | undefined, text: string | undefined): void;
}

const timers: Timers = {
  nowMs: () => performance.now(),
  setTimeout: (run, delayMs) => window.setTimeout(run, delayMs),
  clearTimeout: (timer) => window.clearTimeout(typeof timer === 'number' ? timer : undefined),
};

/** The server answers call.ended by closing; if it doesn't, the page does. */
const GOODBYE_MS = 1000;

export class PageCall {
  readonly #options: CallOptions;
  readonly #wire: Wire;
  readonly #turns: CallerTurns;
  #speakingTurn: number | undefined;
  #lastRepliedTurn = -1;
  #reason: string | undefined;

  constructor(options: CallOptions) {
    this.#options = options;
    this.#turns = createCallerTurns(timers, (message) => this.#send(message));
    this.#wire = openWire(options.pageUrl, options.ticket, {
      opened: () => this.#open(),
      received: (message) => this.#take(message),
      framed: (samples) => options.player?.push(samples),
      closed: (code, reason) => this.#close(code, reason),
    });
  }

  /** The caller makes a sound. */
  start(): void {
    this.#turns.start();
  }

  /** All words of the turn so far. */
  hear(text: string): void {
    this.#turns.hear(text);
    if (text.trim() !== '') this.#options.draft.expect();
  }

  finish(text: string): void {
    const turn = this.#turns.finish(text);
    if (turn === undefined) return;
    this.#options.transcript.turn(turn).commit(text);
    this.#options.draft.endTurn(turn);
  }

  /** From the player, every 100 ms and at the end of a reply. */
  advance({ turn, playedMs, isOver }: PlaybackReport): void {
    this.#wire.send({ type: 'playback.position', turn, playedMs });
    if (isOver && turn === this.#speakingTurn) this.#setSpeaking(undefined);
  }

  hangUp(): void {
    this.#wire.send({ type: 'call.ended' });
    timers.setTimeout(() => this.#wire.close(), GOODBYE_MS);
  }

  #open(): void {
    const { agent, player } = this.#options;
    const audio = player === undefined ? null : ({ encoding: 'pcm16', rateHz: VOICE_RATE_HZ } as const);
    this.#wire.send({ type: 'call.started', version: 1, agent, audio });
  }

  /** Before a barge-in the server hears where the voice is by now, so that the reply is cut at the right word. */
  #send(message: ClientMessage): void {
    const position = message.type === 'speech.started' ? this.#options.player?.position() : undefined;
    if (position !== undefined) this.#wire.send({ type: 'playback.position', ...position });
    this.#wire.send(message);
  }

  #take(message: ServerMessage): void {
    const { transcript, draft, player, events } = this.#options;
    switch (message.type) {
      case 'call.ready':
        events.ready(message.agent);
        break;
      case 'draft.changed':
        if (message.turn > this.#lastRepliedTurn) draft.show(message);
        break;
      case 'reply.updated':
        this.#answer(message.turn);
        transcript.turn(message.turn).growReply(message.text);
        break;
      case 'audio.started':
        player?.start(message.turn);
        this.#setSpeaking(player && message.turn);
        break;
      case 'audio.ended':
        player?.end();
        break;
      case 'playback.clear':
        player?.clear();
        this.#setSpeaking(undefined);
        break;
      case 'reply.ended':
        this.#answer(message.turn);
        transcript.turn(message.turn).endReply(message);
        transcript.announce(message.interrupted ? `Interrupted after: ${message.heard}` : message.text);
        break;
      case 'tool.started':
        transcript.turn(message.turn).startTool(message);
        break;
      case 'tool.ended':
        transcript.turn(message.turn).endTool(message);
        break;
      case 'turn.measured':
        transcript.turn(message.turn).measure(message);
        break;
      case 'agent.changed':
        events.handedOver(message.agent);
        break;
      case 'call.closed':
        this.#reason = explainReason(message.reason, message.transfer?.to);
        break;
      case 'error':
        events.failed(explainProblem(message.code, message.message));
        break;
      // The others are for clients that do more with a call.
      default:
    }
  }

  /**
   * The turn has its reply: its draft is over, and if the caller was still adding words the agent took it as complete.
   */
  #answer(turn: number): void {
    const { transcript, draft, events } = this.#options;
    if (turn <= this.#lastRepliedTurn) return;
    this.#lastRepliedTurn = turn;
    draft.clear();
    const words = this.#turns.close(turn);
    if (words === undefined) return;
    transcript.turn(turn).commit(words);
    events.closedTurn();
  }

  #setSpeaking(turn: number | undefined): void {
    const { transcript, events } = this.#options;
    if (this.#speakingTurn !== undefined) transcript.turn(this.#speakingTurn).setSpeaking(false);
    this.#speakingTurn = turn;
    if (turn !== undefined) transcript.turn(turn).setSpeaking(true);
    events.speaking(turn !== undefined);
  }

  #close(code: number, reason: string): void {
    const { transcript, draft, player, events } = this.#options;
    this.#turns.stop();
    draft.clear();
    this.#setSpeaking(undefined);
    transcript.settle();
    void player?.close();
    events.ended(this.#reason, explainClosing(code, reason));
  }
}
