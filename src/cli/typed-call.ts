// A person at the keyboard as the caller: key strokes are partials, Enter is the final; the draft is shown as it
// changes.

import { emitKeypressEvents, type Key } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import type { CallEvent } from '../events.ts';
import { createPlayback } from '../playback/client-playback.ts';
import { createTurnLog } from '../playback/turn-log.ts';
import type { Call } from '../session/call.ts';
import { type Bill, describeBills, sumBills } from '../trace/format/bills.ts';
import { renderTurn } from './turn-text.ts';

/** Ten partials a second at most. */
const PARTIAL_MS = 100;
const CLEAR_BELOW = '\r\u001b[J';

export interface TypedCallOptions {
  /** A terminal's input is put into raw mode meanwhile. */
  readonly input: Readable & { setRawMode?: (isRaw: boolean) => unknown };
  readonly output: { write(text: string): unknown; readonly columns?: number };
  readonly clock: Clock;
  readonly hasColour: boolean;
  readonly open: (report: (event: CallEvent) => void) => Call;
}

/** Resolves when the caller hangs up (Ctrl-C, or Ctrl-D on an empty line) or the call has ended. */
export async function runTypedCall({ input, output, clock, hasColour, open }: TypedCallOptions): Promise<void> {
  const log = createTurnLog();
  const playback = createPlayback({ clock, tell: (event) => call.receive(event) });
  const billed: Bill[] = [];
  let turn = 1;
  let typed = '';
  let draft = '';
  let timer: unknown;
  let lastPartialMs = Number.NEGATIVE_INFINITY;

  function drawLines(lines: readonly string[]): void {
    const width = Math.max(20, (output.columns ?? 80) - 12);
    const tail = (text: string) => (text.length <= width ? text : `…${text.slice(1 - width)}`);
    const settled = lines.map((line) => `${line}\n`).join('');
    const column = 6 + tail(typed).length;
    output.write(`${CLEAR_BELOW}${settled}  you ${tail(typed)}\ndraft ${tail(draft)}\u001b[1A\r\u001b[${column}C`);
  }

  function observe(event: CallEvent): void {
    log.observe(event);
    playback.observe(event);
    if (event.type === 'draft.billed') billed.push(event);
    if (event.type === 'draft.changed' && event.turn === turn && typed !== '') {
      draft = event.act === 'say' ? event.text : `(${event.act}) ${event.text}`;
      drawLines([]);
    }
    if (event.type === 'reply.ended') {
      const endedTurn = event.turn;
      // The ledger of an interrupted turn follows its end.
      clock.setTimeout(() => drawLines(renderTurn(log.take(endedTurn), hasColour)), 0);
    }
  }

  function sendPartial(): void {
    timer = undefined;
    lastPartialMs = clock.nowMs();
    call.receive({ type: 'transcript.updated', turn, text: typed.trim(), state: 'interim' });
  }

  function edit(text: string): void {
    if (typed === '' && text !== '') call.receive({ type: 'speech.started', turn });
    typed = text;
    drawLines([]);
    timer ??= clock.setTimeout(sendPartial, Math.max(0, lastPartialMs + PARTIAL_MS - clock.nowMs()));
  }

  function submit(): void {
    const text = typed.trim();
    if (text === '') return;
    clock.clearTimeout(timer);
    timer = undefined;
    const final = { type: 'transcript.updated', turn, text, state: 'final' } as const;
    typed = '';
    draft = '';
    turn += 1;
    drawLines([]);
    log.hear(final);
    call.receive(final);
  }

  function pressed(character: string | undefined, key: Key): void {
    if (key.ctrl && (key.name === 'c' || (key.name === 'd' && typed === ''))) void call.end();
    else if (key.ctrl && key.name === 'u') edit('');
    else if (key.name === 'return' || key.name === 'enter') submit();
    else if (key.name === 'backspace') edit([...typed].slice(0, -1).join(''));
    else if (character !== undefined && !key.ctrl && !key.meta && /^\P{Cc}+$/u.test(character)) edit(typed + character);
  }

  const call = open(observe);
  emitKeypressEvents(input);
  input.setRawMode?.(true);
  input.on('keypress', pressed);
  input.resume();
  drawLines([]);
  try {
    await call.ended;
  } finally {
    clock.clearTimeout(timer);
    playback.stop();
    input.off('keypress', pressed);
    input.setRawMode?.(false);
    input.pause();
    const bills = sumBills(billed);
    output.write(`${CLEAR_BELOW}${bills === undefined ? '' : `in all ${describeBills(bills)}\n`}`);
  }
}
